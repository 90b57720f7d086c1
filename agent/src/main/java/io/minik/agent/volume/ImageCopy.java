package io.minik.agent.volume;

import io.minik.runtime.sys.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What an image has at a path, copied: the first content of a volume that the image declares. The layers are shown over each
 * other for that time, and the path is opened in what they show, where no link leads out. Blocking.
 */
final class ImageCopy {
    private static final int FRESH_MODE = 0755;
    /** An image's volume is a database's empty tables; what takes longer hangs. */
    private static final int COPY_SECONDS = 300;

    private final Mounts mounts;

    ImageCopy(Mounts mounts) {
        this.mounts = mounts;
    }

    void fill(Path directory, List<Path> layers, String path) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path half = directory.resolveSibling(directory.getFileName() + ".half");
        Path shown = directory.resolveSibling(directory.getFileName() + ".image");
        Trees.delete(half);
        Files.createDirectories(half);
        Files.setAttribute(half, "unix:mode", FRESH_MODE);
        // overlayfs wants two lower directories where there is none to write to.
        Path empty = Files.createDirectories(directory.resolveSibling(directory.getFileName() + ".empty"));
        Files.createDirectories(shown);
        List<Path> all = new ArrayList<>(layers);
        all.add(empty);
        mounts.overlay(all, shown);
        try {
            Optional<Mounts.Opened> source = mounts.open(shown, path);
            if (source.isPresent()) {
                try (Mounts.Opened opened = source.get()) {
                    copy(opened.path(), half);
                }
            }
        } finally {
            mounts.unmount(shown);
            Files.delete(shown);
            Files.delete(empty);
        }
        Files.move(half, directory);
    }

    /** Owners, modes, times, attributes, links as links: cp knows all of that, and every distribution has it. */
    private static void copy(Path source, Path target) throws IOException {
        Process cp = new ProcessBuilder("cp", "-a", "--", source + "/.", target.toString())
                .redirectErrorStream(true)
                .start();
        try {
            cp.getOutputStream().close();
            String words = new String(cp.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
            if (!cp.waitFor(COPY_SECONDS, TimeUnit.SECONDS) || cp.exitValue() != 0) {
                throw new VolumeFault("the image's volume could not be copied: " + words.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VolumeFault("interrupted", e);
        } finally {
            cp.destroyForcibly();
        }
    }
}
