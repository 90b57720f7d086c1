package io.minik.runtime.image;

import io.minik.runtime.snapshot.Snapshotter;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;

/**
 * Brings layers into snapshots, each once, and keeps garbage collection off those that a running pull needs. Blocking;
 * thread-safe: a second thread that wants the same layer waits for the first and then finds it there.
 */
final class Layers {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Snapshotter snapshots;
    /** Guarded by this: how many pulls and imports hold a layer. */
    private final Map<String, Integer> held = new HashMap<>();
    /** Guarded by this: layers being unpacked. */
    private final Set<String> busy = new HashSet<>();

    Layers(Snapshotter snapshots) {
        this.snapshots = snapshots;
    }

    /** Opens a layer's bytes as stored, compressed or not; only called if they are needed. */
    interface Source {
        InputStream open() throws IOException;
    }

    boolean has(String chainId) {
        return snapshots.has(chainId);
    }

    /** Once all layers of an image are there. @param chainIds lowest first */
    void settle(List<String> chainIds) {
        snapshots.settle(chainIds);
    }

    void flush() {
        snapshots.flush();
    }

    synchronized void hold(List<String> chainIds) {
        chainIds.forEach(chainId -> held.merge(chainId, 1, Integer::sum));
    }

    synchronized void release(List<String> chainIds) {
        chainIds.forEach(chainId -> held.computeIfPresent(chainId, (id, count) -> count == 1 ? null : count - 1));
    }

    /** Unpacks what {@code diffId} names, unless it is there; the tar's own digest is verified before it gets its name. */
    void bring(String chainId, Digest diffId, Source source) throws IOException, InterruptedException {
        synchronized (this) {
            while (!busy.add(chainId)) {
                wait();
            }
        }
        try {
            if (!snapshots.has(chainId)) {
                try (InputStream stored = source.open();
                        InputStream tar = new VerifiedStream(decompressed(stored), diffId, Long.MAX_VALUE)) {
                    snapshots.unpack(chainId, tar);
                }
            }
        } finally {
            synchronized (this) {
                busy.remove(chainId);
                notifyAll();
            }
        }
    }

    /** Removes layers that no image, given by its layers, and no pull needs. */
    synchronized void removeUnused(List<String> candidates, Supplier<Set<String>> recorded) {
        Set<String> wanted = recorded.get();
        for (String chainId : candidates) {
            if (!wanted.contains(chainId) && !held.containsKey(chainId)) {
                snapshots.removeLayer(chainId);
            }
        }
    }

    /** Removes what neither records nor pulls nor the given containers need. New pulls wait until it is done. */
    synchronized void reclaim(Set<String> containerIds, Supplier<Set<String>> recorded) {
        Set<String> wanted = new HashSet<>(recorded.get());
        wanted.addAll(held.keySet());
        snapshots.reclaim(containerIds, wanted);
    }

    /** By the first bytes, because media types lie: builders put gzip under plain names and the other way round. */
    static InputStream decompressed(InputStream stored) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(stored, BUFFER_BYTES);
        buffered.mark(4);
        byte[] magic = buffered.readNBytes(4);
        buffered.reset();
        if (magic.length >= 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
            return new BufferedInputStream(
                    new Drained(new GZIPInputStream(buffered, BUFFER_BYTES), buffered), BUFFER_BYTES);
        }
        if (magic.length == 4
                && (magic[0] & 0xff) == 0x28
                && (magic[1] & 0xff) == 0xb5
                && (magic[2] & 0xff) == 0x2f
                && (magic[3] & 0xff) == 0xfd) {
            throw new IOException("layer is compressed with zstd, which this version can't read: use gzip");
        }
        return buffered;
    }

    /** At the end of the unzipped bytes reads the rest of the zipped ones, so that a digest over those is complete. */
    private static final class Drained extends FilterInputStream {
        /** Padding, at most: nothing that is unzipped comes after it. */
        private static final long MAX_TAIL_BYTES = 16L << 20;

        private final InputStream source;
        private final byte[] tail = new byte[BUFFER_BYTES];
        private long tailBytes;

        Drained(InputStream in, InputStream source) {
            super(in);
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = super.read(into, offset, length);
            if (count < 0) {
                for (int rest = source.read(tail); rest >= 0; rest = source.read(tail)) {
                    tailBytes += rest;
                    if (tailBytes > MAX_TAIL_BYTES) {
                        throw new IOException(
                                "layer goes on for more than " + MAX_TAIL_BYTES + " bytes after its zipped part");
                    }
                }
            }
            return count;
        }
    }
}
