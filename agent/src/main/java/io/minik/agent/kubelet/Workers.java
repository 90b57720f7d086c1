package io.minik.agent.kubelet;

import io.minik.api.object.ObjectKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The pods of the node by UID, and by name: of one name there may be one that ends, and the next. Owned by the agent's loop. */
final class Workers {
    private final Map<String, PodWorker> byUid;
    private final Map<ObjectKey, Set<String>> uids = new HashMap<>();

    /** @param byUid where they are kept, empty */
    Workers(Map<String, PodWorker> byUid) {
        this.byUid = byUid;
    }

    void add(PodWorker worker) {
        byUid.put(worker.pod().uid(), worker);
        uids.computeIfAbsent(worker.pod().key(), key -> new LinkedHashSet<>())
                .add(worker.pod().uid());
    }

    void remove(PodWorker worker) {
        byUid.remove(worker.pod().uid(), worker);
        uids.computeIfPresent(worker.pod().key(), (key, of) -> {
            of.remove(worker.pod().uid());
            return of.isEmpty() ? null : of;
        });
    }

    void clear() {
        byUid.clear();
        uids.clear();
    }

    Optional<PodWorker> of(String uid) {
        return Optional.ofNullable(byUid.get(uid));
    }

    /** Those of a name, oldest first. */
    Stream<PodWorker> of(ObjectKey key) {
        return uids.getOrDefault(key, Set.of()).stream().flatMap(uid -> of(uid).stream());
    }

    Collection<PodWorker> all() {
        return byUid.values();
    }
}
