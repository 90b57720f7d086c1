package io.minik.store.remote;

import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.Value;
import io.minik.store.mvcc.Records;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values that etcd has told, kept for as long as somebody holds their handles, their bytes outside the heap. Those that were told
 * last are held here, too, so that whoever hears of a change finds its value. Any thread.
 */
final class RemoteValues {
    /** Between a change's arrival and its listener's question; the most that waits for a watch is as much. */
    private static final int RECENT_BYTES = 8 << 20;

    /** Bytes that came since the last collection of garbage and are worth one: as the JDK does for direct buffers. */
    private static final long COLLECT_AT_BYTES = 64L << 20;

    private final Records records;
    private final ReferenceQueue<Held> unreachable = new ReferenceQueue<>();

    // Guarded by this.
    private final Map<Place, Tag> tags = new HashMap<>();
    private final Deque<Held> recent = new ArrayDeque<>();
    private long recentBytes;
    private long addedBytes;
    private boolean closed;

    RemoteValues(Records records) {
        this.records = records;
    }

    private record Place(Bytes key, long revision) {}

    private static final class Held implements Value {
        private final Records records;
        private final long handle;
        private final long revision;
        private final int length;

        Held(Records records, long handle, long revision, int length) {
            this.records = records;
            this.handle = handle;
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
                return records.find(handle, Bytes.EMPTY, revision, 0, true)
                        .orElseThrow(() -> new IllegalStateException("the value of revision " + revision + " is gone"))
                        .value();
            } finally {
                // Its record goes when nobody holds it: not before it has been read.
                Reference.reachabilityFence(this);
            }
        }
    }

    private static final class Tag extends WeakReference<Held> {
        private final Place place;
        private final long handle;

        Tag(Held held, Place place, long handle, ReferenceQueue<Held> queue) {
            super(held, queue);
            this.place = place;
            this.handle = handle;
        }
    }

    /** A handle of what was just read. */
    synchronized Value hold(KeyValue kv) {
        forgetUnreachable();
        Place place = new Place(kv.key(), kv.modRevision());
        Held held = of(place);
        if (held == null) {
            long handle = records.add(kv, 0);
            held = new Held(records, handle, kv.modRevision(), kv.value().length());
            tags.put(place, new Tag(held, place, handle, unreachable));
            addedBytes += held.length();
        }
        return held;
    }

    /** The same, held for a while by itself. */
    synchronized void told(KeyValue kv) {
        Held held = (Held) hold(kv);
        recent.add(held);
        recentBytes += held.length();
        while (recentBytes > RECENT_BYTES && recent.size() > 1) {
            recentBytes -= recent.remove().length();
        }
    }

    synchronized Optional<Value> find(Bytes key, long revision) {
        return Optional.ofNullable(of(new Place(key, revision)));
    }

    private @Nullable Held of(Place place) {
        Tag tag = tags.get(place);
        return tag == null ? null : tag.get();
    }

    private void forgetUnreachable() {
        if (addedBytes > COLLECT_AT_BYTES) {
            addedBytes = 0;
            System.gc();
        }
        for (Tag gone = (Tag) unreachable.poll(); gone != null; gone = (Tag) unreachable.poll()) {
            tags.remove(gone.place, gone);
            if (!closed) {
                records.remove(gone.handle);
            }
        }
    }

    long bytesInUse() {
        return records.bytesInUse();
    }

    synchronized void close() {
        closed = true;
        recent.clear();
        records.close();
    }
}
