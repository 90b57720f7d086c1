package io.minik.cli;

import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives memory back that a burst of work has left behind. The serial collector lets its old generation grow to the largest
 * heap before it looks for garbage there, and nothing that happens on an idle machine makes it look again: 5,000 pods
 * listed once would cost 100 MB for good. So now and then, where much was added since the last look, it is told to look.
 */
final class HeapRelease {
    private static final long CHECK_MILLIS = 30_000;
    /** What may be garbage without a look: a look costs some 2 ms of CPU a MB that lives. */
    private static final long SLACK_BYTES = 16L << 20;

    private final Runtime runtime;
    private final AtomicLong lived = new AtomicLong();

    private HeapRelease(Runtime runtime) {
        this.runtime = runtime;
    }

    static void start(Vertx vertx) {
        HeapRelease release = new HeapRelease(Runtime.getRuntime());
        vertx.setPeriodic(CHECK_MILLIS, timer -> release.check());
    }

    private void check() {
        if (isDue(used(), lived.get())) {
            System.gc();
            lived.set(used());
        }
    }

    /**
     * @param used bytes of the heap in use, garbage included
     * @param lived bytes that the last look found in use
     */
    static boolean isDue(long used, long lived) {
        return used > lived + lived / 2 + SLACK_BYTES;
    }

    private long used() {
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
