package io.minik.agent.ingress;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Waits until an assertion holds, of what other threads do. */
final class Eventually {
    private static final long SECONDS = 20;

    private Eventually() {}

    static void holds(Runnable assertion) throws Exception {
        holds(() -> true, unused -> assertion.run());
    }

    static <T> void holds(Callable<T> asked, Consumer<T> assertion) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (true) {
            try {
                assertion.accept(asked.call());
                return;
            } catch (AssertionError | IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }
}
