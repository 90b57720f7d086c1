package io.minik.server.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.HashMap;
import java.util.Map;

/** What another server lists plainly, in the aggregated form: upstream asks old servers for the former, too. */
final class RemoteResources {
    private RemoteResources() {}

    static void aggregate(RemoteVersion remote, ArrayNode resources) {
        Map<String, ObjectNode> byName = new HashMap<>();
        for (JsonNode listed : remote.resources()) {
            String[] words = Json.text(listed, "name").split("/", 2);
            if (words.length == 1 && !words[0].isEmpty()) {
                ObjectNode made = resources.addObject().put("resource", words[0]);
                kind(made, remote, listed);
                made.put("scope", Json.bool(listed, "namespaced") ? "Namespaced" : "Cluster")
                        .put("singularResource", Json.text(listed, "singularName"));
                Discovery.verbs(made, Json.stringList(listed, "verbs"));
                Discovery.texts(made, "shortNames", Json.stringList(listed, "shortNames"));
                Discovery.texts(made, "categories", Json.stringList(listed, "categories"));
                byName.put(words[0], made);
            }
        }
        for (JsonNode listed : remote.resources()) {
            String[] words = Json.text(listed, "name").split("/", 2);
            if (words.length > 1) {
                ObjectNode of = byName.computeIfAbsent(words[0], name -> alone(remote, listed, name, resources));
                ObjectNode part = of.withArray("subresources").addObject().put("subresource", words[1]);
                kind(part, remote, listed);
                Discovery.verbs(part, Json.stringList(listed, "verbs"));
            }
        }
    }

    /** A subresource of what can't be asked for itself. */
    private static ObjectNode alone(RemoteVersion remote, JsonNode part, String name, ArrayNode resources) {
        ObjectNode made = resources.addObject().put("resource", name);
        Discovery.responseKind(made, remote.group(), remote.version(), "");
        made.put("scope", Json.bool(part, "namespaced") ? "Namespaced" : "Cluster")
                .put("singularResource", "");
        made.putArray("verbs");
        return made;
    }

    private static void kind(ObjectNode out, RemoteVersion remote, JsonNode listed) {
        Discovery.responseKind(
                out,
                Json.textOr(remote.group(), listed, "group"),
                Json.textOr(remote.version(), listed, "version"),
                Json.text(listed, "kind"));
    }
}
