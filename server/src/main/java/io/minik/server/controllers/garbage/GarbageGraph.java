package io.minik.server.controllers.garbage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.ObjectMeta;
import io.minik.api.object.OwnerReference;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Who belongs to whom. Of most objects only the uid is kept, and a hash of where it is; names and owners only of those
 * that have owners or are about to go and wait for others. Owned by the collector's loop.
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

    /** By resource: uid as 128 bits, to the hashes of namespace (high half) and name. */
    private final Map<Resource, Map<UUID, Long>> alive = new HashMap<>();

    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, Set<String>> dependents = new HashMap<>();

    /** An object is there, in this state. Answers whether it was not known before. */
    boolean put(Resource resource, KubeObject object) {
        Long before = alive.computeIfAbsent(resource, ignored -> new HashMap<>())
                .put(compact(object.uid()), place(object.key()));
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
        return before == null;
    }

    /** An object is gone. */
    void remove(Resource resource, String uid) {
        Map<UUID, Long> uids = alive.get(resource);
        if (uids != null) {
            uids.remove(compact(uid));
        }
        unlink(uid);
    }

    /** A uid is a UUID in all but tests and made-up owner references; those are folded into one. */
    private static UUID compact(String uid) {
        try {
            return uid.length() == 36 ? UUID.fromString(uid) : UUID.nameUUIDFromBytes(uid.getBytes(UTF_8));
        } catch (IllegalArgumentException e) {
            return UUID.nameUUIDFromBytes(uid.getBytes(UTF_8));
        }
    }

    private static long place(ObjectKey key) {
        return ((long) key.namespace().hashCode() << 32) | (key.name().hashCode() & 0xffff_ffffL);
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

    /** An object of this uid is there, of this kind and at this place. */
    boolean alive(Resource resource, ObjectKey key, String uid) {
        Long place = alive.getOrDefault(resource, Map.of()).get(compact(uid));
        return place != null && place == place(key);
    }

    /** An object of this uid and kind is there, but in another namespace. */
    boolean elsewhere(Resource resource, String namespace, String uid) {
        Long place = alive.getOrDefault(resource, Map.of()).get(compact(uid));
        return place != null && (int) (place >> 32) != namespace.hashCode();
    }

    /** Those of a resource that are not in the list are gone. */
    void retain(Resource resource, List<KubeObject> items) {
        Set<UUID> present = new HashSet<>();
        items.forEach(item -> present.add(compact(item.uid())));
        alive.getOrDefault(resource, new HashMap<>()).keySet().retainAll(present);
        List<String> gone = nodes.values().stream()
                .filter(node -> node.resource().equals(resource) && !present.contains(compact(node.uid())))
                .map(Node::uid)
                .toList();
        gone.forEach(this::unlink);
    }

    void forget(Resource resource) {
        retain(resource, List.of());
        alive.remove(resource);
    }

    /** It waits for its dependents, and one of those, or of theirs, waits for it: none would ever end. */
    boolean inCircle(Node node) {
        Set<String> seen = new HashSet<>();
        ArrayDeque<Node> next = new ArrayDeque<>(List.of(node));
        while (!next.isEmpty()) {
            Node owner = next.remove();
            for (Node dependent : dependentsOf(owner.uid())) {
                if (dependent.foreground() && dependent.blocks(owner.uid())) {
                    if (dependent.uid().equals(node.uid())) {
                        return true;
                    }
                    if (seen.add(dependent.uid())) {
                        next.add(dependent);
                    }
                }
            }
        }
        return false;
    }

    List<Node> dependentsOf(String uid) {
        return dependents.getOrDefault(uid, Set.of()).stream()
                .map(nodes::get)
                .filter(Objects::nonNull)
                .toList();
    }

    Collection<Node> nodes() {
        return List.copyOf(nodes.values());
    }
}
