package io.minik.bench.store;

import com.google.protobuf.ByteString;
import io.minik.store.etcdapi.proto.KVGrpcClient;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Puts, reads and compare-and-swaps of 1 KB over 10,000 keys against any server of etcd's API: {@code EtcdFaceBench PORT
 * PID}. Prints operations a second and the server's CPU for each, which it reads from /proc: run it on minik and on etcd.
 */
public final class EtcdFaceBench {
    private static final int KEYS = 10_000;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[1024]);
    private static final long RUN_NANOS = 4_000_000_000L;

    /** The kernel's clock tick on every Linux that minik runs on. */
    private static final double TICK_MICROS = 10_000;

    private final Vertx vertx = Vertx.vertx();
    private final KVGrpcClient kv;
    private final Path stat;

    private EtcdFaceBench(int port, String pid) {
        HttpClientOptions h2c = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MultiplexingLimit(2000);
        this.kv =
                KVGrpcClient.create(GrpcClient.client(vertx, h2c), SocketAddress.inetSocketAddress(port, "127.0.0.1"));
        this.stat = Path.of("/proc", pid, "stat");
    }

    public static void main(String[] arguments) throws Exception {
        EtcdFaceBench bench = new EtcdFaceBench(Integer.parseInt(arguments[0]), arguments[1]);
        try {
            bench.run("warm-up", 100, bench::put);
            for (int clients : new int[] {1, 100, 1000}) {
                bench.run("put", clients, bench::put);
                bench.run("range", clients, bench::range);
                bench.run("txn", clients, bench::compareAndSwap);
            }
        } finally {
            await(bench.vertx.close());
        }
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8("/registry/pods/default/pod-" + number % KEYS);
    }

    private Future<?> put(int number) {
        return kv.put(
                Rpc.PutRequest.newBuilder().setKey(key(number)).setValue(VALUE).build());
    }

    private Future<?> range(int number) {
        return kv.range(Rpc.RangeRequest.newBuilder().setKey(key(number)).build());
    }

    private Future<?> compareAndSwap(int number) {
        return kv.txn(Rpc.TxnRequest.newBuilder()
                .addCompare(Rpc.Compare.newBuilder()
                        .setKey(key(number))
                        .setTarget(Rpc.Compare.CompareTarget.MOD)
                        .setResult(Rpc.Compare.CompareResult.GREATER)
                        .setModRevision(1))
                .addSuccess(Rpc.RequestOp.newBuilder()
                        .setRequestPut(
                                Rpc.PutRequest.newBuilder().setKey(key(number)).setValue(VALUE)))
                .addFailure(Rpc.RequestOp.newBuilder()
                        .setRequestRange(Rpc.RangeRequest.newBuilder().setKey(key(number))))
                .build());
    }

    /** The fields are the client's loop's. */
    private static final class Run {
        private final IntFunction<Future<?>> operation;
        private final long untilNanos = System.nanoTime() + RUN_NANOS;
        private int operations;

        Run(IntFunction<Future<?>> operation) {
            this.operation = operation;
        }

        void next(Promise<Void> done) {
            if (System.nanoTime() >= untilNanos) {
                done.complete();
            } else {
                operation.apply(operations++).onComplete(answered -> next(done), done::fail);
            }
        }
    }

    private void run(String name, int clients, IntFunction<Future<?>> operation) throws Exception {
        Run run = new Run(operation);
        double cpu = serverTicks();
        long start = System.nanoTime();
        Promise<List<Promise<Void>>> started = Promise.promise();
        vertx.getOrCreateContext().runOnContext(task -> {
            List<Promise<Void>> all = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                Promise<Void> done = Promise.promise();
                all.add(done);
                run.next(done);
            }
            started.complete(all);
        });
        await(started.future()
                .compose(all -> Future.all(all.stream().map(Promise::future).toList())));
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "%-8s %4d clients: %7.0f/s  server CPU %6.1f us%n",
                name, clients, run.operations / seconds, (serverTicks() - cpu) * TICK_MICROS / run.operations);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get();
    }

    private double serverTicks() throws IOException {
        String line = Files.readString(stat);
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
