package io.minik.server.http;

import io.minik.api.client.ClientFigures;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The server's counters, under upstream's names, in Prometheus' text format. Any thread. */
final class Metrics {
    /** Seconds: upstream's buckets, thinned to what tells a fast answer from a slow one. */
    private static final double[] BUCKETS = {
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 10, 30, 60
    };

    private static final double NANOS_A_SECOND = 1e9;

    /** Looked up with every request: the methods that a record is given cost several times as much without the JVM's second compiler. */
    private record Key(String verb, String group, String version, String resource, String subresource, String scope) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && verb.equals(key.verb)
                    && resource.equals(key.resource)
                    && scope.equals(key.scope)
                    && group.equals(key.group)
                    && version.equals(key.version)
                    && subresource.equals(key.subresource);
        }

        @Override
        public int hashCode() {
            return ((verb.hashCode() * 31 + resource.hashCode()) * 31 + scope.hashCode()) * 31
                    + subresource.hashCode()
                    + group.hashCode();
        }
    }

    private static final class Durations {
        private final LongAdder[] buckets = new LongAdder[BUCKETS.length + 1];
        private final LongAdder nanos = new LongAdder();

        Durations() {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }
    }

    private static final Set<String> METHODS = Set.of(
            "GET", "LIST", "WATCH", "POST", "PUT", "PATCH", "DELETE", "DELETECOLLECTION", "CONNECT", "HEAD", "OPTIONS");

    private static final Key OTHER = new Key("other", "", "", "", "", "");

    private final Predicate<Target> known;
    private final Map<Key, Map<Integer, LongAdder>> answered = new ConcurrentHashMap<>();
    private final Map<Key, Durations> durations = new ConcurrentHashMap<>();
    private final Map<Key, AtomicLong> longRunning = new ConcurrentHashMap<>();
    private final List<Supplier<String>> others = new CopyOnWriteArrayList<>();
    /** Of the rooms of this process. */
    private final ClientFigures clients = new ClientFigures("in-process");

    private final Map<String, LongSupplier> gauges = new ConcurrentHashMap<>();

    ClientFigures clients() {
        return clients;
    }

    void gauge(String nameAndLabels, LongSupplier value) {
        gauges.put(nameAndLabels, value);
    }

    /** Figures of others, in Prometheus' text format. */
    void add(Supplier<String> text) {
        others.add(text);
    }

    void noGauge(String nameAndLabels) {
        gauges.remove(nameAndLabels);
    }

    /** Of a resource that is served no more: its counts would stay for ever. */
    void forget(Resource resource) {
        Predicate<Key> of = key -> key.resource.equals(resource.plural())
                && key.group.equals(resource.group())
                && key.version.equals(resource.version());
        answered.keySet().removeIf(of);
        durations.keySet().removeIf(of);
        longRunning.keySet().removeIf(of);
    }

    /** The pipeline's outermost step. */
    Future<Answer> around(ApiRequest request, RequestStep.Next next) {
        long start = System.nanoTime();
        return next.handle(request)
                .onComplete(answered -> record(
                        request.target(),
                        answered.succeeded()
                                ? answered.result().code()
                                : answered.cause() instanceof ApiException api
                                        ? api.status().code()
                                        : 500,
                        System.nanoTime() - start));
    }

    void record(Target target, int code, long tookNanos) {
        Key key = key(target);
        present(present(answered, key, ConcurrentHashMap::new), code, LongAdder::new)
                .increment();
        if (target.longRunning()) {
            return;
        }
        Durations histogram = present(durations, key, Durations::new);
        int bucket = 0;
        while (bucket < BUCKETS.length && tookNanos / NANOS_A_SECOND > BUCKETS[bucket]) {
            bucket++;
        }
        histogram.buckets[bucket].increment();
        histogram.nanos.add(tookNanos);
    }

    /** Without the lock that computing what is mostly there would take. */
    private static <K, V> V present(Map<K, V> map, K key, Supplier<V> made) {
        V known = map.get(key);
        return known != null ? known : map.computeIfAbsent(key, unused -> made.get());
    }

    void longRunning(Target target, int change) {
        longRunning.computeIfAbsent(key(target), unused -> new AtomicLong()).addAndGet(change);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("# HELP apiserver_request_total Requests by verb, resource and HTTP code.\n");
        text.append("# TYPE apiserver_request_total counter\n");
        answered.forEach((key, counts) -> counts.forEach((code, count) -> text.append("apiserver_request_total{")
                .append(labels(key))
                .append(",code=\"")
                .append(code)
                .append("\"} ")
                .append(count.sum())
                .append('\n')));
        text.append("# HELP apiserver_request_duration_seconds Time to answer, without watches and proxies.\n");
        text.append("# TYPE apiserver_request_duration_seconds histogram\n");
        durations.forEach((key, histogram) -> histogram(text, key, histogram));
        text.append("# HELP apiserver_longrunning_requests Watches, logs and proxies that are open.\n");
        text.append("# TYPE apiserver_longrunning_requests gauge\n");
        longRunning.forEach((key, count) -> text.append("apiserver_longrunning_requests{")
                .append(labels(key))
                .append("} ")
                .append(count.get())
                .append('\n'));
        gauges.forEach((name, value) ->
                text.append(name).append(' ').append(value.getAsLong()).append('\n'));
        text.append(clients.text());
        others.forEach(other -> text.append(other.get()));
        return text.toString();
    }

    private static void histogram(StringBuilder text, Key key, Durations histogram) {
        long total = 0;
        String labels = labels(key);
        for (int i = 0; i <= BUCKETS.length; i++) {
            total += histogram.buckets[i].sum();
            text.append("apiserver_request_duration_seconds_bucket{")
                    .append(labels)
                    .append(",le=\"")
                    .append(i == BUCKETS.length ? "+Inf" : number(BUCKETS[i]))
                    .append("\"} ")
                    .append(total)
                    .append('\n');
        }
        text.append("apiserver_request_duration_seconds_sum{")
                .append(labels)
                .append("} ")
                .append(histogram.nanos.sum() / NANOS_A_SECOND)
                .append('\n');
        text.append("apiserver_request_duration_seconds_count{")
                .append(labels)
                .append("} ")
                .append(total)
                .append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** @param known whether it is a resource of ours: other words of other people would each make a series */
    Metrics(Predicate<Target> known) {
        this.known = known;
    }

    private Key key(Target target) {
        if (!METHODS.contains(verb(target)) || (target.resourceRequest() && !known.test(target))) {
            return OTHER;
        }
        String scope = !target.resourceRequest()
                ? ""
                : !target.name().isEmpty() ? "resource" : target.namespace().isEmpty() ? "cluster" : "namespace";
        return new Key(verb(target), target.group(), target.version(), target.resource(), target.subresource(), scope);
    }

    private static String verb(Target target) {
        return switch (target.verb()) {
            case "create" -> "POST";
            case "update" -> "PUT";
            default -> target.connect() ? "CONNECT" : target.verb().toUpperCase(Locale.ROOT);
        };
    }

    private static String labels(Key key) {
        return "component=\"apiserver\",dry_run=\"\",group=\"" + key.group() + "\",resource=\"" + key.resource()
                + "\",scope=\"" + key.scope() + "\",subresource=\"" + key.subresource() + "\",verb=\"" + key.verb()
                + "\",version=\"" + key.version() + "\"";
    }
}
