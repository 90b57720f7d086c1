package io.minik.agent.volume;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whole directories: deleting them, giving them to a group. Links are never followed. Blocking. */
public final class Trees {
    private static final int GROUP_FILE = 0660;
    private static final int GROUP_DIRECTORY = 02770;
    private static final int PERMISSIONS = 07777;

    private Trees() {}

    /** Success if it is not there. Nothing may be mounted below. */
    public static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException error) throws IOException {
                if (error != null) {
                    throw error;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Gives everything to a group, readable and writable by it; new files in it inherit the group. */
    static void giveToGroup(Path root, long gid, boolean onlyIfRootDiffers) throws IOException {
        if (onlyIfRootDiffers && owned(root, gid)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path path : walk.toList()) {
                if (Files.isSymbolicLink(path)) {
                    continue;
                }
                int mode = (int) Files.getAttribute(path, "unix:mode") & PERMISSIONS;
                Files.setAttribute(path, "unix:gid", (int) gid);
                Files.setAttribute(path, "unix:mode", mode | (Files.isDirectory(path) ? GROUP_DIRECTORY : GROUP_FILE));
            }
        }
    }

    private static boolean owned(Path root, long gid) throws IOException {
        int mode = (int) Files.getAttribute(root, "unix:mode");
        return ((Number) Files.getAttribute(root, "unix:gid")).longValue() == gid
                && (mode & GROUP_DIRECTORY) == GROUP_DIRECTORY;
    }
}
