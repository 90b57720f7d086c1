package io.minik.runtime.snapshot;

import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What directory trees take on disk. Symlinks are never followed. */
final class DiskUsage {
    private static final long BLOCK_BYTES = 4096;

    private DiskUsage() {}

    /** Sizes rounded up to blocks, a file with several names counted once. */
    static Snapshots.Usage of(Path tree) {
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
                Map<String, Object> unix = Files.readAttributes(file, "unix:nlink,ino", LinkOption.NOFOLLOW_LINKS);
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
