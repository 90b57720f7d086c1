package io.minik.server.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.Transport;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.server.authn.User;
import io.minik.server.podsecurity.PodSecurityConfig;
import io.minik.store.Store;
import io.minik.store.Txn;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A collection is deleted over a store that answers when the test says so. */
class DeleteCollectionTest {
    private static final int OBJECTS = 40;
    private static final int AT_ONCE = 16;

    private final Vertx vertx = Vertx.vertx();
    private final Store store = new MemoryStore(vertx);
    private final BlockingQueue<Promise<Void>> held = new LinkedBlockingQueue<>();
    private volatile boolean slow;

    /** Writes wait while it is slow; all else is the store's own. */
    private Store gated() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (!slow || !method.getName().equals("txn")) {
                        return method.invoke(store, arguments);
                    }
                    Promise<Void> gate = Promise.promise();
                    held.add(gate);
                    return gate.future().compose(unused -> store.txn((Txn) arguments[0]));
                });
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static ApiCall call(Verb verb, ObjectKey key, String body) {
        return new ApiCall(
                verb,
                Resources.CONFIG_MAPS,
                key,
                "",
                Map.of(),
                "application/json",
                body.getBytes(StandardCharsets.UTF_8));
    }

    private Promise<Void> next() throws InterruptedException {
        return requireNonNull(held.poll(30, TimeUnit.SECONDS));
    }

    @Test
    void noMoreThanSixteenDeletesAreUnderWay() throws Exception {
        ApiServer server = DevServer.of(vertx, gated(), PodSecurityConfig.NONE);
        get(server.prepare());
        Transport transport = server.transport(User.system("test", User.MASTERS));
        for (int i = 0; i < OBJECTS; i++) {
            String body = "{\"metadata\":{\"name\":\"c" + i + "\"}}";
            get(transport.send(call(Verb.CREATE, ObjectKey.of("default", ""), body)));
        }
        slow = true;
        Future<?> deleted = transport.send(call(Verb.DELETE_COLLECTION, ObjectKey.of("default", ""), ""));
        Deque<Promise<Void>> begun = new ArrayDeque<>();
        for (int i = 0; i < AT_ONCE; i++) {
            begun.add(next());
        }
        for (int i = 0; i < OBJECTS; i++) {
            assertThat(held).isEmpty();
            begun.remove().complete();
            if (i + AT_ONCE < OBJECTS) {
                begun.add(next());
            }
        }
        get(deleted);
        assertThat(held).isEmpty();
        get(vertx.close());
    }
}
