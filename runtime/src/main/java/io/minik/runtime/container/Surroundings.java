package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.sandbox.SandboxFiles;
import io.minik.runtime.sandbox.Sandboxes.Sharing;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a container finds around it, as data: the plan and the tape of its start know no sandbox.
 *
 * @param hostname as its programs are told
 * @param shm what it has at /dev/shm
 */
record Surroundings(String hostname, Launch.Joined joined, Path shm) {
    /**
     * Those of a pod's container.
     *
     * @param pidNamespaces of running containers, by id
     */
    static Surroundings inSandbox(
            SandboxFiles sandboxes, ContainerConfig config, Function<String, Optional<Path>> pidNamespaces) {
        String id = config.origin().sandboxId();
        var pod = sandboxes.require(id).config();
        Sharing sharing = pod.sharing();
        List<Launch.Namespace> namespaces = new ArrayList<>();
        if (!sharing.hostNetwork()) {
            namespaces.add(new Launch.Namespace(sandboxes.pin(id, "net"), TapeSteps.NEWNET));
            namespaces.add(new Launch.Namespace(sandboxes.pin(id, "uts"), TapeSteps.NEWUTS));
        }
        if (!sharing.hostIpc()) {
            namespaces.add(new Launch.Namespace(sandboxes.pin(id, "ipc"), TapeSteps.NEWIPC));
        }
        String target = config.place().pidTarget();
        boolean hostPid = target.equals(Cri.NODE_PROCESSES) || (sharing.hostPid() && !target.equals(Cri.OWN_PROCESSES));
        Optional<Path> processes = Optional.empty();
        if (!hostPid && !target.equals(Cri.OWN_PROCESSES)) {
            if (!target.isEmpty()) {
                processes = Optional.of(pidNamespaces
                        .apply(target)
                        .orElseThrow(() -> new RuntimeFault(
                                RuntimeFault.Kind.INVALID_CONFIG,
                                "target",
                                "target container " + target + " is not running",
                                0)));
            } else if (sharing.processes()) {
                processes = Optional.of(sandboxes.pin(id, "pid"));
            }
        }
        return new Surroundings(
                pod.hostname(),
                new Launch.Joined(List.copyOf(namespaces), processes, hostPid, sandboxes.users(id, sharing.users())),
                sharing.hostIpc() ? Path.of("/dev/shm") : sandboxes.shm(id));
    }
}
