package io.minik.runtime.sandbox;

import io.minik.runtime.cri.Connection;
import io.minik.runtime.net.LinkUsage;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The pods' namespaces. Kept as files under the run directory; adopted after a restart. Futures fail with {@link
 * io.minik.runtime.RuntimeFault}.
 */
public interface Sandboxes {
    /** Makes (or finds, if the id exists) a sandbox: namespaces, cgroup, address. Undone whole on failure. */
    Future<Sandbox> run(SandboxConfig config);

    Future<Optional<Sandbox>> find(String id);

    /** Those with all of these labels. */
    Future<List<Sandbox>> list(Map<String, String> labels);

    default Future<List<Sandbox>> list() {
        return list(Map.of());
    }

    /** Changes limits of the pod's own cgroup. */
    Future<Void> update(String id, PodResources resources);

    /** Kills what still runs in it, frees its address and link. Idempotent. */
    Future<Void> stop(String id);

    /** Stops, and forgets it. Idempotent. */
    Future<Void> remove(String id);

    /** What it has sent and received; empty on the node's network. */
    Future<Optional<LinkUsage>> usage(String id);

    /** A TCP connection to a port on the pod's loopback, made inside its network namespace: port-forward. */
    Future<Connection> connect(String id, int port);

    /**
     * @param id unique on the node, [a-z0-9-]: the kubelet uses the pod's UID and the attempt
     * @param cgroupParent path below minik's cgroup root, e.g. {@code kubepods/burstable/pod<uid>}
     * @param resources limits of the whole pod, all 0 for none
     */
    record SandboxConfig(
            String id,
            PodOf pod,
            String hostname,
            Sharing sharing,
            Map<String, String> sysctls,
            String cgroupParent,
            PodResources resources,
            Map<String, String> labels,
            Map<String, String> annotations) {
        SandboxConfig with(PodResources other) {
            return new SandboxConfig(id, pod, hostname, sharing, sysctls, cgroupParent, other, labels, annotations);
        }
    }

    /** Whose sandbox it is. */
    record PodOf(String namespace, String name, String uid, int attempt) {}

    /**
     * @param hostNetwork, hostPid, hostIpc true = the node's own
     * @param processes one PID namespace for all containers (not PID 1 = first container's)
     * @param users who the pod's users are on the node
     */
    record Sharing(boolean hostNetwork, boolean hostPid, boolean hostIpc, boolean processes, UserMap users) {
        /** Records of miniks that gave every pod the node's users do not speak of them. */
        public Sharing {
            users = Objects.requireNonNullElse(users, UserMap.NODE);
        }

        /** With the node's users. */
        public Sharing(boolean hostNetwork, boolean hostPid, boolean hostIpc, boolean processes) {
            this(hostNetwork, hostPid, hostIpc, processes, UserMap.NODE);
        }

        /** Network and IPC within the pod, and each container its own processes. */
        public static final Sharing USUAL = new Sharing(false, false, false, false);
    }

    /**
     * The range of the node's ids that a pod's ids from 0 on are.
     *
     * @param size 0 = the node's own users, without a user namespace
     */
    record UserMap(long firstUid, long firstGid, long size) {
        public static final UserMap NODE = new UserMap(0, 0, 0);

        public boolean mapped() {
            return size > 0;
        }
    }

    /** 0 = no limit (for processes: the node's default for a pod), negative = lift it. {@code cpuShares} as in cgroup v1 (2..262144), converted for v2. */
    record PodResources(
            long cpuShares, long cpuQuotaMicros, long cpuPeriodMicros, long memoryLimitBytes, long pidsLimit) {}

    enum State {
        READY,
        NOT_READY
    }

    /** @param ips the pod's own addresses; empty with hostNetwork */
    record Sandbox(String id, SandboxConfig config, State state, long createdAtNanos, List<String> ips) {}
}
