package io.minik.server.webhook.admission;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** How often webhooks were asked, how long they took, what they said: upstream's names, in Prometheus' text format. Any thread. */
public final class HookMetrics {
    private static final String PREFIX = "apiserver_admission_";
    private static final double[] BUCKETS = {0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10, 25};
    private static final double NANOS_A_SECOND = 1e9;
    private static final int MOST_CODE = 600;

    private final Map<String, LongAdder> counters = new ConcurrentSkipListMap<>();
    private final Map<String, Durations> durations = new ConcurrentHashMap<>();

    private static final class Durations {
        private final LongAdder[] buckets = new LongAdder[BUCKETS.length + 1];
        private final LongAdder nanos = new LongAdder();

        Durations() {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }
    }

    /** One webhook about one operation. @param type admit or validating */
    record Of(String name, String type, String operation) {
        private String labels() {
            return "name=\"" + name + "\",operation=\"" + operation + "\"";
        }
    }

    private void count(String name, String labels) {
        counters.computeIfAbsent(PREFIX + name + "{" + labels + "}", unused -> new LongAdder())
                .increment();
    }

    void asked(Of hook, int code, boolean rejected, long nanos) {
        String labels = hook.labels() + ",rejected=\"" + rejected + "\",type=\"" + hook.type() + "\"";
        count("webhook_request_total", "code=\"" + Math.min(code, MOST_CODE) + "\"," + labels);
        Durations histogram = durations.computeIfAbsent(labels, unused -> new Durations());
        int bucket = 0;
        while (bucket < BUCKETS.length && nanos / NANOS_A_SECOND > BUCKETS[bucket]) {
            bucket++;
        }
        histogram.buckets[bucket].increment();
        histogram.nanos.add(nanos);
    }

    /** @param error calling_webhook_error, apiserver_internal_error or no_error */
    void rejected(Of hook, String error, int code) {
        count(
                "webhook_rejection_count",
                "error_type=\"" + error + "\"," + hook.labels() + ",rejection_code=\"" + Math.min(code, MOST_CODE)
                        + "\",type=\"" + hook.type() + "\"");
    }

    void failedOpen(Of hook) {
        count("webhook_fail_open_count", "name=\"" + hook.name() + "\",type=\"" + hook.type() + "\"");
    }

    void excluded(Of hook) {
        count(
                "match_condition_exclusions_total",
                "kind=\"webhook\"," + hook.labels() + ",type=\"" + hook.type() + "\"");
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        String type = "";
        for (Map.Entry<String, LongAdder> counter : counters.entrySet()) {
            String name = counter.getKey().substring(0, counter.getKey().indexOf('{'));
            if (!name.equals(type)) {
                type = name;
                text.append("# TYPE ").append(name).append(" counter\n");
            }
            text.append(counter.getKey())
                    .append(' ')
                    .append(counter.getValue().sum())
                    .append('\n');
        }
        if (!durations.isEmpty()) {
            text.append("# TYPE ").append(PREFIX).append("webhook_admission_duration_seconds histogram\n");
        }
        durations.forEach((labels, histogram) -> histogram(text, labels, histogram));
        return text.toString();
    }

    private static void histogram(StringBuilder text, String labels, Durations histogram) {
        String name = PREFIX + "webhook_admission_duration_seconds";
        long total = 0;
        for (int i = 0; i <= BUCKETS.length; i++) {
            total += histogram.buckets[i].sum();
            String upTo =
                    i == BUCKETS.length ? "+Inf" : Double.toString(BUCKETS[i]).replaceFirst("\\.0$", "");
            text.append(name)
                    .append("_bucket{")
                    .append(labels)
                    .append(",le=\"")
                    .append(upTo)
                    .append("\"} ");
            text.append(total).append('\n');
        }
        text.append(name).append("_sum{").append(labels).append("} ");
        text.append(histogram.nanos.sum() / NANOS_A_SECOND).append('\n');
        text.append(name)
                .append("_count{")
                .append(labels)
                .append("} ")
                .append(total)
                .append('\n');
    }
}
