package io.minik.agent.volume;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The seam at mount(2), and at what else the kernel does for volumes. Blocking: on the file workers only. {@link LinuxMounts} is the real one. */
public interface Mounts {
    /** @param sizeBytes 0 = the kernel's own limit */
    void tmpfs(Path target, long sizeBytes);

    /** Shows directories over each other, read-only, and nothing in them may be run. @param layers uppermost first */
    void overlay(List<Path> layers, Path target);

    /**
     * Shows a path of a volume at a target, made as file or directory. What does not exist below the volume is made as
     * directories; nothing on the way may lead out of the volume, also not while someone changes it.
     *
     * @throws VolumeFault if it leads out
     */
    void subPath(Path volume, String subPath, Path target);

    /**
     * A directory that someone else's path names below a root, where links are followed as if that were "/". Empty if there is
     * none.
     */
    Optional<Opened> open(Path root, String path);

    /** @param path leads to exactly what was opened, also from other processes, until it is closed */
    record Opened(Path path, Runnable closing) implements AutoCloseable {
        @Override
        public void close() {
            closing.run();
        }
    }

    /** Gives a volume to a group: fsGroup. */
    void give(Path volume, long gid, boolean onlyIfRootDiffers) throws IOException;

    /** What a volume takes on disk. */
    long usedBytes(Path volume) throws IOException;

    /** Success if nothing is mounted there. */
    void unmount(Path target);

    /** All mount points at or below a directory, deepest first. */
    List<Path> below(Path directory);
}
