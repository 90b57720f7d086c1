package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Reads the host's device nodes. */
final class DeviceNodes {
    private static final Path DEV = Path.of("/dev");
    /** File systems of their own, and what every container has its own of. */
    private static final Set<String> NOT_COPIED = Set.of("pts", "shm", "fd", "mqueue", "console", "ptmx", "hugepages");

    private static final int TYPE_SHIFT = 12;
    private static final int CHARACTER = 2;
    private static final int BLOCK = 6;
    private static final int PERMISSIONS = 07777;

    private DeviceNodes() {}

    static Launch.Node of(Path hostPath, String containerPath) {
        return read(hostPath, containerPath)
                .orElseThrow(() -> new RuntimeFault(
                        RuntimeFault.Kind.INVALID_CONFIG, "device", hostPath + " is not a device node", 0));
    }

    private static Optional<Launch.Node> read(Path hostPath, String containerPath, LinkOption... options) {
        try {
            Map<String, Object> unix = Files.readAttributes(hostPath, "unix:mode,rdev,uid,gid", options);
            int mode = (int) Objects.requireNonNull(unix.get("mode"));
            int type = mode >> TYPE_SHIFT;
            if (type != CHARACTER && type != BLOCK) {
                return Optional.empty();
            }
            long device = (long) Objects.requireNonNull(unix.get("rdev"));
            return Optional.of(new Launch.Node(
                    containerPath,
                    type == BLOCK ? 'b' : 'c',
                    (int) ((device >> 8) & 0xfff),
                    (int) ((device & 0xff) | ((device >> 12) & 0xfff00)),
                    mode & PERMISSIONS,
                    (int) Objects.requireNonNull(unix.get("uid")),
                    (int) Objects.requireNonNull(unix.get("gid"))));
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "device", "can't read the device " + hostPath, e);
        }
    }

    /** All of the host's, for privileged containers. */
    static List<Launch.Node> all() {
        List<Launch.Node> nodes = new ArrayList<>();
        try {
            Files.walkFileTree(DEV, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    boolean skip = DEV.equals(directory.getParent())
                            && NOT_COPIED.contains(directory.getFileName().toString());
                    return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isOther()
                            && !NOT_COPIED.contains(file.getFileName().toString())) {
                        read(file, file.toString(), LinkOption.NOFOLLOW_LINKS).ifPresent(nodes::add);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "list devices", "can't list " + DEV, e);
        }
        return nodes;
    }
}
