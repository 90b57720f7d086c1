package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.loop.Loop;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Writes with large bodies: decoded off the event loops, one at a time, users in turn. A body's tree takes ten to twenty times
 * its bytes, so only one such tree is worked on at once; those that wait are bytes, which {@link ByteBudget} counts. Any thread.
 *
 * <pre>
 *   asked --turn--&gt; worked on --done--&gt; next one's turn
 *                      +-- waits for somebody else, a webhook --&gt; away: others go on --done--&gt; nobody's turn changes
 * </pre>
 *
 * <p>Who is away keeps his tree: there is room for few, and for none of a user twice, so that whoever writes where a webhook hangs holds up
 * himself.
 */
final class HeavyWork {
    /** Larger bodies take more than a millisecond or two to decode and check. */
    static final int ABOVE_BYTES = 64 * 1024;

    /** Of YAML, whose scanner looks at each token for each level that is open. */
    static final int ABOVE_YAML_BYTES = 8 * 1024;

    /** kube-apiserver's --request-timeout: nobody waits for the answer any more. */
    private static final long SECONDS = 60;

    /** A store answers sooner, also on a slow disk; who takes longer waits for somebody else. */
    private static final Duration OWN_TIME = Duration.ofMillis(200);

    /** An eighth of the heap is for the trees of those who wait for somebody else, each twenty times its bytes. */
    private static final long MOST_AWAY_BYTES = Runtime.getRuntime().maxMemory() / (8 * 20);

    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final Duration ownTime;
    // Guarded by this.
    private final Map<String, Queue<Turn<?>>> byUser = new LinkedHashMap<>();
    private final Set<String> away = new HashSet<>();
    private long awayBytes;
    private boolean busy;

    HeavyWork(Vertx vertx, WorkerExecutor worker) {
        this(vertx, worker, OWN_TIME);
    }

    HeavyWork(Vertx vertx, WorkerExecutor worker, Duration ownTime) {
        this.vertx = vertx;
        this.worker = worker;
        this.ownTime = ownTime;
    }

    /**
     * The work starts on the worker; its Future, and ours, complete on the caller's context.
     *
     * @param bytes whose tree it holds until it is done
     */
    <T> Future<T> run(String user, long bytes, Supplier<Future<T>> work) {
        Turn<T> turn = new Turn<>(user, bytes, work);
        synchronized (this) {
            byUser.computeIfAbsent(user, name -> new ArrayDeque<>()).add(turn);
        }
        next();
        return turn.done.future();
    }

    /** One piece of work, from asking to its end. */
    private final class Turn<T> {
        private final String user;
        private final long bytes;
        private final Supplier<Future<T>> work;
        private final Promise<T> done = Promise.promise();
        private final Context caller = vertx.getOrCreateContext();
        private final long asked = System.nanoTime();
        /** Whether it is its turn still. Of the caller's context. */
        private boolean holds = true;

        Turn(String user, long bytes, Supplier<Future<T>> work) {
            this.user = user;
            this.bytes = bytes;
            this.work = work;
        }

        void begin() {
            caller.runOnContext(unused -> {
                if (System.nanoTime() - asked > TimeUnit.SECONDS.toNanos(SECONDS)) {
                    end(Future.failedFuture(late()));
                    return;
                }
                worker.executeBlocking(() -> new Begun<>(work.get()), false)
                        .onSuccess(begun -> {
                            if (!begun.outcome().isComplete()) {
                                Loop.on(caller).after(ownTime, this::stepAside);
                            }
                            begun.outcome().onComplete(this::end);
                        })
                        .onFailure(error -> end(Future.failedFuture(error)));
            });
        }

        /** It takes longer than the work itself can: others go on meanwhile, if there is room for its tree beside theirs. */
        private void stepAside() {
            synchronized (HeavyWork.this) {
                if (!holds) {
                    return;
                }
                if (away.isEmpty() || awayBytes + bytes <= MOST_AWAY_BYTES) {
                    holds = false;
                    busy = false;
                    away.add(user);
                    awayBytes += bytes;
                }
            }
            if (holds) {
                Loop.on(caller).after(ownTime, this::stepAside);
            } else {
                next();
            }
        }

        private void end(AsyncResult<T> answer) {
            synchronized (HeavyWork.this) {
                if (holds) {
                    holds = false;
                    busy = false;
                } else {
                    away.remove(user);
                    awayBytes -= bytes;
                }
            }
            next();
            if (answer.succeeded()) {
                done.complete(answer.result());
            } else {
                done.fail(answer.cause());
            }
        }
    }

    /** Work that is begun. A record, so that the worker's own Future is not the work's. */
    private record Begun<T>(Future<T> outcome) {}

    /** The next user's oldest, if nobody is at work; who has more goes to the end of the line, who is away stays in it. */
    private void next() {
        Turn<?> turn;
        synchronized (this) {
            if (busy) {
                return;
            }
            Optional<String> user = byUser.keySet().stream()
                    .filter(name -> !away.contains(name))
                    .findFirst();
            if (user.isEmpty()) {
                return;
            }
            Queue<Turn<?>> own = Objects.requireNonNull(byUser.remove(user.get()));
            turn = own.remove();
            if (!own.isEmpty()) {
                byUser.put(user.get(), own);
            }
            busy = true;
        }
        turn.begin();
    }

    private static ApiException late() {
        return ApiException.of(
                Reason.Timeout, "Timeout: request did not complete within the allotted timeout", Details.NONE);
    }
}
