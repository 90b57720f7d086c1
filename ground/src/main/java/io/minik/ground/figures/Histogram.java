package io.minik.ground.figures;

import java.util.concurrent.atomic.LongAdder;

/** How often something took how long. Any thread. */
public final class Histogram {
    private static final double NANOS_A_SECOND = 1e9;

    private final double[] bounds;
    private final LongAdder[] buckets;
    private final LongAdder nanos = new LongAdder();

    /** @param bounds of its buckets in seconds, growing; never written to */
    public Histogram(double... bounds) {
        this.bounds = bounds;
        this.buckets = new LongAdder[bounds.length + 1];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    /** Bounds that grow by a factor, made as upstream makes them: so are the last digits. */
    public static double[] exponential(double first, double factor, int count) {
        double[] bounds = new double[count];
        double bound = first;
        for (int i = 0; i < count; i++) {
            bounds[i] = bound;
            bound *= factor;
        }
        return bounds;
    }

    public void record(long tookNanos) {
        int bucket = 0;
        while (bucket < bounds.length && tookNanos / NANOS_A_SECOND > bounds[bucket]) {
            bucket++;
        }
        buckets[bucket].increment();
        nanos.add(tookNanos);
    }

    /** The lines of one series, without the family's head. @param labels at least one, without braces */
    public void write(StringBuilder text, String name, String labels) {
        long total = 0;
        for (int i = 0; i < buckets.length; i++) {
            total += buckets[i].sum();
            text.append(name)
                    .append("_bucket{")
                    .append(labels)
                    .append(",le=\"")
                    .append(i == bounds.length ? "+Inf" : number(bounds[i]))
                    .append("\"} ")
                    .append(total)
                    .append('\n');
        }
        line(text, name + "_sum", labels, nanos.sum() / NANOS_A_SECOND);
        text.append(name)
                .append("_count{")
                .append(labels)
                .append("} ")
                .append(total)
                .append('\n');
    }

    /** Adds one figure with its labels as a line of Prometheus' text format. */
    public static void line(StringBuilder text, String name, String labels, double value) {
        text.append(name)
                .append('{')
                .append(labels)
                .append("} ")
                .append(number(value))
                .append('\n');
    }

    /** As Go writes it: {@code 1}, {@code 0.5}, {@code 1e-06}. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < Long.MAX_VALUE) {
            return Long.toString((long) value);
        }
        String text = Double.toString(value);
        int mark = text.indexOf('E');
        if (mark < 0) {
            return text;
        }
        int exponent = Integer.parseInt(text.substring(mark + 1));
        String digits = text.substring(0, mark).replaceFirst("\\.0$", "");
        return digits + (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }
}
