package io.minik.server.watchcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.minik.server.authn.User;
import io.minik.server.http.DevServer;
import io.minik.server.http.TestApi;
import io.minik.store.StoreException;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a controller, kubelet or proxy hears through an informer while the store loses watches, forgets history, can't be
 * read and in the end halts, and while handlers throw: never of the end of what was not deleted, which would stop pods and
 * drop Services; and of everything else once there is quiet.
 */
class SeededFaultTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int STEPS = 120;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Vertx vertx = Vertx.vertx();
    private final FaultyStore store = new FaultyStore(vertx, new MemoryStore(vertx));
    private final Random random = new Random(SEED);
    private final Random ofHandler = new Random(SEED + 1);
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();
    private final List<String> wronglyEnded = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        TestApi.await(vertx.close());
    }

    /** As a kubelet hears of its pods; now and then it has a fault. */
    private void heard(Optional<KubeObject> before, Optional<KubeObject> now) {
        if (now.isEmpty() && !deleted.contains(before.orElseThrow().name())) {
            wronglyEnded.add(before.orElseThrow().name());
        }
        if (ofHandler.nextInt(8) == 0) {
            throw new IllegalStateException("a fault of the handler");
        }
    }

    private Set<String> known(Loop loop, Informer informer) {
        Promise<Set<String>> names = Promise.promise();
        loop.run(() -> names.complete(new TreeSet<>(informer.byNamespace("default").stream()
                .map(KubeObject::name)
                .filter(name -> name.startsWith("m-"))
                .toList())));
        return TestApi.await(names.future());
    }

    private void fault() {
        switch (random.nextInt(4)) {
            case 0 -> store.failOneRange(new StoreException.Busy("too many requests"));
            case 1 -> store.endWatches(new StoreException.Compacted(1, 2));
            default -> store.endWatches(new StoreException.Lagging("too slow"));
        }
    }

    @Test
    void nothingEndsThatWasNotDeletedAndInTheEndAllIsKnown() {
        var server = DevServer.of(vertx, store, 0);
        TestApi.await(server.start());
        Loop loop = Loop.on(vertx.getOrCreateContext());
        ApiClient client = new ApiClient(server.transport(User.system("tester", User.MASTERS)), "tester");
        Informer maps = new Informers(loop, client).of(Resources.CONFIG_MAPS);
        loop.run(() -> maps.onChange(this::heard).start());
        TestApi.await(maps.synced());
        TreeSet<String> present = new TreeSet<>();
        for (int step = 0; step < STEPS; step++) {
            if (present.isEmpty() || random.nextInt(3) > 0) {
                String name = "m-" + step;
                TestApi.await(client.create(
                        Resources.CONFIG_MAPS,
                        KubeObject.named("v1", "ConfigMap", ObjectKey.of("default", name), tree -> {})));
                present.add(name);
            } else {
                String name = new ArrayList<>(present).get(random.nextInt(present.size()));
                deleted.add(name);
                TestApi.await(
                        client.delete(Resources.CONFIG_MAPS, ObjectKey.of("default", name), DeleteOptions.DEFAULT));
                present.remove(name);
            }
            if (random.nextInt(6) == 0) {
                fault();
            }
        }
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!known(loop, maps).equals(present)) {
            assertThat(System.nanoTime()).as("seed " + SEED).isLessThan(end);
        }
        store.halt();
        assertThatThrownBy(() -> TestApi.await(client.list(Resources.CONFIG_MAPS, "default", ListOptions.ALL)))
                .hasMessage("the store has halted");
        assertThat(known(loop, maps)).as("seed " + SEED).isEqualTo(present);
        assertThat(wronglyEnded).as("seed " + SEED).isEmpty();
    }
}
