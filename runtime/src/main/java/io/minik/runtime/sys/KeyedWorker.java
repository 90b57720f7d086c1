package io.minik.runtime.sys;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/** Blocking work off the event loops: side by side, but one at a time for the same key. */
public final class KeyedWorker {
    /** Keys share these locks by hash: enough that two busy keys seldom meet. */
    private static final int STRIPES = 64;

    private final WorkerExecutor executor;
    /** Since when each piece of work waits for a thread. */
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    /** Each its own, however alike. */
    private static final class Waiting {
        final long sinceNanos = System.nanoTime();
    }

    private final List<Lock> locks =
            IntStream.range(0, STRIPES).<Lock>mapToObj(i -> new ReentrantLock()).toList();

    /** @param executor named and bounded; its owner closes it */
    public KeyedWorker(WorkerExecutor executor) {
        this.executor = executor;
    }

    /** Must not wait for other work on the same key. */
    public <T> Future<T> on(String key, Callable<T> work) {
        return run(() -> {
            Lock lock = locks.get(Math.floorMod(key.hashCode(), STRIPES));
            lock.lock();
            try {
                return work.call();
            } finally {
                lock.unlock();
            }
        });
    }

    public <T> Future<T> run(Callable<T> work) {
        Waiting ticket = new Waiting();
        waiting.add(ticket);
        return executor.executeBlocking(
                        () -> {
                            waiting.remove(ticket);
                            return work.call();
                        },
                        false)
                // One that never began, as the executor was closed, waits no longer.
                .onComplete(done -> waiting.remove(ticket));
    }

    /** How long the oldest work has waited for a thread: all are held by something that does not end. Any thread. */
    public long waitingMillis() {
        long now = System.nanoTime();
        return waiting.stream()
                .mapToLong(ticket -> (now - ticket.sinceNanos) / 1_000_000)
                .max()
                .orElse(0);
    }
}
