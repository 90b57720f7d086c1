package io.minik.runtime.container;

import io.minik.runtime.container.Containers.Propagation;
import io.minik.runtime.container.Containers.Recursive;
import io.minik.runtime.sandbox.OwnUsers;
import io.minik.runtime.snapshot.Snapshotter.RootFs;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Everything that a container's start tape needs, resolved: paths of the host, numbers instead of names. Pure data:
 * {@link StartTape} makes the system calls of it. Made once for a start.
 *
 * @param joined namespaces to enter
 * @param defaults of proc, dev, sys …: see {@link SystemMounts}
 */
record Launch(
        Joined joined,
        CgroupFiles cgroups,
        ShimFiles shim,
        RootFs root,
        SystemMounts defaults,
        List<Bind> binds,
        List<Node> nodes,
        Covers covers,
        Identity identity,
        Execution execution) {

    /**
     * @param namespaces pinned ones to enter
     * @param pidNamespace a pinned one; empty = a new one, unless hostPid
     * @param users the pod's own; they are entered last of all, when everything has been mounted
     */
    record Joined(List<Namespace> namespaces, Optional<Path> pidNamespace, boolean hostPid, Optional<OwnUsers> users) {
        /** With the node's users. */
        Joined(List<Namespace> namespaces, Optional<Path> pidNamespace, boolean hostPid) {
            this(namespaces, pidNamespace, hostPid, Optional.empty());
        }
    }

    /** Files to write "0" to: for the shim, and for the container. */
    record CgroupFiles(List<Path> shim, List<Path> container) {}

    /**
     * @param status exists; gets how the container ended
     * @param release FIFO; the shim leaves when somebody has it open for writing
     */
    record ShimFiles(Path status, Path release) {}

    /** @param masked covered by the null device, which is given as a descriptor, or by nothing */
    record Covers(boolean readOnlyRoot, List<String> masked, List<String> readOnly) {}

    /**
     * @param path where a command without a slash is looked for
     * @param terminal its devpts and the master of its pty are given as descriptors
     */
    record Execution(
            List<String> argv, List<String> env, String path, String workingDir, boolean terminal, int oomScoreAdj) {}

    /** @param type CLONE_NEW… */
    record Namespace(Path pin, long type) {}

    /**
     * @param source on the host, or in the image
     * @param mapped what root of the pod owns is root's on disk
     * @param layers of an image that is mounted in place of what the host has, uppermost first
     */
    record Bind(
            Path source,
            String target,
            boolean directory,
            boolean readOnly,
            Recursive recursive,
            Propagation propagation,
            boolean mapped,
            List<Path> layers) {
        Bind(
                Path source,
                String target,
                boolean directory,
                boolean readOnly,
                Recursive recursive,
                Propagation propagation) {
            this(source, target, directory, readOnly, recursive, propagation, false, List.of());
        }
    }

    /** All that it mounts: of its image and of those beside it. */
    List<Path> layers() {
        return Stream.concat(root.lower().stream(), binds.stream().flatMap(bind -> bind.layers().stream()))
                .toList();
    }

    /** The pod's own users; empty with the node's. */
    Optional<OwnUsers> users() {
        return joined.users();
    }

    /** Who a user of the container is on the node. */
    long onNode(long uid) {
        return users().map(users -> users.map().firstUid() + uid).orElse(uid);
    }

    /** Which group of the node one of the container is. */
    long groupOnNode(long gid) {
        return users().map(users -> users.map().firstGid() + gid).orElse(gid);
    }

    /** A device node. @param type {@code c} or {@code b} */
    record Node(String path, char type, int major, int minor, int mode, int uid, int gid) {}

    /**
     * @param cgroupV1 options of each v1 hierarchy to show; empty with v2
     * @param writableSys privileged containers may write /sys and their cgroups
     */
    record SystemMounts(boolean cgroupV2, List<String> cgroupV1, boolean writableSys) {}
}
