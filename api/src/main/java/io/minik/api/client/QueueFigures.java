package io.minik.api.client;

import io.minik.ground.figures.Histogram;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/** What a work queue tells of itself, as client-go's do. Its queue's loop writes, any thread reads. */
public final class QueueFigures {
    private static final String PREFIX = "workqueue_";
    private static final double FIRST_SECONDS = 1e-6;
    private static final int BUCKETS = 10;
    private static final double MILLIS_A_SECOND = 1000;

    private final String name;
    private final LongSupplier millis;
    private final LongAdder adds = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final Histogram waited = new Histogram(Histogram.exponential(FIRST_SECONDS, 10, BUCKETS));
    private final Histogram worked = new Histogram(Histogram.exponential(FIRST_SECONDS, 10, BUCKETS));
    private volatile int depth;
    private volatile Running running = Running.NONE;

    /** @param begun sum of the times at which they began; @param first the earliest of these */
    private record Running(int keys, long begun, long first) {
        static final Running NONE = new Running(0, 0, 0);
    }

    /** @param millis the clock of the queue's loop, asked by any thread */
    QueueFigures(String name, LongSupplier millis) {
        this.name = name;
        this.millis = millis;
    }

    void added(int nowWaiting) {
        adds.increment();
        depth = nowWaiting;
    }

    void retried() {
        retries.increment();
    }

    void waiting(int nowWaiting) {
        depth = nowWaiting;
    }

    void begun(long sinceMillis) {
        waited.record(TimeUnit.MILLISECONDS.toNanos(millis.getAsLong() - sinceMillis));
    }

    void ended(long sinceMillis) {
        worked.record(TimeUnit.MILLISECONDS.toNanos(millis.getAsLong() - sinceMillis));
    }

    /** @param begun when each of those that run began */
    void running(Iterable<Long> begun) {
        int keys = 0;
        long sum = 0;
        long first = Long.MAX_VALUE;
        for (long each : begun) {
            keys++;
            sum += each;
            first = Math.min(first, each);
        }
        running = keys == 0 ? Running.NONE : new Running(keys, sum, first);
    }

    private double unfinishedSeconds() {
        Running present = running;
        return (present.keys() * (double) millis.getAsLong() - present.begun()) / MILLIS_A_SECOND;
    }

    private double longestSeconds() {
        Running present = running;
        return present.keys() == 0 ? 0 : (millis.getAsLong() - present.first()) / MILLIS_A_SECOND;
    }

    /** Of all these queues. */
    public static String text(List<QueueFigures> queues) {
        if (queues.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        family(text, queues, "adds_total", "counter", queue -> (double) queue.adds.sum());
        family(text, queues, "depth", "gauge", queue -> queue.depth);
        family(text, queues, "longest_running_processor_seconds", "gauge", QueueFigures::longestSeconds);
        head(text, "queue_duration_seconds", "histogram");
        queues.forEach(queue -> queue.waited.write(text, PREFIX + "queue_duration_seconds", queue.label()));
        family(text, queues, "retries_total", "counter", queue -> (double) queue.retries.sum());
        family(text, queues, "unfinished_work_seconds", "gauge", QueueFigures::unfinishedSeconds);
        head(text, "work_duration_seconds", "histogram");
        queues.forEach(queue -> queue.worked.write(text, PREFIX + "work_duration_seconds", queue.label()));
        return text.toString();
    }

    private String label() {
        return "name=\"" + name + "\"";
    }

    private static void head(StringBuilder text, String family, String type) {
        text.append("# TYPE ")
                .append(PREFIX)
                .append(family)
                .append(' ')
                .append(type)
                .append('\n');
    }

    private static void family(
            StringBuilder text,
            List<QueueFigures> queues,
            String family,
            String type,
            ToDoubleFunction<QueueFigures> value) {
        head(text, family, type);
        queues.forEach(queue -> Histogram.line(text, PREFIX + family, queue.label(), value.applyAsDouble(queue)));
    }
}
