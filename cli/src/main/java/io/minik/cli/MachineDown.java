package io.minik.cli;

import io.minik.runtime.HostTool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Whether the machine itself goes down, when minik is told to: systemd stops its services then, and says so of itself. Without systemd
 * nobody can tell, and a stop is only minik's.
 */
final class MachineDown {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private MachineDown() {}

    /** Blocking. */
    static boolean begins() {
        return HostTool.find("systemctl").map(MachineDown::stopping).orElse(false);
    }

    /** {@code is-system-running} ends with a failure for everything but "running", and says its word nevertheless. */
    private static boolean stopping(Path systemctl) {
        try {
            List<String> command = List.of("/bin/sh", "-c", "\"$0\" is-system-running || true", systemctl.toString());
            return HostTool.run(command, "", LIMIT).strip().equals("stopping");
        } catch (IOException e) {
            return false;
        }
    }
}
