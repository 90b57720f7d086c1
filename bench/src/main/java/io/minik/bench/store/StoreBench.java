package io.minik.bench.store;

import com.sun.management.OperatingSystemMXBean;
import io.minik.store.Bytes;
import io.minik.store.RangeRequest;
import io.minik.store.Txn;
import io.minik.store.mapdb.MapDbStore;
import io.minik.store.mapdb.StoreConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Puts of 1 KB over 10,000 keys by 1, 10, 100 and 1,000 clients that each wait for their answer, reads of the same keys,
 * then a restart. Prints one line a run: operations a second, CPU, syncs and bytes of each.
 */
public final class StoreBench {
    private static final int KEYS = 10_000;
    private static final int VALUE_BYTES = 1024;
    private static final long RUN_NANOS = 4_000_000_000L;

    private final MapDbStore store;
    private final Context loop;
    private final Bytes value = Bytes.of(new byte[VALUE_BYTES]);

    private StoreBench(Vertx vertx, MapDbStore store) {
        this.store = store;
        this.loop = vertx.getOrCreateContext();
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Vertx vertx = Vertx.vertx();
        MapDbStore store = await(MapDbStore.open(vertx, StoreConfig.at(directory)));
        StoreBench bench = new StoreBench(vertx, store);
        bench.run("warm-up", 100, bench::put);
        for (int clients : new int[] {1, 10, 100, 1000}) {
            bench.run("put", clients, bench::put);
        }
        bench.run("range of one key", 100, bench::range);
        long revision = store.status().revision();
        await(store.close());
        long start = System.nanoTime();
        store = await(MapDbStore.open(vertx, StoreConfig.at(directory)));
        System.out.printf("restart at revision %d: %d ms%n", revision, (System.nanoTime() - start) / 1_000_000);
        await(store.close());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get();
    }

    private static Bytes key(int number) {
        return Bytes.utf8("/registry/pods/default/pod-" + number % KEYS);
    }

    private Future<?> put(int number) {
        return store.txn(Txn.put(key(number), value));
    }

    private Future<?> range(int number) {
        return store.range(RangeRequest.key(key(number)));
    }

    /** The fields are the loop's. */
    private static final class Run {
        private final IntFunction<Future<?>> operation;
        private final long untilNanos = System.nanoTime() + RUN_NANOS;
        private int operations;

        Run(IntFunction<Future<?>> operation) {
            this.operation = operation;
        }

        void next(Context loop, Promise<Void> done) {
            if (System.nanoTime() >= untilNanos) {
                done.complete();
                return;
            }
            Future<?> answer = operation.apply(operations++);
            if (answer.succeeded()) {
                // Answered at once: give the loop back, as a request would.
                loop.runOnContext(task -> next(loop, done));
            } else {
                answer.onComplete(answered -> next(loop, done), done::fail);
            }
        }
    }

    private void run(String name, int clients, IntFunction<Future<?>> operation) throws Exception {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long cpu = system.getProcessCpuTime();
        long syncs = store.logSyncs();
        long bytes = writtenBytes();
        long start = System.nanoTime();
        Run run = new Run(operation);
        List<Future<Void>> all = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            Promise<Void> done = Promise.promise();
            loop.runOnContext(task -> run.next(loop, done));
            all.add(done.future());
        }
        await(Future.all(all));
        double seconds = (System.nanoTime() - start) / 1e9;
        double operations = run.operations;
        System.out.printf(
                "%-16s %4d clients: %8.0f/s  CPU %5.1f us  %.3f syncs  %5.0f bytes written%n",
                name,
                clients,
                operations / seconds,
                (system.getProcessCpuTime() - cpu) / 1000.0 / operations,
                (store.logSyncs() - syncs) / operations,
                (writtenBytes() - bytes) / operations);
    }

    /** What this process handed to write calls. */
    private static long writtenBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/io"))) {
            if (line.startsWith("wchar: ")) {
                return Long.parseLong(line.substring("wchar: ".length()));
            }
        }
        return 0;
    }
}
