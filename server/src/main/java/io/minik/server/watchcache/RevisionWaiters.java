package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.loop.Loop;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeoutException;

/** Who waits for the caches to show a revision. On the caches' loop; answers on each waiter's own context. */
final class RevisionWaiters {
    /** Requests that may wait at once for revisions that clients name: each of them for seconds only. */
    static final int MAX_NAMED = 1000;

    private final Vertx vertx;
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>();

    /** Of those that wait, or waited a moment ago, for what a client named. */
    private int named;

    RevisionWaiters(Vertx vertx) {
        this.vertx = vertx;
    }

    private record Waiter(long revision, Promise<Void> promise, Context context) implements Comparable<Waiter> {
        @Override
        public int compareTo(Waiter other) {
            return Long.compare(revision, other.revision);
        }

        void fail(Exception why) {
            context.runOnContext(unused -> promise.fail(why));
        }
    }

    /** For a revision that the store has told: it comes, or the store fails. */
    void add(long revision, Promise<Void> promise, Context context) {
        waiters.add(new Waiter(revision, promise, context));
    }

    /** For a revision that a client names and that may never be written: after some time nothing of it is kept. */
    void add(long revision, Promise<Void> promise, Context context, long millis) {
        Waiter waiter = new Waiter(revision, promise, context);
        if (named == MAX_NAMED) {
            waiter.fail(ApiException.of(
                    Reason.TooManyRequests,
                    "too many requests wait for a resource version of the future",
                    new Details("", "", "", "", List.of(), 1)));
            return;
        }
        named++;
        waiters.add(waiter);
        Loop.here(vertx).after(Duration.ofMillis(millis), () -> {
            named--;
            if (waiters.remove(waiter)) {
                waiter.fail(new TimeoutException("revision " + revision + " did not come"));
            }
        });
    }

    void wake(long applied) {
        while (!waiters.isEmpty() && waiters.element().revision() <= applied) {
            Waiter waiter = waiters.remove();
            waiter.context().runOnContext(unused -> waiter.promise().complete());
        }
    }

    void failAll(ApiException why) {
        waiters.forEach(waiter -> waiter.fail(why));
        waiters.clear();
    }

    int size() {
        return waiters.size();
    }
}
