package io.minik.agent.ingress;

import io.minik.api.object.ObjectKey;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** What is counted, as Prometheus reads it at the kubelet's /metrics. As many series as there are Ingresses. Any thread. */
final class RouteFigures {
    /** Requests that no Ingress has are counted under no name. */
    static final ObjectKey NONE = ObjectKey.of("", "");

    private static final int CLASSES = 6;
    private static final double[] BOUNDS = {0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
    private static final double NANOS = 1e9;

    private final Map<ObjectKey, Of> all = new ConcurrentHashMap<>();
    private final AtomicLong underWay = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final AtomicLong unlogged = new AtomicLong();

    private static final class Of {
        final AtomicLongArray codes = new AtomicLongArray(CLASSES);
        final AtomicLongArray buckets = new AtomicLongArray(BOUNDS.length + 1);
        final AtomicLong nanos = new AtomicLong();
        final AtomicLong received = new AtomicLong();
        final AtomicLong sent = new AtomicLong();
    }

    /** One request is over. */
    void count(ObjectKey ingress, int status, long nanos, long received, long sent) {
        Of of = all.computeIfAbsent(ingress, none -> new Of());
        of.codes.incrementAndGet(Math.min(CLASSES - 1, Math.max(0, status / 100)));
        int bucket = 0;
        while (bucket < BOUNDS.length && nanos / NANOS > BOUNDS[bucket]) {
            bucket++;
        }
        of.buckets.incrementAndGet(bucket);
        of.nanos.addAndGet(nanos);
        of.received.addAndGet(received);
        of.sent.addAndGet(sent);
    }

    void retried() {
        retries.incrementAndGet();
    }

    void notLogged(long lines) {
        unlogged.addAndGet(lines);
    }

    void underWay(int change) {
        underWay.addAndGet(change);
    }

    /** Ingresses that are gone are forgotten. */
    void keep(Set<ObjectKey> ingresses) {
        all.keySet().removeIf(key -> !key.equals(NONE) && !ingresses.contains(key));
    }

    String text() {
        if (all.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        out.append("# TYPE minik_ingress_requests_total counter\n");
        all.forEach((key, of) -> {
            for (int code = 1; code < CLASSES; code++) {
                if (of.codes.get(code) > 0) {
                    sample(out, "requests_total", key, ",code=\"" + code + "xx\"", of.codes.get(code));
                }
            }
        });
        out.append("# TYPE minik_ingress_request_duration_seconds histogram\n");
        all.forEach((key, of) -> histogram(out, key, of));
        out.append("# TYPE minik_ingress_received_bytes_total counter\n");
        all.forEach((key, of) -> sample(out, "received_bytes_total", key, "", of.received.get()));
        out.append("# TYPE minik_ingress_sent_bytes_total counter\n");
        all.forEach((key, of) -> sample(out, "sent_bytes_total", key, "", of.sent.get()));
        single(out, "requests_under_way", "gauge", underWay.get());
        single(out, "retries_total", "counter", retries.get());
        single(out, "unlogged_requests_total", "counter", unlogged.get());
        return out.toString();
    }

    private static void histogram(StringBuilder out, ObjectKey key, Of of) {
        long count = 0;
        for (int i = 0; i <= BOUNDS.length; i++) {
            count += of.buckets.get(i);
            String bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
            sample(out, "request_duration_seconds_bucket", key, ",le=\"" + bound + "\"", count);
        }
        sample(out, "request_duration_seconds_sum", key, "", of.nanos.get() / NANOS);
        sample(out, "request_duration_seconds_count", key, "", count);
    }

    private static void sample(StringBuilder out, String name, ObjectKey key, String more, Object value) {
        out.append("minik_ingress_").append(name);
        out.append("{namespace=\"")
                .append(key.namespace())
                .append("\",ingress=\"")
                .append(key.name());
        out.append('"').append(more).append("} ").append(value).append('\n');
    }

    private static void single(StringBuilder out, String name, String type, long value) {
        out.append("# TYPE minik_ingress_")
                .append(name)
                .append(' ')
                .append(type)
                .append('\n');
        out.append("minik_ingress_").append(name).append(' ').append(value).append('\n');
    }
}
