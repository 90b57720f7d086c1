package io.minik.store.mapdb;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.RangeRequest;
import io.minik.store.Txn;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that writes under load is killed; what it was told is durable must be there. */
class KillTest {
    private static final int ROUNDS = 5;
    private static final int CLIENTS = 16;

    @TempDir
    Path directory;

    @Test
    void nothingThatWasAcknowledgedIsLostByKill() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Long> acknowledged = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            writeAndKill(500 + random.nextInt(3000), acknowledged);
            Vertx vertx = Vertx.vertx();
            MapDbStore store = Await.get(MapDbStore.open(vertx, config(directory)));
            Map<String, Long> found = Await.get(store.range(RangeRequest.prefix(Bytes.EMPTY))).kvs().stream()
                    .collect(Collectors.toMap(kv -> kv.key().utf8(), KillTest::number));
            acknowledged.forEach((key, number) ->
                    assertThat(found.get(key)).as("seed %d, %s", seed, key).isGreaterThanOrEqualTo(number));
            acknowledged.clear();
            acknowledged.putAll(found);
            Await.get(store.close());
            Await.get(vertx.close());
        }
    }

    private static Long number(KeyValue kv) {
        return Long.parseLong(kv.value().utf8().strip());
    }

    private void writeAndKill(int lines, Map<String, Long> acknowledged) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = child.inputReader()) {
            for (int line = 0; line < lines; line++) {
                String text = output.readLine();
                assertThat(text).as("the child lives").isNotNull();
                String[] told = text.split(" ");
                acknowledged.put(told[0], Long.parseLong(told[1]));
            }
        } finally {
            child.destroyForcibly();
            child.waitFor();
        }
    }

    private static StoreConfig config(Path directory) {
        return StoreConfig.at(directory).snapshotAfter(200_000);
    }

    /** Clients that each count their own key up, telling what was acknowledged. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            Vertx vertx = Vertx.vertx();
            MapDbStore store = Await.get(MapDbStore.open(vertx, config(Path.of(arguments[0]))));
            for (int client = 0; client < CLIENTS; client++) {
                String key = "client-" + client;
                store.range(RangeRequest.key(utf8(key)))
                        .onSuccess(found -> count(
                                store,
                                key,
                                found.kvs().isEmpty() ? 0 : number(found.kvs().get(0))))
                        .onFailure(Throwable::printStackTrace);
            }
        }

        private static void count(MapDbStore store, String key, long last) {
            long next = last + 1;
            store.txn(Txn.put(utf8(key), utf8(next + " ".repeat((int) (next % 400)))))
                    .onSuccess(done -> {
                        System.out.println(key + " " + next);
                        count(store, key, next);
                    })
                    .onFailure(Throwable::printStackTrace);
        }
    }
}
