package io.minik.runtime.sandbox;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sandbox.Sandboxes.SandboxConfig;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which kernel settings a pod may have of its own: those that belong to a namespace which it does not share with the
 * node. Whoever asks for another would set the node's.
 */
final class Sysctls {
    /** As sysctl(8) writes them. No part can be "..", and neither name nor value brings a second setting with it. */
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)+");

    private static final Set<String> IPC = Set.of(
            "kernel.msgmax",
            "kernel.msgmnb",
            "kernel.msgmni",
            "kernel.sem",
            "kernel.shmall",
            "kernel.shmmax",
            "kernel.shmmni",
            "kernel.shm_rmid_forced");

    private Sysctls() {}

    static void check(SandboxConfig pod) {
        pod.sysctls().forEach((name, value) -> {
            String dotted = name.replace('/', '.');
            boolean ipc = IPC.contains(dotted) || dotted.startsWith("fs.mqueue.");
            boolean net = dotted.startsWith("net.");
            if (!NAME.matcher(name).matches() || value.indexOf('\n') >= 0) {
                throw refused("sysctl \"" + name + "\" is not valid");
            }
            if ((net && pod.sharing().hostNetwork()) || (ipc && pod.sharing().hostIpc())) {
                throw refused("sysctl \"" + name + "\" is not allowed in the host's namespace");
            }
            if (!net && !ipc) {
                throw refused("sysctl \"" + name + "\" is not in a separate kernel namespace");
            }
        });
    }

    private static RuntimeFault refused(String why) {
        return new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "sysctl", why, 0);
    }
}
