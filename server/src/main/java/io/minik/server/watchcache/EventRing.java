package io.minik.server.watchcache;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;

/** The latest events of one resource, so that a watch can resume where it broke off. Owned by the caches' loop. */
final class EventRing {
    /**
     * Events kept. A client that lost its connection is back within seconds; 1,000 events are more than a minute of a busy
     * edge cluster's changes of one kind, and at a few hundred bytes each (objects are shared with the cache) less than a
     * megabyte.
     */
    static final int CAPACITY = 1000;

    private final ArrayDeque<CacheEvent> events = new ArrayDeque<>();
    private long oldest;

    /** @param since the revision that the cache was loaded at: what happened before is not known here */
    EventRing(long since) {
        oldest = since;
    }

    void add(CacheEvent event) {
        if (events.size() == CAPACITY) {
            oldest = events.removeFirst().revision();
        }
        events.addLast(event);
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
