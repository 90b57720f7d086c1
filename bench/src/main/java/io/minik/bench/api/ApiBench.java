package io.minik.bench.api;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Arguments: kubeconfig, then the pids of the server's processes (API server, and etcd where it is another one). The same
 * requests can be sent to any Kubernetes API server, so that two can be compared in one run. CPU time is the figure that holds
 * on a busy machine: user + system time of those processes.
 */
public final class ApiBench {
    private static final int WAIT_SECONDS = 300;
    private static final int WARM_UP = 3_000;
    private static final int REQUESTS = 12_000;
    private static final int LISTS = 40;
    private static final int EVENTS = 500;

    private final ApiLoad load;
    private final ServerCpu cpu;

    private ApiBench(ApiLoad load, ServerCpu cpu) {
        this.load = load;
        this.cpu = cpu;
    }

    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            List<Long> pids =
                    Arrays.stream(arguments).skip(1).map(Long::valueOf).toList();
            RawClient client = RawClient.of(vertx, Path.of(arguments[0]), ApiLoad.CLIENTS);
            new ApiBench(new ApiLoad(client), new ServerCpu(pids)).run();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void run() throws Exception {
        load.prepare();
        load.warmGets(WARM_UP);
        double began = cpu.millis();
        load.warmGets(REQUESTS);
        report("warm GET of 1 KB", (cpu.millis() - began) / REQUESTS);
        mixed();
        watchEvents();
        lists();
        System.out.printf(
                Locale.ROOT, "memory of the server's processes after it all: RSS %d MB%n", cpu.residentMegabytes());
    }

    private void mixed() throws Exception {
        load.mixed(WARM_UP);
        double began = cpu.millis();
        long start = System.nanoTime();
        load.mixed(REQUESTS);
        double seconds = (System.nanoTime() - start) / 1e9;
        report("mixed request", (cpu.millis() - began) / REQUESTS);
        System.out.printf(
                Locale.ROOT, "mixed requests: %.0f /s from %d clients%n", REQUESTS / seconds, ApiLoad.CLIENTS);
    }

    private void watchEvents() throws Exception {
        double before = cpu.millis();
        load.touches(EVENTS);
        double alone = cpu.millis() - before;
        ApiLoad.Watched watched = load.watch(EVENTS);
        double began = cpu.millis();
        watched.change();
        report("watch event delivered", (cpu.millis() - began - alone) / (ApiLoad.WATCHERS * EVENTS));
        load.endWatches();
    }

    private void lists() throws Exception {
        load.makePods();
        for (String accept : List.of("application/json", "application/vnd.kubernetes.protobuf")) {
            int bytes = load.lists(1, accept);
            double began = cpu.millis();
            load.lists(LISTS, accept);
            report(
                    "LIST of " + ApiLoad.PODS + " pods in " + accept + " (" + bytes / 1_000_000 + " MB)",
                    (cpu.millis() - began) / LISTS);
        }
    }

    private static void report(String what, double millis) {
        System.out.printf(Locale.ROOT, "%s: %.3f ms of server CPU%n", what, millis);
    }
}
