package io.minik.runtime.container;

import io.minik.runtime.cri.CriParts;
import io.minik.runtime.cri.Session;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The node's containers. Their state is on disk before any call answers, so a restarted minik finds each one: running
 * (by pidfd and start time) or exited. Futures complete on the caller's context and fail with {@link
 * io.minik.runtime.RuntimeFault}.
 *
 * <pre>
 *   CREATED --start--> RUNNING --(its PID 1 ends)--> EXITED --remove--> gone
 *      +------------------ start failed ---------------^
 * </pre>
 */
public interface Containers {
    /** Prepares root fs, cgroup and files; runs nothing. Finds it if the id exists. */
    Future<Container> create(ContainerConfig config);

    /** Runs it. Fails with Kind.START, and the container is EXITED(128), if the program can't be executed. */
    Future<Container> start(String id);

    /** The stop signal, then after the grace SIGKILL to all. Succeeds when it has exited. Idempotent. */
    Future<Container> stop(String id, long graceMillis);

    /** Removes an exited (or, by force, running) container with its files, except its log. Idempotent. */
    Future<Void> remove(String id);

    Future<Optional<Container>> find(String id);

    /** Those with all of these labels: as many are looked at as have the rarest of them. */
    Future<List<Container>> list(Map<String, String> labels);

    default Future<List<Container>> list() {
        return list(Map.of());
    }

    /** A new process inside. */
    Future<Session> exec(String id, ExecConfig config);

    /** Runs a command to its end, collecting output: probes and hooks. Killed at the time limit (then timedOut). */
    Future<ExecResult> execSync(String id, List<String> command, long timeoutMillis);

    /** Joins the container's own stdio. */
    Future<Session> attach(String id, boolean stdin, boolean stdout, boolean stderr);

    /** Changes limits of a running container, and adds annotations to its config. */
    Future<Void> update(String id, Resources resources, Map<String, String> annotations);

    Future<Stats> stats(String id);

    /** From now on writes into a new file of the log's name; what is written before goes to the old one. */
    Future<Void> reopenLog(String id);

    /** Called on the context that registered: what happens to each container, also those adopted. */
    void onEvent(Consumer<Event> listener);

    /** Of every container that exits or fails. */
    default void onExit(Consumer<Container> listener) {
        onEvent(event -> {
            if (event.change() == Change.STOPPED) {
                listener.accept(event.container());
            }
        });
    }

    enum Change {
        CREATED,
        STARTED,
        STOPPED,
        DELETED
    }

    /** @param container as it is then; as it was last if it is deleted */
    record Event(Change change, Container container) {}

    /** Whether what is mounted below a read-only mount is read-only, too (Linux 5.12). */
    enum Recursive {
        NO,
        IF_POSSIBLE,
        /** The start fails where the kernel can't. */
        YES
    }

    /**
     * @param propagation PRIVATE, HOST_TO_CONTAINER (rslave), BIDIRECTIONAL (rshared)
     * @param mapped in a pod with users of its own: what its root owns is root's on disk
     * @param image what it shows in place of a path of the host; always read-only, and mapped where the pod's image is
     */
    record Mount(
            Path hostPath,
            String containerPath,
            boolean readOnly,
            Recursive recursive,
            Propagation propagation,
            boolean mapped,
            MountedImage image) {
        /** Records of miniks that could not mount images do not speak of them. */
        public Mount {
            image = Objects.requireNonNullElse(image, MountedImage.NONE);
        }

        public Mount(
                Path hostPath, String containerPath, boolean readOnly, Recursive recursive, Propagation propagation) {
            this(hostPath, containerPath, readOnly, recursive, propagation, false, MountedImage.NONE);
        }

        public Mount(Path hostPath, String containerPath, boolean readOnly, Propagation propagation) {
            this(hostPath, containerPath, readOnly, Recursive.NO, propagation);
        }
    }

    /** @param layers of the image, lowest first; none = it is a path of the host; @param subPath a directory in it */
    record MountedImage(String reference, List<String> layers, String subPath) {
        public static final MountedImage NONE = new MountedImage("", List.of(), "");

        boolean present() {
            return !layers.isEmpty();
        }
    }

    enum Propagation {
        PRIVATE,
        HOST_TO_CONTAINER,
        BIDIRECTIONAL
    }

    /** @param permissions some of "rwm" */
    record Device(Path hostPath, String containerPath, String permissions) {}

    /**
     * Who the process is and what it may do.
     *
     * @param seccompProfile {@code runtime/default}, {@code unconfined} or {@code localhost/<path>}
     */
    record Security(
            User user,
            boolean privileged,
            boolean readOnlyRootFs,
            boolean noNewPrivileges,
            CapabilityNames capabilities,
            KernelPaths paths,
            String seccompProfile) {
        /** What a container of the user has when nothing else is asked for. */
        public static Security of(User user) {
            return new Security(
                    user, false, false, false, CapabilityNames.USUAL, KernelPaths.HIDDEN, "runtime/default");
        }
    }

    /**
     * @param name {@code uid}, {@code uid:gid}, {@code name} or {@code name:group} (looked up in the image's passwd), empty = 0
     * @param group -1 = from passwd, else 0
     * @param strictGroups the image's group file gives the user no further groups
     */
    record User(String name, long group, List<Long> supplementalGroups, boolean strictGroups) {
        public static User named(String name) {
            return new User(name, -1, List.of(), false);
        }
    }

    /** Names without CAP_ are also understood; "ALL" in either list. */
    record CapabilityNames(List<String> add, List<String> drop) {
        public static final CapabilityNames USUAL = new CapabilityNames(List.of(), List.of());
    }

    /** What of /proc and /sys is covered, and what may only be read. */
    record KernelPaths(List<String> masked, List<String> readOnly) {
        public static final KernelPaths OPEN = new KernelPaths(List.of(), List.of());

        /** As containerd and runc mask them by default. */
        public static final KernelPaths HIDDEN =
                new KernelPaths(CriParts.KernelPaths.USUAL.masked(), CriParts.KernelPaths.USUAL.readOnly());
    }

    /** 0 = not set. {@code cpuShares} as in cgroup v1, converted for v2. */
    record Resources(
            long cpuShares,
            long cpuQuotaMicros,
            long cpuPeriodMicros,
            long memoryLimitBytes,
            long pidsLimit,
            int oomScoreAdj,
            String cpusetCpus,
            String cpusetMems) {
        /** With those of others that are set. */
        Resources updated(Resources others) {
            return new Resources(
                    others.cpuShares == 0 ? cpuShares : others.cpuShares,
                    others.cpuQuotaMicros == 0 ? cpuQuotaMicros : others.cpuQuotaMicros,
                    others.cpuPeriodMicros == 0 ? cpuPeriodMicros : others.cpuPeriodMicros,
                    others.memoryLimitBytes == 0 ? memoryLimitBytes : others.memoryLimitBytes,
                    others.pidsLimit == 0 ? pidsLimit : others.pidsLimit,
                    others.oomScoreAdj == 0 ? oomScoreAdj : others.oomScoreAdj,
                    others.cpusetCpus.isEmpty() ? cpusetCpus : others.cpusetCpus,
                    others.cpusetMems.isEmpty() ? cpusetMems : others.cpusetMems);
        }
    }

    enum State {
        CREATED,
        RUNNING,
        EXITED
    }

    /**
     * @param pid on the node, 0 unless running
     * @param exitCode 128 + signal if a signal ended it; 255 if it ended unseen and nothing recorded how
     * @param reason {@code Completed}, {@code Error}, {@code OOMKilled}, {@code StartError}, {@code Unknown}; empty until exited
     */
    record Container(
            String id,
            ContainerConfig config,
            State state,
            int pid,
            long createdAtNanos,
            long startedAtNanos,
            long finishedAtNanos,
            int exitCode,
            String reason,
            String message) {}

    /** @param user as in Security, empty = the container's */
    record ExecConfig(List<String> command, boolean stdin, boolean tty, String user) {}

    record ExecResult(int exitCode, Buffer stdout, Buffer stderr, boolean timedOut) {}

    record Stats(
            long timestampNanos,
            long cpuUsageNanos,
            long memoryUsageBytes,
            long memoryWorkingSetBytes,
            long memoryRssBytes,
            long pids,
            long rootFsUsedBytes,
            long rootFsInodes) {}
}
