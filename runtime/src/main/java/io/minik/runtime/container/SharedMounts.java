package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a container mounts below a Bidirectional volume reaches the host only if the host's mount is shared. */
final class SharedMounts {
    private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;
    private static final int OPTIONAL = 6;

    private SharedMounts() {}

    /** Else the mount is refused, in containerd's words. */
    static void require(Path path) {
        try {
            require(path.toRealPath(), Files.readAllLines(MOUNTINFO));
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "mount", "can't look up the mount of " + path, e);
        }
    }

    static void require(Path path, List<String> mountinfo) {
        Path nearest = Path.of("/");
        boolean shared = false;
        for (String line : mountinfo) {
            String[] fields = line.split(" ");
            Path point = Path.of(fields[MOUNT_POINT].replace("\\040", " "));
            // Of those that are stacked on one place the last one counts.
            if (path.startsWith(point) && point.getNameCount() >= nearest.getNameCount()) {
                nearest = point;
                shared = isShared(fields);
            }
        }
        if (!shared) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG,
                    "mount",
                    "path \"" + path + "\" is mounted on \"" + nearest + "\" but it is not a shared mount",
                    0);
        }
    }

    /** Optional fields end at a hyphen. */
    private static boolean isShared(String[] fields) {
        for (int i = OPTIONAL; i < fields.length && !fields[i].equals("-"); i++) {
            if (fields[i].startsWith("shared:")) {
                return true;
            }
        }
        return false;
    }
}
