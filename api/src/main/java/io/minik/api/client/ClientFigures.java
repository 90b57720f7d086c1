package io.minik.api.client;

import io.minik.ground.figures.Histogram;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What clients of the API count of their calls, under the names of client-go's. Any thread. */
public final class ClientFigures {
    private static final String REQUESTS = "rest_client_requests_total";
    private static final String DURATIONS = "rest_client_request_duration_seconds";
    private static final double[] BOUNDS = {0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0};

    private final String host;
    private final Map<Answered, LongAdder> answered = new ConcurrentHashMap<>();
    private final Map<String, Histogram> durations = new ConcurrentHashMap<>();

    private record Answered(String method, int code) implements Comparable<Answered> {
        @Override
        public int compareTo(Answered other) {
            int order = method.compareTo(other.method);
            return order != 0 ? order : Integer.compare(code, other.code);
        }
    }

    /** @param host of the server that they ask */
    public ClientFigures(String host) {
        this.host = host;
    }

    public void record(ApiCall.Verb verb, int code, long tookNanos) {
        String method = method(verb);
        answered.computeIfAbsent(new Answered(method, code), unused -> new LongAdder())
                .increment();
        durations.computeIfAbsent(method, unused -> new Histogram(BOUNDS)).record(tookNanos);
    }

    private static String method(ApiCall.Verb verb) {
        return switch (verb) {
            case GET, LIST, WATCH -> "GET";
            case CREATE -> "POST";
            case UPDATE -> "PUT";
            case PATCH -> "PATCH";
            case DELETE, DELETE_COLLECTION -> "DELETE";
        };
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        text.append("# TYPE " + REQUESTS + " counter\n");
        new TreeMap<>(answered)
                .forEach((key, count) -> Histogram.line(
                        text,
                        REQUESTS,
                        "code=\"" + key.code() + "\",host=\"" + host + "\",method=\"" + key.method() + "\"",
                        (double) count.sum()));
        text.append("# TYPE " + DURATIONS + " histogram\n");
        new TreeMap<>(durations)
                .forEach(
                        (method, took) -> took.write(text, DURATIONS, "host=\"" + host + "\",verb=\"" + method + "\""));
        return text.toString();
    }
}
