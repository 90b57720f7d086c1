package io.minik.runtime.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Small blobs by digest: manifests, indexes and configs (layers go straight into their snapshot, so that flash is written
 * once). A blob is verified before it gets its name, written to a temporary file, synced and renamed: what has a name is
 * whole, also after a power cut. Blocking; thread-safe.
 */
final class Content {
    private final Path blobs;
    /** Guarded by this: how many pulls and imports stand on a blob that no record names yet. */
    private final Map<Digest, Integer> held = new HashMap<>();

    Content(Path root) {
        this.blobs = root.resolve("blobs");
    }

    void open() throws IOException {
        Files.createDirectories(blobs);
        try (Stream<Path> files = Files.walk(blobs)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".tmp")).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    Optional<byte[]> find(Digest digest) throws IOException {
        Path file = file(digest);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(file);
        if (!digest.again(bytes).equals(digest)) {
            // Flash wears out: a blob that is no longer itself is fetched again.
            Files.delete(file);
            return Optional.empty();
        }
        return Optional.of(bytes);
    }

    /** @throws IOException if the bytes are not what the digest names */
    void put(Digest digest, byte[] bytes) throws IOException {
        Digest actual = digest.again(bytes);
        if (!actual.equals(digest)) {
            throw new IOException("digest mismatch: expected " + digest + ", got " + actual);
        }
        Path file = file(digest);
        if (!Files.exists(file)) {
            writeDurably(file, bytes);
        }
    }

    synchronized void hold(Digest digest) {
        held.merge(digest, 1, Integer::sum);
    }

    synchronized void release(List<Digest> digests) {
        digests.forEach(digest -> held.computeIfPresent(digest, (key, count) -> count == 1 ? null : count - 1));
    }

    /** Removes every blob that no record and no running pull names. */
    synchronized void retain(Supplier<Set<Digest>> recorded) throws IOException {
        Set<Digest> wanted = new HashSet<>(recorded.get());
        wanted.addAll(held.keySet());
        try (Stream<Path> files = Files.walk(blobs, 2)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = blobs.relativize(file);
                Digest digest = new Digest(
                        name.getName(0).toString(), name.getFileName().toString());
                if (!wanted.contains(digest)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Replaces a file in one step: readers and a power cut see the old bytes or the new ones. */
    static void writeDurably(Path file, byte[] bytes) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path fresh = Files.createTempFile(directory, "new-", ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer left = ByteBuffer.wrap(bytes);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private Path file(Digest digest) {
        return blobs.resolve(digest.algorithm()).resolve(digest.hex());
    }
}
