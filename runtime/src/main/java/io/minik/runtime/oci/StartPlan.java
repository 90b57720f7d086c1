package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.oci.Namespace.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that a start tape is made of: the bundle, and what the client opened for it.
 *
 * @param home of the process' user, if its environment names none
 * @param parentMount where the mount is that the root file system's folder lies in
 */
record StartPlan(
        Bundle bundle,
        Mode mode,
        Opened opened,
        List<Path> cgroup,
        Credentials credentials,
        String home,
        Optional<Path> parentMount,
        CgroupView cgroupView) {
    /** @param waits for {@code start}; else it executes at once */
    record Mode(boolean waits, boolean noPivot, boolean newKeyring, int preserveFds) {}

    /**
     * Numbers of the client's descriptors, which the stage inherits.
     *
     * @param trees of mounts, by their index in the bundle; those that are made inside have none
     * @param files indexes of mounts whose source is not a directory
     * @param devices nodes of the host as mounts, by path inside; for user namespaces, where none can be made
     * @param hooks standard input of each createContainer and startContainer hook
     * @param fifo -1 if it does not wait
     * @param kernelCore whether this kernel shows its memory at /proc/kcore
     */
    record Opened(
            int rootfs,
            int nullDevice,
            int fifo,
            Map<Integer, Integer> trees,
            Set<Integer> files,
            Map<String, Integer> devices,
            Map<Kind, Integer> namespaces,
            List<Integer> hooks,
            boolean kernelCore) {}

    /** What a container sees of control groups. @param own the container's directories, to be bound where it has no namespace */
    record CgroupView(int version, boolean ownNamespace, List<CgroupTree.Directory> own) {}

    JsonNode process() {
        return bundle.process();
    }

    boolean mapped() {
        return bundle.namespaces().containsKey(Kind.USER);
    }
}
