package io.minik.server.controllers;

import io.minik.api.meta.ObjectMeta;
import io.minik.api.meta.OwnerReference;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who belongs to whom. Of most objects only the uid is kept; names and owners only of those that have owners or are
 * about to go and wait for others. Owned by the collector's loop.
 */
final class GarbageGraph {
    static final String FOREGROUND = "foregroundDeletion";
    static final String ORPHAN = "orphan";

    /**
     * An object that has owners, or whose deletion waits.
     *
     * @param foreground its deletion waits until its dependents are gone
     * @param orphaning its deletion waits until its dependents are set free
     */
    record Node(
            Resource resource,
            ObjectKey key,
            String uid,
            List<OwnerReference> owners,
            boolean deleting,
            boolean foreground,
            boolean orphaning) {

        static Node of(Resource resource, KubeObject object) {
            ObjectMeta meta = object.meta();
            return new Node(
                    resource,
                    object.key(),
                    object.uid(),
                    meta.ownerReferences(),
                    meta.deleting(),
                    meta.deleting() && meta.finalizers().contains(FOREGROUND),
                    meta.deleting() && meta.finalizers().contains(ORPHAN));
        }

        boolean blocks(String ownerUid) {
            return owners.stream().anyMatch(owner -> owner.uid().equals(ownerUid) && owner.blockOwnerDeletion());
        }
    }

    private final Map<Resource, Set<String>> alive = new HashMap<>();
    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, Set<String>> dependents = new HashMap<>();

    /** An object is there, in this state. */
    void put(Resource resource, KubeObject object) {
        alive.computeIfAbsent(resource, ignored -> new HashSet<>()).add(object.uid());
        Node node = Node.of(resource, object);
        unlink(object.uid());
        if (!node.owners().isEmpty() || node.foreground() || node.orphaning()) {
            nodes.put(node.uid(), node);
            for (OwnerReference owner : node.owners()) {
                dependents
                        .computeIfAbsent(owner.uid(), ignored -> new LinkedHashSet<>())
                        .add(node.uid());
            }
        }
    }

    /** An object is gone. */
    void remove(Resource resource, String uid) {
        Set<String> uids = alive.get(resource);
        if (uids != null) {
            uids.remove(uid);
        }
        unlink(uid);
    }

    private void unlink(String uid) {
        Node before = nodes.remove(uid);
        if (before != null) {
            for (OwnerReference owner : before.owners()) {
                Set<String> others = dependents.get(owner.uid());
                if (others != null) {
                    others.remove(uid);
                    if (others.isEmpty()) {
                        dependents.remove(owner.uid());
                    }
                }
            }
        }
    }

    Optional<Node> find(String uid) {
        return Optional.ofNullable(nodes.get(uid));
    }

    boolean alive(String uid) {
        for (Set<String> uids : alive.values()) {
            if (uids.contains(uid)) {
                return true;
            }
        }
        return false;
    }

    /** The uids of a resource, as they are known. */
    Set<String> uids(Resource resource) {
        return Set.copyOf(alive.getOrDefault(resource, Set.of()));
    }

    void forget(Resource resource) {
        uids(resource).forEach(uid -> remove(resource, uid));
        alive.remove(resource);
    }

    List<Node> dependentsOf(String uid) {
        return dependents.getOrDefault(uid, Set.of()).stream()
                .map(nodes::get)
                .filter(java.util.Objects::nonNull)
                .toList();
    }

    Collection<Node> nodes() {
        return List.copyOf(nodes.values());
    }
}
