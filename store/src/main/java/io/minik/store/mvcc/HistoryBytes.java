package io.minik.store.mvcc;

import java.util.ArrayDeque;

/**
 * Bytes of values that were overwritten or deleted and wait for a compaction, by the revision that did it. The writer's.
 */
final class HistoryBytes {
    /** Counted together: the whole takes some kilobytes. */
    private static final long CHUNK_BYTES = 256 << 10;

    private record Chunk(long upTo, long bytes) {}

    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private long total;

    void superseded(long revision, long bytes) {
        Chunk last = chunks.peekLast();
        if (last != null && last.bytes() < CHUNK_BYTES) {
            chunks.removeLast();
            chunks.addLast(new Chunk(revision, last.bytes() + bytes));
        } else {
            chunks.addLast(new Chunk(revision, bytes));
        }
        total += bytes;
    }

    void compacted(long revision) {
        for (Chunk first = chunks.peekFirst(); first != null && first.upTo() <= revision; first = chunks.peekFirst()) {
            chunks.removeFirst();
            total -= first.bytes();
        }
    }

    long total() {
        return total;
    }

    /** Compacting this revision lets go of the older half at least. */
    long half() {
        long left = total / 2;
        long revision = 0;
        for (Chunk chunk : chunks) {
            if (left <= 0) {
                break;
            }
            left -= chunk.bytes();
            revision = chunk.upTo();
        }
        return revision;
    }
}
