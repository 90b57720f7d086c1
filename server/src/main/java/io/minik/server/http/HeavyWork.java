package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Writes with large bodies: decoded off the event loops, one at a time, users in turn. A body's tree takes ten to twenty times
 * its bytes, so only one such tree lives at once; those that wait are bytes, which {@link ByteBudget} counts. Any thread.
 */
final class HeavyWork {
    /** Larger bodies take more than a millisecond or two to decode and check. */
    static final int ABOVE_BYTES = 64 * 1024;

    /** kube-apiserver's --request-timeout: nobody waits for the answer any more. */
    private static final long SECONDS = 60;

    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final Map<String, Queue<Runnable>> byUser = new LinkedHashMap<>();
    private boolean busy;

    HeavyWork(Vertx vertx, WorkerExecutor worker) {
        this.vertx = vertx;
        this.worker = worker;
    }

    /** The work starts on the worker; its Future, and ours, complete on the caller's context. */
    <T> Future<T> run(String user, Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        Context caller = vertx.getOrCreateContext();
        long asked = System.nanoTime();
        Runnable turn = () -> caller.runOnContext(unused -> {
            Future<T> outcome = System.nanoTime() - asked > TimeUnit.SECONDS.toNanos(SECONDS)
                    ? Future.failedFuture(late())
                    : worker.executeBlocking(work::get, false).compose(answer -> answer);
            outcome.onComplete(answer -> {
                next();
                if (answer.succeeded()) {
                    done.complete(answer.result());
                } else {
                    done.fail(answer.cause());
                }
            });
        });
        synchronized (this) {
            if (busy) {
                byUser.computeIfAbsent(user, name -> new ArrayDeque<>()).add(turn);
                return done.future();
            }
            busy = true;
        }
        turn.run();
        return done.future();
    }

    /** The next user's oldest; who has more goes to the end of the line. */
    private void next() {
        Runnable turn;
        synchronized (this) {
            if (byUser.isEmpty()) {
                busy = false;
                return;
            }
            String user = byUser.keySet().iterator().next();
            Queue<Runnable> own = Objects.requireNonNull(byUser.remove(user));
            turn = own.remove();
            if (!own.isEmpty()) {
                byUser.put(user, own);
            }
        }
        turn.run();
    }

    private static ApiException late() {
        return ApiException.of(
                Reason.Timeout, "Timeout: request did not complete within the allotted timeout", Details.NONE);
    }
}
