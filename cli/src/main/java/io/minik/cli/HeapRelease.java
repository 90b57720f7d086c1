package io.minik.cli;

import io.minik.ground.loop.Loop;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives memory back that work has left behind. The serial collector lets its old generation grow to the largest heap
 * before it looks for garbage there: on a machine where that is 2 GB, 10,000 pods would be kept with 600 MB of what is no
 * longer needed. So after each collection of the young generation, and now and then where all is quiet, it is told to look
 * at the whole heap where much was added since the last look.
 */
final class HeapRelease {
    private static final Duration CHECK_EVERY = Duration.ofSeconds(30);
    /** What may be garbage without a look: a look costs some 2 ms of CPU a MB that lives. */
    private static final long SLACK_BYTES = 16L << 20;

    /** The same while much is going on: parsed objects come and go by the ten MB. */
    private static final long BURST_SLACK_BYTES = 32L << 20;

    /** As if a first look had found that much alive: most starts need none, those of large stores are held to it. */
    static final long START_BYTES = 64L << 20;

    /** The same where all is quiet: what is used beyond it, a burst has left. */
    static final long REST_BYTES = 32L << 20;

    private final Runtime runtime;
    private final Cleaner cleaner;

    private final AtomicLong lived = new AtomicLong(START_BYTES);
    private final AtomicLong livedAtRest = new AtomicLong(REST_BYTES);

    private HeapRelease(Runtime runtime, Cleaner cleaner) {
        this.runtime = runtime;
        this.cleaner = cleaner;
    }

    static void start(Loop loop) {
        HeapRelease release = new HeapRelease(Runtime.getRuntime(), Cleaner.create(HeapRelease::thread));
        loop.every(CHECK_EVERY, () -> release.lookIf(isDue(release.used(), release.livedAtRest.get())));
        release.awaitCollection();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(null, work, "heap-release", 128 << 10);
        thread.setDaemon(true);
        return thread;
    }

    /** What nobody holds goes with the next collection of the young generation, and its cleaner says that there was one. */
    private void awaitCollection() {
        cleaner.register(new Object(), () -> {
            lookIf(isDueInABurst(used(), lived.get()));
            awaitCollection();
        });
    }

    private synchronized void lookIf(boolean due) {
        if (due) {
            System.gc();
            lived.set(used());
            livedAtRest.set(lived.get());
        }
    }

    /**
     * @param used bytes of the heap in use, garbage included
     * @param lived bytes that the last look found in use
     */
    static boolean isDue(long used, long lived) {
        return used > lived + lived / 2 + SLACK_BYTES;
    }

    /** The same after each collection of the young generation: no later than this costs memory, sooner costs CPU. */
    static boolean isDueInABurst(long used, long lived) {
        return used > lived + lived / 4 + BURST_SLACK_BYTES;
    }

    private long used() {
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
