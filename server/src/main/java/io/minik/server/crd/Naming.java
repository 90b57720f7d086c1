package io.minik.server.crd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of the names that a definition wishes for it gets: those that no other of its group has. One that it got before stays
 * its own. Pure.
 *
 * @param accepted as status.acceptedNames
 * @param reason NoConflicts, or the name that is taken; of several the last
 */
record Naming(ObjectNode accepted, boolean all, String reason, String message) {
    /** @param others status.acceptedNames of the other definitions of the group */
    static Naming of(JsonNode wished, JsonNode before, Collection<? extends JsonNode> others) {
        Deciding deciding = new Deciding(wished, before, others);
        deciding.word("plural", "PluralConflict", deciding.resources);
        deciding.word("singular", "SingularConflict", deciding.resources);
        deciding.shortNames();
        deciding.word("kind", "KindConflict", deciding.kinds);
        deciding.word("listKind", "ListKindConflict", deciding.kinds);
        if (!wished.path("categories").isEmpty()) {
            deciding.accepted.set("categories", wished.path("categories"));
        } else {
            deciding.accepted.remove("categories");
        }
        return new Naming(deciding.accepted, deciding.all, deciding.reason, deciding.message);
    }

    private static final class Deciding {
        final Set<String> resources = new HashSet<>();
        final Set<String> kinds = new HashSet<>();
        final JsonNode wished;
        final JsonNode before;
        final ObjectNode accepted;
        boolean all = true;
        String reason = "NoConflicts";
        String message = "no conflicts found";

        Deciding(JsonNode wished, JsonNode before, Collection<? extends JsonNode> others) {
            this.wished = wished;
            this.before = before;
            this.accepted = before instanceof ObjectNode object ? object.deepCopy() : Json.object();
            for (JsonNode other : others) {
                resources.add(Json.text(other, "plural"));
                resources.add(Json.text(other, "singular"));
                resources.addAll(Json.stringList(other, "shortNames"));
                kinds.add(Json.text(other, "kind"));
                kinds.add(Json.text(other, "listKind"));
            }
            resources.remove("");
            kinds.remove("");
        }

        void word(String field, String conflict, Set<String> taken) {
            String wish = Json.text(wished, field);
            if (!wish.equals(Json.text(before, field)) && taken.contains(wish)) {
                refuse(conflict, wish);
            } else if (!wish.isEmpty()) {
                accepted.put(field, wish);
            }
        }

        void shortNames() {
            List<String> wishes = Json.stringList(wished, "shortNames");
            List<String> own = Json.stringList(before, "shortNames");
            boolean free = true;
            for (String wish : wishes) {
                if (!own.contains(wish) && resources.contains(wish)) {
                    refuse("ShortNamesConflict", wish);
                    free = false;
                }
            }
            if (!free) {
                return;
            }
            accepted.remove("shortNames");
            if (!wishes.isEmpty()) {
                ArrayNode names = accepted.putArray("shortNames");
                wishes.forEach(names::add);
            }
        }

        private void refuse(String why, String name) {
            all = false;
            reason = why;
            message = "\"" + name + "\" is already in use";
        }
    }
}
