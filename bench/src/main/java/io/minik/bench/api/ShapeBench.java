package io.minik.bench.api;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One shape of load that API servers are held to: 5,000 ConfigMaps of 1 KB; creates, reads, replacements, patches, applies and
 * deletes, 16 at a time over four HTTP/2 connections; lists of all; a thousand watchers on ten connections and a hundred writes.
 * Arguments as of {@link ApiBench}. {@code bench/shape.sh} starts a server and this.
 */
public final class ShapeBench {
    private static final int WAIT_SECONDS = 300;
    private static final int CONNECTIONS = 4;
    private static final int IN_FLIGHT = 16;
    private static final int MAPS = 5_000;
    private static final int WARM_UP = 6_000;
    private static final int REQUESTS = 12_000;
    private static final int LISTS = 40;
    private static final int WRITES = 100;

    private ShapeBench() {}

    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            List<Long> pids =
                    Arrays.stream(arguments).skip(1).map(Long::valueOf).toList();
            RawClient client = RawClient.multiplexed(vertx, Path.of(arguments[0]), CONNECTIONS, IN_FLIGHT);
            run(new ApiLoad(client, IN_FLIGHT), new ServerCpu(pids));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void run(ApiLoad load, ServerCpu cpu) throws Exception {
        System.out.printf(Locale.ROOT, "at first: RSS %d MB%n", cpu.residentMegabytes());
        load.prepare();
        load.makeMaps(MAPS);
        load.mixedWithApply(WARM_UP);
        long start = System.nanoTime();
        double mixed = spent(cpu, () -> load.mixedWithApply(REQUESTS)) / REQUESTS;
        double seconds = (System.nanoTime() - start) / 1e9;
        report(cpu, "mixed request", mixed);
        System.out.printf(Locale.ROOT, "mixed requests: %.0f /s%n", REQUESTS / seconds);
        for (String accept : List.of("application/json", "application/vnd.kubernetes.protobuf")) {
            int bytes = load.mapLists(5, accept);
            double list = spent(cpu, () -> load.mapLists(LISTS, accept)) / LISTS;
            report(cpu, "LIST of " + MAPS + " in " + accept + " (" + bytes / 1_000_000 + " MB)", list);
        }
        double alone = spent(cpu, () -> load.touches(WRITES));
        ApiLoad.Watched watched = load.streams(WRITES);
        double all = spent(cpu, watched::change);
        report(cpu, "watch event", (all - alone) / (ApiLoad.STREAMS * WRITES));
        load.endWatches();
    }

    private static double spent(ServerCpu cpu, Work work) throws Exception {
        double began = cpu.millis();
        work.run();
        return cpu.millis() - began;
    }

    private static void report(ServerCpu cpu, String what, double millis) {
        System.out.printf(Locale.ROOT, "%s: %.4f ms of server CPU; RSS %d MB%n", what, millis, cpu.residentMegabytes());
    }
}
