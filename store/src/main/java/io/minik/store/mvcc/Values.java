package io.minik.store.mvcc;

import io.minik.store.Bytes;
import io.minik.store.Value;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which values were handed out, so that a record stays for as long as somebody holds its value. A compaction that comes to
 * such a record leaves it behind as an orphan; it goes when the garbage collector has found its value unreachable.
 *
 * <p>Any thread asks for values; the writer removes records. About 50 bytes of heap a value: there is one for each object.
 */
final class Values {
    private static final int FIRST_BUCKETS = 64;

    /** Orphans removed at once, so that a commit after a collection is not much slower than others. */
    private static final int MAX_REMOVED_AT_ONCE = 256;

    /** Orphans' bytes that are worth a collection of garbage: as the JDK does for direct buffers. */
    private static final long COLLECT_AT_BYTES = 64L << 20;

    private static final long COLLECT_EVERY_MILLIS = 10_000;

    private final Records records;
    private final ReferenceQueue<Held> unreachable = new ReferenceQueue<>();

    // Guarded by this.
    private @Nullable Tag[] buckets = new Tag[FIRST_BUCKETS];
    private int size;
    private long orphanBytes;
    private long collectedAtMillis = -COLLECT_EVERY_MILLIS;

    Values(Records records) {
        this.records = records;
    }

    private static final class Held implements Value {
        private final Records records;
        private final long ref;
        private final long revision;
        private final int length;

        Held(Records records, long ref, long revision, int length) {
            this.records = records;
            this.ref = ref;
            this.revision = revision;
            this.length = length;
        }

        @Override
        public long revision() {
            return revision;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public Bytes read() {
            try {
                return records.find(KeyHistory.handle(ref), Bytes.EMPTY, revision, KeyHistory.sub(ref), true)
                        .orElseThrow(() -> new IllegalStateException("the value of revision " + revision + " is gone"))
                        .value();
            } finally {
                // The store must not forget what is held before it has been read.
                Reference.reachabilityFence(this);
            }
        }
    }

    private static final class Tag extends WeakReference<Held> {
        final long handle;
        final int length;
        boolean orphan;

        @Nullable
        Tag next;

        Tag(Held held, long handle, ReferenceQueue<Held> queue) {
            super(held, queue);
            this.handle = handle;
            this.length = held.length();
        }
    }

    /** Empty if the record is gone already. */
    synchronized Optional<Value> hold(long ref, long revision) {
        long handle = KeyHistory.handle(ref);
        Tag known = find(handle);
        Held held = known == null ? null : known.get();
        if (held != null && held.revision == revision) {
            return Optional.of(held);
        }
        int length = records.length(handle, revision, KeyHistory.sub(ref));
        if (length < 0) {
            return Optional.empty();
        }
        if (known != null) {
            unlink(known);
        }
        Held fresh = new Held(records, ref, revision, length);
        link(new Tag(fresh, handle, unreachable));
        return Optional.of(fresh);
    }

    /** The index has no use for the record any more. The writer. */
    synchronized void drop(long handle) {
        Tag known = find(handle);
        if (known != null && known.get() != null) {
            known.orphan = true;
            orphanBytes += known.length;
            return;
        }
        if (known != null) {
            unlink(known);
        }
        records.remove(handle);
    }

    /** Removes records that were held when they were dropped, and no longer are. The writer. */
    synchronized void reclaim(long nowMillis) {
        for (int i = 0; i < MAX_REMOVED_AT_ONCE; i++) {
            if (!(unreachable.poll() instanceof Tag tag)) {
                break;
            }
            if (unlink(tag) && tag.orphan) {
                orphanBytes -= tag.length;
                records.remove(tag.handle);
            }
        }
        if (orphanBytes > COLLECT_AT_BYTES && nowMillis - collectedAtMillis > COLLECT_EVERY_MILLIS) {
            collectedAtMillis = nowMillis;
            System.gc();
        }
    }

    /** Whether nobody holds anything. */
    synchronized boolean isEmpty() {
        for (Tag bucket : buckets) {
            for (Tag tag = bucket; tag != null; tag = tag.next) {
                if (tag.get() != null) {
                    return false;
                }
            }
        }
        return true;
    }

    private @Nullable Tag find(long handle) {
        for (Tag tag = buckets[bucket(handle)]; tag != null; tag = tag.next) {
            if (tag.handle == handle) {
                return tag;
            }
        }
        return null;
    }

    private void link(Tag tag) {
        if (size == buckets.length) {
            @Nullable Tag[] before = buckets;
            buckets = new Tag[2 * before.length];
            for (Tag first : before) {
                for (Tag moved = first; moved != null; ) {
                    Tag after = moved.next;
                    insert(moved);
                    moved = after;
                }
            }
        }
        insert(tag);
        size++;
    }

    private void insert(Tag tag) {
        int bucket = bucket(tag.handle);
        tag.next = buckets[bucket];
        buckets[bucket] = tag;
    }

    private boolean unlink(Tag tag) {
        int bucket = bucket(tag.handle);
        Tag before = null;
        for (Tag found = buckets[bucket]; found != null; found = found.next) {
            if (found == tag) {
                if (before == null) {
                    buckets[bucket] = found.next;
                } else {
                    before.next = found.next;
                }
                size--;
                return true;
            }
            before = found;
        }
        return false;
    }

    private int bucket(long handle) {
        return Long.hashCode((handle * 0x9E3779B97F4A7C15L) >>> 32) & (buckets.length - 1);
    }
}
