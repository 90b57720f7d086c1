package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.Json;
import io.minik.api.schema.Type;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Who owns which fields of an object: metadata.managedFields.
 *
 * <p>minik keeps it for objects that were applied (server-side) once; before that, as upstream does for objects from
 * before its time, all present fields count as one manager's, {@value #BEFORE}. So objects that nobody ever applies stay half as
 * large.
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
        boolean same(Manager other) {
            return name.equals(other.name)
                    && operation.equals(other.operation)
                    && apiVersion.equals(other.apiVersion)
                    && subresource.equals(other.subresource);
        }

        Manager with(FieldSet set) {
            return new Manager(name, operation, apiVersion, time, subresource, set);
        }
    }

    /** Whether writes of the object are to be tracked. */
    public static boolean tracked(ObjectNode tree) {
        return !tree.path("metadata").path("managedFields").isEmpty();
    }

    /**
     * After a write that was no apply: what it changed belongs to the writer, what it removed to nobody.
     *
     * @param next gets the new managedFields
     * @param manager the request's fieldManager, or what its user agent begins with
     */
    public static void track(
            Type type, ObjectNode old, ObjectNode next, String manager, String subresource, Instant now) {
        List<Manager> managers = read(old);
        Ownership.Difference difference = Ownership.difference(type, old, next);
        List<Manager> left = new ArrayList<>();
        for (Manager present : managers) {
            left.add(present.with(present.fields.minus(difference.changed()).without(difference.removed())));
        }
        if (!difference.changed().isEmpty()) {
            Manager writer =
                    new Manager(manager, UPDATE, type.apiVersion(), time(now), subresource, difference.changed());
            Optional<Manager> own =
                    left.stream().filter(present -> present.same(writer)).findFirst();
            own.ifPresent(left::remove);
            left.add(own.map(present -> writer.with(present.fields.union(writer.fields)))
                    .orElse(writer));
        }
        write(next, left);
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
