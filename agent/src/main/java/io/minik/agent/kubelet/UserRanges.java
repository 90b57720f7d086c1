package io.minik.agent.kubelet;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts.IdMapping;
import io.minik.runtime.cri.CriParts.UserNamespace;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which ids of the node the users of each pod with {@code hostUsers: false} are: a range of its own for as long as there is
 * anything of the pod, over all its sandboxes. What the runtime has of sandboxes is the record: a restart finds it there. Owned by
 * the loop.
 */
final class UserRanges {
    /** Of one pod, as upstream's: what images count on, up to nobody's. */
    static final long IDS = 1 << 16;
    /** Ids have 32 bits; the first range is that of the node's own users, the last one has the id of nothing. */
    private static final long LAST = (1 << 16) - 2;

    private final RuntimeService runtime;
    /** The number of the range, by the pod's UID. */
    private final Map<String, Long> pods = new HashMap<>();
    /** Ranges that others who make sandboxes here have given out. */
    private final Set<Long> others = new HashSet<>();

    private @Nullable Future<Void> found;

    UserRanges(RuntimeService runtime) {
        this.runtime = runtime;
    }

    /** The same for a pod each time, until it is released. */
    Future<UserNamespace> of(String uid) {
        Future<Void> known = found;
        if (known == null || known.failed()) {
            known = find();
            found = known;
        }
        return known.map(ignored -> mapping(pods.computeIfAbsent(uid, fresh -> free())));
    }

    /** Nothing of the pod is left. */
    void release(String uid) {
        pods.remove(uid);
    }

    private Future<Void> find() {
        return runtime.listPodSandbox(Cri.PodSandboxFilter.ALL)
                .compose(all -> StepRunner.present(all, sandbox -> runtime.podSandboxStatus(sandbox.id())))
                .map(all -> {
                    all.forEach(this::note);
                    return null;
                });
    }

    private void note(Cri.PodSandboxStatus sandbox) {
        Map<String, String> labels = sandbox.sandbox().labels();
        for (IdMapping ids : sandbox.namespaces().users().uids()) {
            long first = ids.hostId() / IDS;
            if (Leftovers.own(labels)) {
                pods.put(labels.getOrDefault(ContainerConfigs.POD_UID, ""), first);
                continue;
            }
            for (long number = first; number <= (ids.hostId() + ids.length() - 1) / IDS; number++) {
                others.add(number);
            }
        }
    }

    private long free() {
        Set<Long> taken = new HashSet<>(pods.values());
        taken.addAll(others);
        for (long number = 1; number <= LAST; number++) {
            if (!taken.contains(number)) {
                return number;
            }
        }
        throw new IllegalStateException("the node has no range of " + IDS + " ids left for the pod's users");
    }

    private static UserNamespace mapping(long number) {
        List<IdMapping> ids = List.of(new IdMapping(0, number * IDS, IDS));
        return new UserNamespace(Cri.NamespaceMode.POD, ids, ids);
    }
}
