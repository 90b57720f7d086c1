package io.minik.api.patch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.patch.ManagedFields.Manager;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Server-side apply: a manager says the fields that it wants, and owns them. What it said before and no longer says goes,
 * unless somebody else owns it; what others own it may change only by force.
 */
public final class Apply {
    private Apply() {}

    /**
     * @param manager the request's fieldManager, not empty
     * @param force take over what others own
     * @param subresource empty, or status
     * @param defaults what the kind makes of an object before it is stored: only then is seen whether something changed
     */
    public record Applier(
            Type type, String manager, boolean force, String subresource, Instant now, Consumer<ObjectNode> defaults) {}

    /**
     * @param live the stored object, empty to create; not written to
     * @param applied decoded, without defaults; not written to
     * @return a new tree with its defaults and its managedFields, still to be validated
     * @throws ApiException 409 with a cause for each field in conflict
     */
    public static ObjectNode apply(Applier applier, Optional<ObjectNode> live, ObjectNode applied) {
        if (applied.path("metadata").has("managedFields")) {
            throw ApiException.badRequest("metadata.managedFields must be nil");
        }
        Type type = applier.type;
        ObjectNode wanted = narrowed(applied, applier.subresource);
        Manager self = new Manager(
                applier.manager,
                ManagedFields.APPLY,
                type.apiVersion(),
                ManagedFields.time(applier.now),
                applier.subresource,
                Ownership.fields(type, wanted));
        if (live.isEmpty()) {
            ObjectNode tree = wanted.deepCopy();
            ManagedFields.write(tree, List.of(self));
            applier.defaults.accept(tree);
            return tree;
        }
        ObjectNode before = live.get();
        List<Manager> others = new ArrayList<>(ManagedFields.read(before));
        if (others.isEmpty()) {
            others.add(new Manager(
                    ManagedFields.BEFORE,
                    ManagedFields.UPDATE,
                    type.apiVersion(),
                    "",
                    "",
                    Ownership.fields(type, before)));
        }
        Optional<Manager> last =
                others.stream().filter(manager -> manager.same(self)).findFirst();
        last.ifPresent(others::remove);
        ObjectNode tree = Ownership.merge(type, before.deepCopy(), wanted.deepCopy());
        if (last.isPresent()) {
            FieldSet kept = self.fields();
            for (Manager other : others) {
                kept = kept.union(other.fields());
            }
            Ownership.prune(type, tree, last.get().fields(), kept);
        }
        FieldSet free = applier.force ? new FieldSet() : LastApplied.unchanged(applier, before);
        List<Manager> managers = settle(applier, Ownership.difference(type, before, tree), others, free);
        applier.defaults.accept(tree);
        boolean same = last.isPresent() && last.get().fields().equals(self.fields());
        boolean untouched = tree.equals(before);
        managers.add(same && untouched ? last.get() : self);
        ManagedFields.write(tree, managers);
        LastApplied.follow(applier, tree, applied);
        return tree;
    }

    /** One object merged into another, of no owner; both may become part of the result. */
    public static ObjectNode merged(Type type, ObjectNode object, ObjectNode wanted) {
        return Ownership.merge(type, object, wanted);
    }

    /** The paths of all lists, maps and structs of a tree that can only be replaced as a whole. */
    public static List<String> wholes(Type type, ObjectNode tree) {
        List<String> paths = new ArrayList<>();
        Ownership.wholes(type, tree, "", paths);
        return paths;
    }

    /** The others without what was changed under them; a conflict unless forced or free. */
    private static List<Manager> settle(
            Applier applier, Ownership.Difference difference, List<Manager> others, FieldSet free) {
        Map<Manager, List<String>> conflicts = new LinkedHashMap<>();
        List<Manager> left = new ArrayList<>();
        for (Manager other : others) {
            FieldSet contested = other.fields().intersect(difference.changed());
            FieldSet disputed = contested.minus(free);
            if (!disputed.isEmpty()) {
                List<String> paths = new ArrayList<>();
                disputed.paths("", paths);
                conflicts.put(other, paths);
            }
            left.add(other.with(other.fields().minus(contested).without(difference.removed())));
        }
        if (!conflicts.isEmpty() && !applier.force) {
            throw conflict(conflicts);
        }
        return left;
    }

    private static ApiException conflict(Map<Manager, List<String>> conflicts) {
        List<Cause> causes = new ArrayList<>();
        Map<String, List<String>> byManager = new TreeMap<>();
        conflicts.forEach((manager, paths) -> {
            byManager.computeIfAbsent(named(manager), name -> new ArrayList<>()).addAll(paths);
            paths.forEach(
                    path -> causes.add(new Cause("FieldManagerConflict", "conflict with " + named(manager), path)));
        });
        String text;
        if (causes.size() == 1) {
            text = "Apply failed with 1 conflict: " + causes.get(0).message() + ": "
                    + causes.get(0).field();
        } else {
            List<String> lines = new ArrayList<>();
            byManager.forEach((manager, paths) -> {
                lines.add("conflicts with " + manager + ":");
                paths.forEach(path -> lines.add("- " + path));
            });
            text = "Apply failed with " + causes.size() + " conflicts: " + String.join("\n", lines);
        }
        return ApiException.of(Reason.Conflict, text, new Details("", "", "", "", List.copyOf(causes), 0));
    }

    private static String named(Manager manager) {
        return "\"" + manager.name() + "\""
                + (manager.subresource().isEmpty() ? "" : " with subresource \"" + manager.subresource() + "\"")
                + (manager.operation().equals(ManagedFields.APPLY) ? "" : " using " + manager.apiVersion());
    }

    /** Of the object itself all but status, of its status only that: the rest of what is said does not count. */
    private static ObjectNode narrowed(ObjectNode applied, String subresource) {
        ObjectNode wanted = applied.deepCopy();
        if (subresource.isEmpty()) {
            wanted.remove("status");
        } else if (subresource.equals("status")) {
            wanted.retain("apiVersion", "kind", "metadata", "status");
            if (wanted.get("metadata") instanceof ObjectNode metadata) {
                metadata.retain("name", "namespace", "uid", "resourceVersion");
            }
        }
        Json.child(wanted, "metadata");
        return wanted;
    }
}
