package io.minik.server.watchcache;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;

/** The latest events of one resource, so that a watch can resume where it broke off. Owned by the caches' loop. */
final class EventRing {
    /**
     * Events kept. A client that lost its connection is back within seconds; 1,000 events are more than a minute of a busy
     * edge cluster's changes of one kind, and at a few hundred bytes of heap each less than a megabyte.
     */
    static final int CAPACITY = 1000;

    /**
     * What the objects of these events may take, in the store and beside it: 18 changes of the largest, or all of those of
     * pods.
     */
    static final long MAX_BYTES = 16 << 20;

    private final ArrayDeque<CacheEvent> events = new ArrayDeque<>();
    private long oldest;
    private long bytes;

    /** @param since the revision that the cache was loaded at: what happened before is not known here */
    EventRing(long since) {
        oldest = since;
    }

    void add(CacheEvent event) {
        events.addLast(event);
        bytes += event.bytes();
        while (events.size() > CAPACITY || (bytes > MAX_BYTES && events.size() > 1)) {
            CacheEvent gone = events.removeFirst();
            bytes -= gone.bytes();
            oldest = gone.revision();
        }
    }

    /** The smallest revision that a watch can start after. */
    long oldest() {
        return oldest;
    }

    /** Everything after a revision that is not older than {@link #oldest()}, in order. */
    void after(long revision, Consumer<CacheEvent> consumer) {
        int newer = 0;
        for (Iterator<CacheEvent> back = events.descendingIterator(); back.hasNext(); ) {
            if (back.next().revision() <= revision) {
                break;
            }
            newer++;
        }
        int skip = events.size() - newer;
        for (CacheEvent event : events) {
            if (skip-- <= 0) {
                consumer.accept(event);
            }
        }
    }
}
