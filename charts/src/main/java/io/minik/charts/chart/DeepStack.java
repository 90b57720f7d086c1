package io.minik.charts.chart;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * A thread with room for all that a {@link io.minik.charts.template.Budget} lets nest: a stack that overflows may break whatever class
 * is being loaded just then, for as long as the process lives.
 */
final class DeepStack {
    /** Of which only what is used is taken. A level takes three or four kilobytes at most, and there are a thousand. */
    private static final long STACK_BYTES = 16L << 20;

    private DeepStack() {}

    /** Waits; throws what it throws. */
    static <T> T call(Supplier<T> body) {
        FutureTask<T> task = new FutureTask<>(body::get);
        Thread thread = new Thread(null, task, "minik-chart", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChartException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
