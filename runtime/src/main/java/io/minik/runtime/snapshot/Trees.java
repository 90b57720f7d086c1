package io.minik.runtime.snapshot;

import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks over whole directory trees; symlinks are never followed. Names that the locale can't spell go through as bytes. */
final class Trees {
    private static final long BLOCK_BYTES = 4096;

    private Trees() {}

    /** Deletes a tree, deepest first. Success if it is gone. */
    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        FileVisitor<Path> visitor = new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
                if (why instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw why;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException why) throws IOException {
                if (why != null) {
                    throw why;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        };
        Files.walkFileTree(tree, visitor);
    }

    /** What a tree takes on disk: sizes rounded up to blocks, a file with several names counted once. */
    static Snapshots.Usage usage(Path tree) {
        long[] sum = new long[2];
        Set<Object> seen = new HashSet<>();
        FileVisitor<Path> visitor = new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                count(attributes.size());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Map<String, Object> unix =
                        Files.readAttributes(file, "unix:nlink,ino", java.nio.file.LinkOption.NOFOLLOW_LINKS);
                boolean first = Integer.valueOf(1).equals(unix.get("nlink")) || seen.add(unix.get("ino"));
                if (first) {
                    count(attributes.isRegularFile() ? attributes.size() : 0);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException why) {
                // The container goes on writing and deleting while we count.
                return FileVisitResult.CONTINUE;
            }

            private void count(long bytes) {
                sum[0] += (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
                sum[1]++;
            }
        };
        try {
            Files.walkFileTree(tree, visitor);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "usage", "count " + tree + ": " + e.getMessage(), e);
        }
        return new Snapshots.Usage(sum[0], sum[1]);
    }
}
