package io.minik.server.watchcache;

import io.minik.api.client.WatchEvent;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.server.watchcache.CacheEvent.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running watch: a bounded queue between the caches' loop, which fills it, and the watcher's own context, which
 * empties it into a sink. A watcher that can't keep up is ended with 410; it never holds the ring or the other watchers.
 *
 * <pre>
 *   FILLING (initial events, ring) --> LIVE --close(), overflow, timeout, cache lost--> ENDED
 * </pre>
 */
public final class CacheWatcher {
    /**
     * Events that may wait for a slow client. A client that is 1,000 events behind takes longer to read them than to list
     * again; a thousand such clients hold references to shared events only.
     */
    static final int MAX_QUEUED = 1000;

    /** The same by the bytes of their objects, which the store keeps until they are sent: as much as a ring has. */
    static final long MAX_QUEUED_BYTES = EventRing.MAX_BYTES;

    /** Events handed to the sink at once: long enough to fill network buffers, short enough to let other work in. */
    private static final int BATCH = 256;

    /** The same by bytes: what a sink is handed is on the heap until it is sent. */
    private static final long BATCH_BYTES = 256 << 10;

    private static final Logger log = LoggerFactory.getLogger(CacheWatcher.class);

    private final Wakes.Bell bell;
    private final Filter filter;
    private final boolean bookmarks;
    private final WatchSink sink;
    private final Runnable onClosed;

    /** @param why empty: in peace */
    private record End(Optional<ApiException> why) {}

    // Any thread.
    private final Queue<Seen> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile boolean closed;
    private volatile @Nullable End end;

    /** One for all times it is woken. */
    private final Runnable drains = this::drain;

    // The watcher's context. It starts paused: who asked for it may need to prepare first.
    private boolean paused = true;

    /** Its sink is still at work on what it got. */
    private boolean held;

    // The caches' loop.
    private int limit = MAX_QUEUED;
    private long limitBytes = MAX_QUEUED_BYTES;
    private long knownRevision;

    CacheWatcher(Wakes.Bell bell, Filter filter, boolean bookmarks, WatchSink sink, Runnable onClosed) {
        this.bell = bell;
        this.filter = filter;
        this.bookmarks = bookmarks;
        this.sink = sink;
        this.onClosed = onClosed;
    }

    /** Ends it without a word: the sink is not called again. Any thread. */
    public void close() {
        if (!closed) {
            closed = true;
            onClosed.run();
        }
    }

    /** Lets events wait in the queue until {@link #resume}. The watcher's context. */
    public void pause() {
        paused = true;
    }

    /** Lets events flow: also needed once at the start. The watcher's context. */
    public void resume() {
        if (paused) {
            paused = false;
            drain();
        }
    }

    /** Nothing more comes, be it paused or not, until {@link #release}: for a sink that waits for somebody. The watcher's context. */
    public void hold() {
        held = true;
    }

    /** The watcher's context. */
    public void release() {
        held = false;
        drain();
    }

    /** Whether nobody wants to hear of it any more. */
    public boolean left() {
        return closed;
    }

    /** The same from any thread, once the present task of the watcher's context is over. */
    public void resumeLater() {
        bell.now(this::resume);
    }

    boolean closed() {
        return closed || end != null;
    }

    boolean wantsBookmarks() {
        return bookmarks;
    }

    /** Room for initial events on top of the bounds, until {@link #expectNoMore}. The caches' loop. */
    void expectAny() {
        limit = Integer.MAX_VALUE;
        limitBytes = Long.MAX_VALUE;
    }

    /** From here on the bounds are counted from what is queued now. The caches' loop. */
    void expectNoMore() {
        limit = MAX_QUEUED + queued.get();
        limitBytes = MAX_QUEUED_BYTES + queuedBytes.get();
    }

    /** The caches' loop. */
    void offer(CacheEvent event) {
        if (event.revision() > knownRevision) {
            try {
                Optional<Seen> seen = event.seenThrough(filter);
                if (seen.isPresent()) {
                    offer(seen.get());
                }
            } catch (RuntimeException e) {
                broken("a watch could not be told of a change", e);
            }
        }
    }

    /** The caches' loop. */
    void offerInitial(KubeObject object) {
        offer(new Seen(WatchEvent.Type.ADDED, object, Optional.empty()));
    }

    /** The caches' loop. */
    void offerBookmark(KubeObject bookmark) {
        offer(new Seen(WatchEvent.Type.BOOKMARK, bookmark, Optional.empty()));
    }

    /** Events up to this revision are known to the client already. The caches' loop. */
    void startAfter(long revision) {
        knownRevision = revision;
    }

    Filter filter() {
        return filter;
    }

    /** Ends it after what is queued. Any thread. */
    void finish(Optional<ApiException> why) {
        if (!closed()) {
            end = new End(why);
            onClosed.run();
            schedule();
        }
    }

    private void offer(Seen seen) {
        if (closed()) {
            return;
        }
        boolean tooMany = queued.incrementAndGet() > limit;
        long before = queuedBytes.getAndAdd(seen.object().length());
        boolean tooLarge = before > 0 && before + seen.object().length() > limitBytes;
        if (tooMany || tooLarge) {
            queue.clear();
            finish(Optional.of(ApiException.expired("too old resource version: the watcher fell behind by more than "
                    + (tooMany ? MAX_QUEUED + " events" : MAX_QUEUED_BYTES + " bytes") + ", list again")));
            return;
        }
        queue.add(seen);
        if (scheduled.compareAndSet(false, true)) {
            bell.afterThisTurn(drains);
        }
    }

    /** It lost an event: what follows would be wrong without it. The others go on. Any thread. */
    private void broken(String what, RuntimeException fault) {
        log.atError().setCause(fault).log(what);
        queue.clear();
        finish(Optional.of(ApiException.expired("too old resource version: the watch lost an event, list again")));
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            bell.now(drains);
        }
    }

    private void drain() {
        scheduled.set(false);
        while (!closed && !paused && !held) {
            List<Seen> batch = new ArrayList<>();
            long bytes = 0;
            Seen next;
            while (batch.size() < BATCH && bytes < BATCH_BYTES && (next = queue.poll()) != null) {
                batch.add(next);
                bytes += next.object().length();
            }
            if (batch.isEmpty()) {
                break;
            }
            queued.addAndGet(-batch.size());
            queuedBytes.addAndGet(-bytes);
            try {
                sink.onEvents(batch);
            } catch (RuntimeException e) {
                broken("a watcher failed", e);
            }
            if (batch.size() == BATCH || bytes >= BATCH_BYTES) {
                schedule();
                return;
            }
        }
        End last = end;
        if (last != null && !closed && !held && queue.isEmpty()) {
            closed = true;
            sink.onEnd(last.why());
        }
    }
}
