package io.minik.bench.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Arguments: kubeconfig, then the pids of the server's processes (API server, and etcd where it is another one). The same
 * requests can be sent to any Kubernetes API server, so that two can be compared in one run. CPU time is the figure that holds
 * on a busy machine: user + system time of those processes (/proc/PID/stat), in steps of 10 ms.
 */
public final class ApiBench {
    private static final int WAIT_SECONDS = 300;
    private static final int CLIENTS = 8;
    private static final int WARM_UP = 3_000;
    private static final int REQUESTS = 12_000;
    private static final int PODS = 5_000;
    private static final int LISTS = 40;
    private static final int WATCHERS = 200;
    private static final int EVENTS = 500;
    private static final String NAMESPACE = "bench";
    private static final String MAPS = "/api/v1/namespaces/" + NAMESPACE + "/configmaps";
    private static final String ALL_PODS = "/api/v1/namespaces/" + NAMESPACE + "/pods";
    private static final String TEXT = "x".repeat(900);

    private final RawClient client;
    private final ServerCpu cpu;

    private ApiBench(RawClient client, ServerCpu cpu) {
        this.client = client;
        this.cpu = cpu;
    }

    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            List<Long> pids =
                    Arrays.stream(arguments).skip(1).map(Long::valueOf).toList();
            new ApiBench(RawClient.of(vertx, Path.of(arguments[0]), CLIENTS), new ServerCpu(pids)).run();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void run() throws Exception {
        get(client.send(HttpMethod.POST, "/api/v1/namespaces", "application/json", """
                {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"%s"}}""".formatted(NAMESPACE)));
        get(client.send(HttpMethod.POST, MAPS, "application/json", map("one")));
        warmGets();
        mixed();
        watchEvents();
        lists();
        System.out.printf(
                Locale.ROOT, "memory of the server's processes after it all: RSS %d MB%n", cpu.residentMegabytes());
    }

    private void warmGets() throws Exception {
        IntFunction<Future<Buffer>> one = i -> client.send(HttpMethod.GET, MAPS + "/one", "", "");
        get(many(WARM_UP, one));
        double began = cpu.millis();
        get(many(REQUESTS, one));
        report("warm GET of 1 KB", (cpu.millis() - began) / REQUESTS);
    }

    /** Create, read, list with a limit, patch, replace, delete: six requests an object. */
    private void mixed() throws Exception {
        get(many(WARM_UP / 6, this::life));
        double began = cpu.millis();
        long start = System.nanoTime();
        get(many(REQUESTS / 6, i -> life(i + WARM_UP)));
        double seconds = (System.nanoTime() - start) / 1e9;
        report("mixed request", (cpu.millis() - began) / REQUESTS);
        System.out.printf(Locale.ROOT, "mixed requests: %.0f /s from %d clients%n", REQUESTS / seconds, CLIENTS);
    }

    private Future<Buffer> life(int i) {
        String name = "m-" + i;
        String path = MAPS + "/" + name;
        return client.send(HttpMethod.POST, MAPS, "application/json", map(name))
                .compose(made -> client.send(HttpMethod.GET, path, "", ""))
                .compose(read -> client.send(HttpMethod.GET, MAPS + "?limit=5", "", ""))
                .compose(listed -> client.send(
                        HttpMethod.PATCH, path, "application/merge-patch+json", "{\"data\":{\"more\":\"1\"}}"))
                .compose(patched -> client.send(HttpMethod.PUT, path, "application/json", patched.toString()))
                .compose(replaced -> client.send(HttpMethod.DELETE, path, "", ""));
    }

    private void watchEvents() throws Exception {
        double before = cpu.millis();
        get(oneByOne(EVENTS, this::touch));
        double alone = cpu.millis() - before;
        AtomicInteger seen = new AtomicInteger();
        Promise<Void> all = Promise.promise();
        for (int i = 0; i < WATCHERS; i++) {
            get(client.watch(MAPS + "?watch=1&fieldSelector=metadata.name%3Done", lines -> {
                if (seen.addAndGet(lines) >= WATCHERS * (EVENTS + 1)) {
                    all.tryComplete();
                }
            }));
        }
        double began = cpu.millis();
        get(oneByOne(EVENTS, this::touch));
        get(all.future());
        report("watch event delivered", (cpu.millis() - began - alone) / (WATCHERS * EVENTS));
        client.endWatches();
    }

    private Future<Buffer> touch(int i) {
        return client.send(
                HttpMethod.PATCH,
                MAPS + "/one",
                "application/merge-patch+json",
                "{\"data\":{\"n\":\"" + i + "-" + System.nanoTime() + "\"}}");
    }

    private void lists() throws Exception {
        get(many(PODS, i -> client.send(HttpMethod.POST, ALL_PODS, "application/json", pod(i))));
        Buffer answer = get(client.send(HttpMethod.GET, ALL_PODS, "", ""));
        double began = cpu.millis();
        for (int i = 0; i < LISTS; i++) {
            get(client.send(HttpMethod.GET, ALL_PODS, "", ""));
        }
        report("LIST of " + PODS + " pods (" + answer.length() / 1_000_000 + " MB)", (cpu.millis() - began) / LISTS);
    }

    private static void report(String what, double millis) {
        System.out.printf(Locale.ROOT, "%s: %.3f ms of server CPU%n", what, millis);
    }

    /** Runs them with as many in flight as there are clients. */
    private static Future<Void> many(int count, IntFunction<Future<Buffer>> one) {
        AtomicInteger next = new AtomicInteger();
        List<Future<Void>> lanes = new ArrayList<>();
        for (int lane = 0; lane < CLIENTS; lane++) {
            lanes.add(lane(next, count, one));
        }
        return Future.all(lanes).mapEmpty();
    }

    private static Future<Void> oneByOne(int count, IntFunction<Future<Buffer>> one) {
        return lane(new AtomicInteger(), count, one);
    }

    private static Future<Void> lane(AtomicInteger next, int count, IntFunction<Future<Buffer>> one) {
        int i = next.getAndIncrement();
        return i >= count ? Future.succeededFuture() : one.apply(i).compose(answer -> lane(next, count, one));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private static String map(String name) {
        return """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s","labels":{"app":"bench"}},"data":{"text":"%s"}}""".formatted(name, TEXT);
    }

    /** For no scheduler, so that it stays what it is. */
    private static String pod(int i) {
        return """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p-%d","labels":{"app":"bench","n":"%d"}},
                 "spec":{"schedulerName":"none","containers":[{"name":"c","image":"registry.example/app:1",
                  "env":[{"name":"A","value":"b"},{"name":"C","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
                  "resources":{"requests":{"cpu":"10m","memory":"16Mi"}},"ports":[{"containerPort":8080}]}]}}""".formatted(i, i % 10);
    }
}
