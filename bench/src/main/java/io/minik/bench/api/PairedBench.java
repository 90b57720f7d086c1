package io.minik.bench.api;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Two API servers that run side by side, and the same requests to each in turns, many short ones: what the machine does
 * otherwise meets both, and the median of the rounds' ratios holds within some percent where one run's figure does not.
 * Arguments: kubeconfig and pid of the one, kubeconfig and pid of the other, the number of rounds, then the parts wanted
 * (get, mixed, watch, streams, list). {@code bench/pair.sh} starts the servers and this.
 */
public final class PairedBench {
    private static final int WAIT_SECONDS = 300;
    private static final int WARM_UP = 6_000;
    private static final int REQUESTS = 3_000;
    private static final int LISTS = 10;
    private static final int EVENTS = 100;
    private static final int STREAMED = 200;
    /** Those before the count: the machine has its caches, the JVM its code. */
    private static final int UNCOUNTED = 2;

    private record Side(ApiLoad load, ServerCpu cpu) {}

    private interface Round {
        double millis(Side side) throws Exception;
    }

    private final List<Side> sides;
    private final int rounds;

    private PairedBench(List<Side> sides, int rounds) {
        this.sides = sides;
        this.rounds = rounds;
    }

    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            List<Side> sides = new ArrayList<>();
            for (int i = 0; i < 4; i += 2) {
                RawClient client = RawClient.of(vertx, Path.of(arguments[i]), ApiLoad.CLIENTS);
                Side side = new Side(new ApiLoad(client), new ServerCpu(List.of(Long.valueOf(arguments[i + 1]))));
                side.load.prepare();
                sides.add(side);
            }
            PairedBench bench = new PairedBench(sides, Integer.parseInt(arguments[4]));
            for (String part : Arrays.asList(arguments).subList(5, arguments.length)) {
                bench.part(part);
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void part(String name) throws Exception {
        for (Side side : sides) {
            side.load.warmGets(WARM_UP / 2);
            if (name.equals("mixed") || name.equals("watch") || name.equals("streams")) {
                side.load.mixed(WARM_UP);
            } else if (name.equals("list")) {
                side.load.makePods();
            }
        }
        Round round =
                switch (name) {
                    case "get" -> side -> spent(side, () -> side.load.warmGets(REQUESTS)) / REQUESTS;
                    case "mixed" -> side -> spent(side, () -> side.load.mixed(REQUESTS)) / REQUESTS;
                    case "watch" -> PairedBench::watch;
                    case "streams" -> PairedBench::streams;
                    case "list" -> side -> spent(side, () -> side.load.lists(LISTS, "application/json")) / LISTS;
                    default -> throw new IllegalArgumentException("no such part: " + name);
                };
        double[][] millis = new double[2][rounds];
        double[] ratios = new double[rounds];
        for (int i = -UNCOUNTED; i < rounds; i++) {
            int first = i & 1;
            double one = round.millis(sides.get(first));
            double other = round.millis(sides.get(1 - first));
            if (i >= 0) {
                millis[first][i] = one;
                millis[1 - first][i] = other;
                ratios[i] = millis[1][i] / millis[0][i];
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-5s ms of server CPU, median of %d rounds: %.4f -> %.4f; ratio %.3f (quartiles %.3f-%.3f)%n",
                name,
                rounds,
                quantile(millis[0], 0.5),
                quantile(millis[1], 0.5),
                quantile(ratios, 0.5),
                quantile(ratios, 0.25),
                quantile(ratios, 0.75));
    }

    private static double watch(Side side) throws Exception {
        double alone = spent(side, () -> side.load.touches(EVENTS));
        ApiLoad.Watched watched = side.load.watch(EVENTS);
        double all = spent(side, watched);
        side.load.endWatches();
        return (all - alone) / (ApiLoad.WATCHERS * EVENTS);
    }

    /** A thousand watches on ten HTTP/2 connections. */
    private static double streams(Side side) throws Exception {
        double alone = spent(side, () -> side.load.touches(STREAMED));
        ApiLoad.Watched watched = side.load.streams(STREAMED);
        double all = spent(side, watched);
        side.load.endWatches();
        return (all - alone) / (ApiLoad.STREAMS * STREAMED);
    }

    private static double spent(Side side, ApiLoad.Watched work) throws Exception {
        double began = side.cpu.millis();
        work.change();
        return side.cpu.millis() - began;
    }

    private static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}
