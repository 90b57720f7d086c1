package io.minik.server.watchcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.http.TestApi;
import io.minik.store.Bytes;
import io.minik.store.Op;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the caches show, and answer, while their store fails. */
class CacheFaultTest {
    private static final ObjectKey A = ObjectKey.of("default", "a");

    private final Vertx vertx = Vertx.vertx();
    private final FaultyStore store = new FaultyStore(vertx, new MemoryStore(vertx));
    private final WatchCaches caches = new WatchCaches(vertx, store, List.of(Resources.CONFIG_MAPS));
    private final WatchCache configMaps = caches.of(Resources.CONFIG_MAPS);

    @BeforeEach
    void start() {
        put("a");
        put("b");
        TestApi.await(caches.start());
    }

    @AfterEach
    void stop() {
        TestApi.await(caches.stop());
        TestApi.await(store.close());
        TestApi.await(vertx.close());
    }

    private void put(String name) {
        KubeObject object = KubeObject.named("v1", "ConfigMap", ObjectKey.of("default", name), tree -> {});
        TestApi.await(store.txn(Txn.put(
                StorageKeys.key(Resources.CONFIG_MAPS, object.key()), Bytes.of(StoredForm.stored(object.tree())))));
    }

    private Future<Optional<ApiException>> watched() {
        Promise<Optional<ApiException>> end = Promise.promise();
        WatchSink sink = new WatchSink() {
            @Override
            public void onEvents(List<CacheEvent.Seen> events) {}

            @Override
            public void onEnd(Optional<ApiException> why) {
                end.complete(why);
            }
        };
        TestApi.await(configMaps.watch(WatchStart.after(caches.applied()), Filter.ALL, false, sink))
                .resumeLater();
        return end.future();
    }

    private static void assertUnavailable(Future<?> answer) {
        assertThatThrownBy(() -> TestApi.await(answer)).isInstanceOfSatisfying(ApiException.class, error -> {
            assertThat(error.status().code()).isEqualTo(503);
            assertThat(error.getMessage()).isEqualTo("the store has halted");
        });
    }

    @Test
    void aStoreThatHaltsIsUnavailableAndNeverEmpty() {
        Future<Optional<ApiException>> end = watched();
        Future<Void> waiting = caches.reached(caches.applied() + 1000);
        store.halt();
        assertThat(TestApi.await(end).orElseThrow().status().code()).isEqualTo(503);
        assertUnavailable(waiting);
        assertUnavailable(caches.caughtUp());
        assertUnavailable(caches.reached(1));
        assertThatThrownBy(() -> configMaps.snapshot(Filter.ALL)).hasMessage("the store has halted");
        assertUnavailable(configMaps.watch(WatchStart.PRESENT, Filter.ALL, false, new NoSink()));
        assertThat(configMaps.find(A)).isPresent();
        assertThat(configMaps.size()).isEqualTo(2);
        assertThat(caches.health().ready()).isFalse();
        assertThat(caches.health().message()).isEqualTo("the store has halted");
    }

    @Test
    void aReloadShowsTheOldImageUntilTheNewOneIsWhole() {
        Future<Optional<ApiException>> end = watched();
        store.holdReads();
        store.endWatches(new StoreException.Compacted(1, 2));
        while (store.heldReads() == 0) {
            Thread.onSpinWait();
        }
        Bytes key = StorageKeys.key(Resources.CONFIG_MAPS, A);
        TestApi.await(store.txn(Txn.of(List.of(), List.of(Op.delete(key)), List.of())));
        put("c");
        Future<Void> fresh = caches.caughtUp();
        assertThat(configMaps.snapshot(Filter.ALL).objects())
                .extracting(KubeObject::name)
                .containsExactly("a", "b");
        assertThat(fresh.isComplete()).isFalse();
        store.letGo();
        TestApi.await(fresh);
        assertThat(configMaps.snapshot(Filter.ALL).objects())
                .extracting(KubeObject::name)
                .containsExactly("b", "c");
        assertThat(TestApi.await(end).orElseThrow().status().code()).isEqualTo(410);
        assertThat(caches.health().ready()).isTrue();
    }

    @Test
    void aWatchThatIsLostIsResumedAndNoWatcherNotices() {
        Future<Optional<ApiException>> end = watched();
        KubeObject before = configMaps.find(A).orElseThrow();
        store.endWatches(new StoreException.Lagging("too slow"));
        put("c");
        TestApi.await(caches.caughtUp());
        // The next one is lost before it has told anything.
        store.endWatches(new StoreException.Lagging("too slow"));
        while (store.watches() == 0) {
            Thread.onSpinWait();
        }
        store.endWatches(new StoreException.Lagging("too slow"));
        put("d");
        TestApi.await(caches.caughtUp());
        assertThat(configMaps.snapshot(Filter.ALL).objects())
                .extracting(KubeObject::name)
                .containsExactly("a", "b", "c", "d");
        assertThat(configMaps.find(A).orElseThrow()).isSameAs(before);
        assertThat(end.isComplete()).isFalse();
        assertThat(caches.health().ready()).isTrue();
    }

    @Test
    void anImageThatIsHeldStaysAsItIs() {
        Snapshot held = configMaps.snapshot(Filter.ALL);
        put("c");
        TestApi.await(
                store.txn(Txn.of(List.of(), List.of(Op.delete(StorageKeys.key(Resources.CONFIG_MAPS, A))), List.of())));
        TestApi.await(caches.caughtUp());
        assertThat(held.objects()).extracting(KubeObject::name).containsExactly("a", "b");
        Snapshot now = configMaps.snapshot(Filter.ALL);
        assertThat(now.objects()).extracting(KubeObject::name).containsExactly("b", "c");
        assertThat(now.revision()).isEqualTo(held.revision() + 2);
    }

    @Test
    void aReloadThatFailsIsTriedAgain() {
        store.failOneRange(new StoreException.Busy("too many requests"));
        store.endWatches(new StoreException.Compacted(1, 2));
        put("c");
        TestApi.await(caches.caughtUp());
        assertThat(configMaps.snapshot(Filter.ALL).objects()).hasSize(3);
    }

    @Test
    void aStoreThatHaltsDuringAReloadIsUnavailable() {
        store.failOneRange(new StoreException.Unusable("the store has halted: EIO"));
        Future<Void> waiting = caches.reached(caches.applied() + 1000);
        store.endWatches(new StoreException.Compacted(1, 2));
        assertUnavailable(waiting);
        assertThatThrownBy(() -> configMaps.snapshot(Filter.ALL)).hasMessage("the store has halted");
        assertThat(configMaps.find(A)).isPresent();
    }

    private static final class NoSink implements WatchSink {
        @Override
        public void onEvents(List<CacheEvent.Seen> events) {}

        @Override
        public void onEnd(Optional<ApiException> why) {}
    }

    private long secret(String name, Optional<KubeObject> value) {
        Bytes key = StorageKeys.key(Resources.SECRETS, ObjectKey.of("default", name));
        Txn txn = value.map(object -> Txn.put(key, Bytes.of(StoredForm.stored(object.tree()))))
                .orElseGet(() -> Txn.of(List.of(), List.of(Op.delete(key)), List.of()));
        return TestApi.await(store.txn(txn)).revision();
    }

    private static Optional<KubeObject> secret(String name) {
        return Optional.of(KubeObject.named("v1", "Secret", ObjectKey.of("default", name), tree -> {}));
    }

    @Test
    void whatHappensWhileOneResourceIsReadIsNeitherLostNorSeenTwice() {
        secret("goes", secret("goes"));
        secret("stays", secret("stays"));
        store.holdReads();
        Future<Void> added = caches.add(Resources.SECRETS);
        while (store.heldReads() == 0) {
            Thread.onSpinWait();
        }
        secret("goes", Optional.empty());
        long comes = secret("comes", secret("comes"));
        TestApi.await(caches.caughtUp());
        store.letGo();
        TestApi.await(added);
        WatchCache secrets = caches.of(Resources.SECRETS);
        assertThat(secrets.present("").stream().map(KubeObject::name)).containsExactlyInAnyOrder("comes", "stays");
        assertThat(secrets.find(ObjectKey.of("default", "comes"))
                        .orElseThrow()
                        .meta()
                        .revision())
                .isEqualTo(comes);
        secret("stays", Optional.empty());
        TestApi.await(caches.caughtUp());
        assertThat(secrets.size()).isEqualTo(1);
    }

    @Test
    void aResourceWhoseReadIsOvertakenByAReloadIsNotAdded() {
        secret("one", secret("one"));
        store.holdReads();
        Future<Void> added = caches.add(Resources.SECRETS);
        while (store.heldReads() == 0) {
            Thread.onSpinWait();
        }
        store.endWatches(new StoreException.Compacted(1, 1));
        while (store.heldReads() == 1) {
            Thread.onSpinWait();
        }
        store.letGo();
        assertThatThrownBy(() -> TestApi.await(added)).isInstanceOf(ApiException.class);
        TestApi.await(caches.caughtUp());
        TestApi.await(caches.add(Resources.SECRETS));
        assertThat(caches.of(Resources.SECRETS).size()).isEqualTo(1);
        assertThat(configMaps.size()).isEqualTo(2);
    }
}
