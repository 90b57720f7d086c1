package io.minik.api.client;

import io.minik.api.meta.ApiException;
import io.minik.ground.loop.Loop;
import io.minik.ground.loop.Seconds;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that wait for work. A key is in it once, however often it is added; while it is worked on, an add is remembered
 * and the key runs once more afterwards: the same key never runs twice at a time. A failed key comes back with its own
 * growing delay, and one that is always added again comes at a measured pace: two controllers that undo each other's work,
 * because one of them sees an old image, don't do so as fast as the machine can.
 *
 * <pre>
 *   absent --add--> WAITING --free slot--> RUNNING --done--> absent
 *     ^               ^                     |  |
 *     |               +--(added meanwhile)--+  +--failed--> DELAYED --due--> WAITING
 * </pre>
 *
 * Bounds: as many keys as there are objects; at most {@code concurrency} run. Owned by its loop: call it there.
 */
public final class WorkQueue<K> {
    private static final long FIRST_DELAY_MILLIS = 5;
    /** As client-go: a key that always fails is tried every 17 minutes. */
    private static final long LAST_DELAY_MILLIS = 1_000_000;
    /** How many keys may start in one turn of the loop, so that others on it get theirs. */
    private static final int STARTS_PER_TURN = 32;
    /** The pace of a key that has used up what it may start at once: events of many pods are seen in one look as well. */
    private static final long PACE_MILLIS = 20;

    private static final int STARTS_AT_ONCE = 50;
    private static final long AHEAD_MILLIS = STARTS_AT_ONCE * PACE_MILLIS;

    private static final Logger log = LoggerFactory.getLogger(WorkQueue.class);

    private final String name;
    private final Loop loop;
    private final int concurrency;
    private final Function<K, Future<Optional<Duration>>> work;
    private final QueueFigures figures;

    // Owned by the loop.
    private final ArrayDeque<K> waiting = new ArrayDeque<>();
    private final Set<K> dirty = new HashSet<>();
    /** Keys that are worked on, each with when that began. */
    private final Map<K, Long> running = new HashMap<>();
    /** Since when each key waits. */
    private final Map<K, Long> since = new HashMap<>();

    private final Map<K, Integer> failures = new HashMap<>();
    private final Map<K, Delayed> delayed = new HashMap<>();
    /** Until when a key's starts so far would last at the pace, by the loop's time; those that are past are struck out. */
    private final Map<K, Long> paced = new HashMap<>();

    private long struckMillis;
    private boolean open;
    private boolean stopped;
    private boolean turnPending;
    /** The loop's time of the last key that began or ended, while others wait; -1: none waits. Any thread reads. */
    private volatile long stillSinceMillis = -1;

    private record Delayed(Instant due, Loop.Timer timer) {}

    /** @param work answers with a delay to be called again after, or empty */
    public WorkQueue(String name, Loop loop, int concurrency, Function<K, Future<Optional<Duration>>> work) {
        this.name = name;
        this.loop = loop;
        this.concurrency = concurrency;
        this.work = work;
        this.figures = new QueueFigures(name, loop::millis);
    }

    /** Any thread. */
    public QueueFigures figures() {
        return figures;
    }

    /** Until this is called keys only gather: a controller opens its queue once its informers are complete. */
    public void open() {
        open = true;
        wake();
    }

    /** What runs ends; nothing new starts. */
    public void stop() {
        stopped = true;
        waiting.clear();
        since.clear();
        figures.waiting(0);
        moved();
        dirty.clear();
        delayed.values().forEach(delay -> delay.timer().cancel());
        delayed.clear();
        paced.clear();
    }

    public void add(K key) {
        if (stopped || !dirty.add(key)) {
            return;
        }
        figures.added(waiting.size());
        if (!running.containsKey(key)) {
            waits(key);
            if (stillSinceMillis < 0) {
                moved();
            }
            wake();
        }
    }

    /** How long keys have waited while none began or ended: work that never ends holds all places. Any thread. */
    public Duration stuckFor() {
        long since = stillSinceMillis;
        return since < 0 ? Duration.ZERO : Duration.ofMillis(loop.millis() - since);
    }

    private void waits(K key) {
        waiting.add(key);
        since.put(key, loop.millis());
        figures.waiting(waiting.size());
    }

    private void moved() {
        stillSinceMillis = waiting.isEmpty() ? -1 : loop.millis();
    }

    /** Adds when the delay has passed; the earliest of several counts. */
    public void addAfter(K key, Duration delay) {
        if (stopped) {
            return;
        }
        if (delay.isZero() || delay.isNegative()) {
            add(key);
            return;
        }
        figures.retried();
        Duration wait = Seconds.atMost(delay);
        Instant due = loop.now().plus(wait);
        Delayed present = delayed.get(key);
        if (present != null && !present.due().isAfter(due)) {
            return;
        }
        if (present != null) {
            present.timer().cancel();
        }
        Loop.Timer timer = loop.after(wait, () -> {
            delayed.remove(key);
            add(key);
        });
        delayed.put(key, new Delayed(due, timer));
    }

    /** Nothing waits, runs or is delayed. */
    public boolean idle() {
        return waiting.isEmpty() && running.isEmpty() && delayed.isEmpty();
    }

    public int depth() {
        return waiting.size();
    }

    private void wake() {
        if (open && !turnPending && !stopped) {
            turnPending = true;
            loop.run(this::turn);
        }
    }

    private void turn() {
        turnPending = false;
        int started = 0;
        while (!waiting.isEmpty() && running.size() < concurrency && !stopped) {
            if (++started > STARTS_PER_TURN) {
                wake();
                return;
            }
            K next = waiting.remove();
            long waits = Objects.requireNonNullElseGet(since.remove(next), loop::millis);
            figures.waiting(waiting.size());
            long restMillis = restMillis(next);
            if (restMillis == 0) {
                figures.begun(waits);
                begin(next);
            } else {
                dirty.remove(next);
                moved();
                addAfter(next, Duration.ofMillis(restMillis));
            }
        }
    }

    /** How long a key waits because it has started so often; 0: it starts now. */
    private long restMillis(K key) {
        long now = loop.millis();
        if (now - struckMillis >= AHEAD_MILLIS) {
            struckMillis = now;
            paced.values().removeIf(until -> until <= now);
        }
        long until = Math.max(paced.getOrDefault(key, now), now) + PACE_MILLIS;
        if (until - now > AHEAD_MILLIS) {
            return until - now - AHEAD_MILLIS;
        }
        paced.put(key, until);
        return 0;
    }

    private void begin(K key) {
        dirty.remove(key);
        moved();
        // What it asked for earlier is answered by this run, which will ask anew if it must.
        Delayed asked = delayed.remove(key);
        if (asked != null) {
            asked.timer().cancel();
        }
        running.put(key, loop.millis());
        figures.running(running.values());
        Future<Optional<Duration>> outcome;
        try {
            outcome = work.apply(key);
        } catch (RuntimeException e) {
            outcome = Future.failedFuture(e);
        }
        outcome.onComplete(done -> {
            if (done.succeeded()) {
                end(key, done.result());
            } else {
                fail(key, done.cause());
            }
        });
    }

    private void end(K key, Optional<Duration> again) {
        failures.remove(key);
        release(key);
        again.ifPresent(delay -> addAfter(key, delay));
    }

    private void fail(K key, Throwable error) {
        int before = failures.merge(key, 1, Integer::sum) - 1;
        long delay = Backoff.exponential(FIRST_DELAY_MILLIS, LAST_DELAY_MILLIS, before);
        var entry = ReconcileFailure.expected(error) ? log.atDebug() : log.atWarn();
        entry = entry.addKeyValue("queue", name)
                .addKeyValue("key", key)
                .addKeyValue("failures", before + 1)
                .addKeyValue("err", error.toString());
        if (!(error instanceof ApiException)) {
            entry = entry.setCause(error);
        }
        entry.log("reconcile failed, will retry");
        release(key);
        addAfter(key, Duration.ofMillis(delay));
    }

    private void release(K key) {
        Long begun = running.remove(key);
        if (begun != null) {
            figures.ended(begun);
        }
        figures.running(running.values());
        if (dirty.contains(key)) {
            waits(key);
        }
        moved();
        if (!waiting.isEmpty()) {
            wake();
        }
    }
}
