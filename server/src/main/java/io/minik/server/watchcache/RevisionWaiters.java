package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.loop.Loop;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeoutException;

/**
 * Who waits for the caches to show a revision: so many at a time, and each only until its deadline. On the caches' loop;
 * answers on each waiter's own context.
 */
final class RevisionWaiters {
    /** Requests that may wait at once for revisions that clients name, and that may never be written. */
    static final int MAX_NAMED = 1000;

    /** The same for what the store has told: more than a small server answers in the time that a load of everything takes. */
    static final int MAX_TOLD = 10_000;

    private static final int RETRY_SECONDS = 1;

    private final Vertx vertx;
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>();
    private int named;
    /** When {@link #timer} fires: no later than the first deadline. */
    private long timerMillis;

    private Loop.Timer timer = Loop.Timer.NONE;

    RevisionWaiters(Vertx vertx) {
        this.vertx = vertx;
    }

    private record Waiter(long revision, boolean named, long deadlineMillis, Promise<Void> promise, Context context)
            implements Comparable<Waiter> {
        @Override
        public int compareTo(Waiter other) {
            return Long.compare(revision, other.revision);
        }

        void fail(Exception why) {
            context.runOnContext(unused -> promise.fail(why));
        }
    }

    /** @param named by a client, and not by the store: it may never come */
    void add(long revision, boolean named, long millis, Promise<Void> promise, Context context) {
        Waiter waiter = new Waiter(revision, named, Loop.here(vertx).millis() + millis, promise, context);
        if (named ? this.named >= MAX_NAMED : waiters.size() - this.named >= MAX_TOLD) {
            waiter.fail(ApiException.of(
                    Reason.TooManyRequests,
                    "too many requests wait for a resource version of the future",
                    new Details("", "", "", "", List.of(), RETRY_SECONDS)));
            return;
        }
        this.named += named ? 1 : 0;
        waiters.add(waiter);
        if (timer.equals(Loop.Timer.NONE) || waiter.deadlineMillis < timerMillis) {
            arm(waiter.deadlineMillis);
        }
    }

    /** It is left to fire in vain when those who wait are woken: they mostly are, at once. */
    private void arm(long atMillis) {
        Loop loop = Loop.here(vertx);
        timer.cancel();
        timerMillis = atMillis;
        timer = loop.after(Duration.ofMillis(atMillis - loop.millis()), this::expire);
    }

    private void expire() {
        timer = Loop.Timer.NONE;
        long now = Loop.here(vertx).millis();
        List<Waiter> late = new ArrayList<>();
        long next = Long.MAX_VALUE;
        for (Waiter waiter : waiters) {
            if (waiter.deadlineMillis <= now) {
                late.add(waiter);
            } else {
                next = Math.min(next, waiter.deadlineMillis);
            }
        }
        if (!late.isEmpty()) {
            waiters.removeAll(late);
            for (Waiter waiter : late) {
                named -= waiter.named ? 1 : 0;
                waiter.fail(new TimeoutException("revision " + waiter.revision + " did not come"));
            }
        }
        if (!waiters.isEmpty()) {
            arm(next);
        }
    }

    void wake(long applied) {
        while (!waiters.isEmpty() && waiters.element().revision() <= applied) {
            Waiter waiter = waiters.remove();
            named -= waiter.named ? 1 : 0;
            waiter.context().runOnContext(unused -> waiter.promise().complete());
        }
    }

    void failAll(ApiException why) {
        waiters.forEach(waiter -> waiter.fail(why));
        waiters.clear();
        named = 0;
        timer.cancel();
        timer = Loop.Timer.NONE;
    }

    int size() {
        return waiters.size();
    }
}
