package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who owns which fields of an object: metadata.managedFields. Every write counts: an apply owns what it says, all others
 * what they changed. Objects whose list was emptied (by {@code managedFields: [{}]}) stay untracked until somebody
 * applies; all that is there by then counts as one manager's, {@value #BEFORE}.
 */
public final class ManagedFields {
    static final String APPLY = "Apply";
    static final String UPDATE = "Update";
    /** Upstream's name for who wrote what nobody tracked. */
    static final String BEFORE = "before-first-apply";
    /** As upstream: more updaters than this share one entry, so that the list stays bounded. */
    static final int MAX_UPDATERS = 10;

    private static final String ANCIENT = "ancient-changes";

    private ManagedFields() {}

    /** One writer's part. */
    record Manager(String name, String operation, String apiVersion, String time, String subresource, FieldSet fields) {
        /** An applier stays the same when it goes over to another version of the API. */
        boolean same(Manager other) {
            return name.equals(other.name)
                    && operation.equals(other.operation)
                    && (operation.equals(APPLY) || apiVersion.equals(other.apiVersion))
                    && subresource.equals(other.subresource);
        }

        Manager with(FieldSet set) {
            return new Manager(name, operation, apiVersion, time, subresource, set);
        }
    }

    /**
     * Who writes.
     *
     * @param manager the request's fieldManager, or what its user agent begins with
     */
    public record Writer(Type type, String manager, String subresource, Instant now) {
        private Manager changing(FieldSet fields) {
            return new Manager(manager, UPDATE, type.apiVersion(), time(now), subresource, fields);
        }
    }

    /** Of a new object that was not applied: all that it has is its creator's. @param tree gets its managedFields */
    public static void created(Writer writer, ObjectNode tree) {
        write(tree, List.of(writer.changing(Ownership.created(writer.type, tree))));
    }

    /**
     * After a write that was no apply: what it changed belongs to the writer, what it removed to nobody.
     *
     * @param next as the caller sent it: a list of managers in it counts, none means that of old; gets the new list
     */
    public static void track(Writer writer, ObjectNode old, ObjectNode next) {
        JsonNode present = base(writer, old, next);
        ObjectNode metadata = Json.child(next, "metadata");
        if (present.isEmpty()) {
            metadata.remove("managedFields");
            return;
        }
        metadata.set("managedFields", present);
        Ownership.Difference difference = Ownership.difference(writer.type, old, next);
        if (difference.changed().isEmpty() && difference.removed().isEmpty()) {
            return;
        }
        Manager own = writer.changing(difference.changed());
        if (difference.removed().isEmpty() && changesNoHands(own, present)) {
            metadata.set("managedFields", dated(own, present));
            return;
        }
        List<Manager> left = new ArrayList<>();
        Manager after = own;
        for (Manager manager : read(next)) {
            FieldSet kept = manager.fields.minus(difference.changed()).without(difference.removed());
            if (manager.same(own)) {
                after = own.with(kept.union(own.fields));
            } else {
                left.add(manager.with(kept));
            }
        }
        left.add(after);
        write(next, left);
    }

    /** The list that the write starts from; empty: the object is not tracked. */
    private static JsonNode base(Writer writer, ObjectNode old, ObjectNode next) {
        JsonNode sent = next.path("metadata").path("managedFields");
        boolean reset = sent.size() == 1 && sent.get(0).isEmpty();
        boolean counts = writer.subresource.isEmpty() && sent.isArray() && !sent.isEmpty();
        if (counts && reset) {
            return Json.array();
        }
        return counts ? sent : old.path("metadata").path("managedFields");
    }

    /** The common case, decided without reading anyone's fields: the writer owns all that it changed, nobody else does. */
    private static boolean changesNoHands(Manager own, JsonNode present) {
        boolean owned = false;
        for (JsonNode entry : present) {
            if (isOf(own, entry)) {
                owned = own.fields.within(entry.path("fieldsV1"));
            } else if (own.fields.meets(entry.path("fieldsV1"))) {
                return false;
            }
        }
        return owned;
    }

    /** The same list with the writer's time, as the newest. */
    private static ArrayNode dated(Manager own, JsonNode present) {
        ArrayNode list = Json.array();
        ObjectNode last = Json.object();
        for (JsonNode entry : present) {
            if (isOf(own, entry)) {
                entry.properties().forEach(field -> last.set(field.getKey(), field.getValue()));
                last.put("time", own.time);
            } else {
                list.add(entry);
            }
        }
        return list.add(last);
    }

    private static boolean isOf(Manager own, JsonNode entry) {
        return Json.text(entry, "manager").equals(own.name)
                && Json.text(entry, "operation").equals(own.operation)
                && Json.text(entry, "apiVersion").equals(own.apiVersion)
                && Json.text(entry, "subresource").equals(own.subresource);
    }

    static List<Manager> read(ObjectNode tree) {
        List<Manager> managers = new ArrayList<>();
        for (JsonNode entry : tree.path("metadata").path("managedFields")) {
            managers.add(new Manager(
                    Json.text(entry, "manager"),
                    Json.text(entry, "operation"),
                    Json.text(entry, "apiVersion"),
                    Json.text(entry, "time"),
                    Json.text(entry, "subresource"),
                    FieldSet.read(entry.path("fieldsV1"))));
        }
        return managers;
    }

    /** Appliers first, then by time and name; who owns nothing is left out. */
    static void write(ObjectNode tree, List<Manager> managers) {
        List<Manager> sorted = new ArrayList<>(capped(managers));
        sorted.removeIf(manager -> manager.fields.isEmpty());
        sorted.sort(Comparator.comparing(Manager::operation)
                .thenComparing(Manager::time)
                .thenComparing(Manager::name));
        ObjectNode metadata = Json.child(tree, "metadata");
        if (sorted.isEmpty()) {
            metadata.remove("managedFields");
            return;
        }
        ArrayNode list = metadata.putArray("managedFields");
        for (Manager manager : sorted) {
            ObjectNode entry = list.addObject();
            entry.put("manager", manager.name).put("operation", manager.operation);
            entry.put("apiVersion", manager.apiVersion);
            if (!manager.time.isEmpty()) {
                entry.put("time", manager.time);
            }
            entry.put("fieldsType", "FieldsV1").set("fieldsV1", manager.fields.write());
            if (!manager.subresource.isEmpty()) {
                entry.put("subresource", manager.subresource);
            }
        }
    }

    private static List<Manager> capped(List<Manager> managers) {
        if (managers.size() <= MAX_UPDATERS) {
            return managers;
        }
        List<Manager> updaters = managers.stream()
                .filter(manager -> manager.operation.equals(UPDATE))
                .sorted(Comparator.comparing(Manager::time))
                .toList();
        if (updaters.size() <= MAX_UPDATERS) {
            return managers;
        }
        List<Manager> oldest = updaters.subList(0, updaters.size() - MAX_UPDATERS + 1);
        Manager last = oldest.get(oldest.size() - 1);
        FieldSet all = new FieldSet();
        for (Manager manager : oldest) {
            all = all.union(manager.fields);
        }
        List<Manager> kept = new ArrayList<>(managers);
        kept.removeAll(oldest);
        kept.add(new Manager(ANCIENT, UPDATE, last.apiVersion, last.time, "", all));
        return kept;
    }

    static String time(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
