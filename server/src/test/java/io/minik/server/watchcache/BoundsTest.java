package io.minik.server.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.http.TestApi;
import io.minik.server.watchcache.CacheEvent.Seen;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.Value;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is held is bounded by bytes, not by numbers alone. */
class BoundsTest {
    private static final int LARGE = 900_000;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        TestApi.await(vertx.close());
    }

    private static KubeObject object(String name, int bytes) {
        return KubeObject.named("v1", "ConfigMap", ObjectKey.of("a", name), body -> body.put("data", "x".repeat(bytes)))
                .compact();
    }

    private static CacheEvent change(long revision, int bytes) {
        return new CacheEvent(revision, "a/c", Optional.empty(), Optional.of(object("c", bytes)));
    }

    @Test
    void aRingKeepsAsManyEventsAsTheirBytesAllow() {
        EventRing ring = new EventRing(1);
        for (int revision = 2; revision < 200; revision++) {
            ring.add(change(revision, LARGE));
        }
        List<CacheEvent> left = new ArrayList<>();
        ring.after(ring.oldest(), left::add);
        assertThat(left).hasSize((int) (EventRing.MAX_BYTES / object("c", LARGE).length()));
        assertThat(left.get(left.size() - 1).revision()).isEqualTo(199);
        assertThat(ring.oldest()).isEqualTo(left.get(0).revision() - 1);
    }

    @Test
    void aRingOfSmallEventsIsBoundedByTheirNumber() {
        EventRing ring = new EventRing(1);
        for (int revision = 2; revision < 3_000; revision++) {
            ring.add(change(revision, 10));
        }
        List<CacheEvent> left = new ArrayList<>();
        ring.after(ring.oldest(), left::add);
        assertThat(left).hasSize(EventRing.CAPACITY);
    }

    private static final class Notes implements WatchSink {
        final List<Integer> batches = new ArrayList<>();
        Optional<ApiException> why = Optional.empty();

        @Override
        public void onEvents(List<Seen> events) {
            batches.add(events.size());
        }

        @Override
        public void onEnd(Optional<ApiException> end) {
            why = end;
        }
    }

    private CacheWatcher watcher(Notes notes) {
        return new CacheWatcher(
                Wakes.Bell.of(vertx.getOrCreateContext(), new Wakes(task -> {})), Filter.ALL, false, notes, () -> {});
    }

    @Test
    void aWatcherThatFallsBehindByManyBytesIsEnded() {
        Notes notes = new Notes();
        CacheWatcher watcher = watcher(notes);
        int queued = 0;
        for (int revision = 2; !watcher.closed(); revision++) {
            watcher.offer(change(revision, LARGE));
            queued++;
        }
        assertThat(queued)
                .isEqualTo((int) (CacheWatcher.MAX_QUEUED_BYTES
                                / object("c", LARGE).length())
                        + 1);
        watcher.resume();
        assertThat(notes.why).hasValueSatisfying(why -> assertThat(why.status().message())
                .isEqualTo(
                        "too old resource version: the watcher fell behind by more than 16777216 bytes, list again"));
    }

    @Test
    void initialEventsDoNotCountButWhatComesOnTopDoes() {
        CacheWatcher watcher = watcher(new Notes());
        watcher.expectAny();
        for (int i = 0; i < 100; i++) {
            watcher.offerInitial(object("i" + i, LARGE));
        }
        watcher.expectNoMore();
        for (int revision = 2; revision < 10; revision++) {
            watcher.offer(change(revision, LARGE));
        }
        assertThat(watcher.closed()).isFalse();
        for (int revision = 10; revision < 30; revision++) {
            watcher.offer(change(revision, LARGE));
        }
        assertThat(watcher.closed()).isTrue();
    }

    @Test
    void aSinkIsHandedLargeEventsOneByOne() {
        Notes notes = new Notes();
        CacheWatcher watcher = watcher(notes);
        for (int revision = 2; revision < 5; revision++) {
            watcher.offer(change(revision, LARGE));
        }
        watcher.resume();
        assertThat(notes.batches.get(0)).isEqualTo(1);
    }

    private static Event put(long revision, int bytes) {
        Bytes key = StorageKeys.key(Resources.CONFIG_MAPS, ObjectKey.of("a", "c" + revision));
        byte[] stored = StoredForm.stored(object("c" + revision, bytes).tree());
        return new Event(
                Event.Type.PUT, new KeyValue(key, Bytes.of(stored), revision, revision, 1, 0), Optional.empty());
    }

    @Test
    void whatIsToldWhileACacheIsFilledIsKeptAsFarAsARingGoes() {
        WatchCache cache =
                new WatchCache(Resources.CONFIG_MAPS, new WatchCaches(vertx, new MemoryStore(vertx), List.of()));
        cache.filling();
        int large = (int) (EventRing.MAX_BYTES / LARGE) + 1;
        for (int revision = 2; revision < 2 + large; revision++) {
            assertThat(cache.apply("a/c" + revision, put(revision, LARGE))).isFalse();
        }
        assertThat(cache.filled(2)).as("it is read again").isFalse();
        assertThat(cache.size()).isZero();

        cache.filling();
        for (int revision = 2; revision < large; revision++) {
            cache.apply("a/c" + revision, put(revision, LARGE));
        }
        assertThat(cache.filled(2)).isTrue();
        assertThat(cache.size()).as("all after what was read").isEqualTo(large - 3);
    }

    /** A store's value that counts how often it is read. */
    private static final class Counted implements Value {
        final byte[] stored;
        int reads;

        Counted(int bytes) {
            stored = StoredForm.stored(object("c", bytes).tree());
        }

        @Override
        public long revision() {
            return 7;
        }

        @Override
        public int length() {
            return stored.length;
        }

        @Override
        public Bytes read() {
            reads++;
            return Bytes.of(stored);
        }

        KubeObject written(Recent recent) {
            return Served.written(this, StoredForm.served(stored, 7), recent);
        }
    }

    @Test
    void bytesWrittenLastStayAndTheOldestGo() {
        Recent recent = new Recent(64_000);
        List<Counted> values = new ArrayList<>();
        List<KubeObject> objects = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            values.add(new Counted(900));
            objects.add(values.get(i).written(recent));
        }
        assertThat(recent.bytes()).isLessThanOrEqualTo(64_000).isGreaterThan(60_000);
        objects.get(99).bytes();
        assertThat(values.get(99).reads).isZero();
        assertThat(objects.get(0).bytes())
                .isEqualTo(StoredForm.served(values.get(0).stored, 7).bytes());
        assertThat(values.get(0).reads).isEqualTo(1);
        assertThat(objects.get(0).length()).isEqualTo(objects.get(0).bytes().length);
    }

    @Test
    void readingEverythingDoesNotDriveOutWhatWasWritten() {
        Recent recent = new Recent(64_000);
        List<Counted> values = new ArrayList<>();
        List<KubeObject> objects = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            values.add(new Counted(900));
            objects.add(values.get(i).written(recent));
        }
        objects.forEach(KubeObject::bytes);
        objects.get(99).bytes();
        assertThat(values.get(99).reads).isZero();
        assertThat(recent.bytes()).isLessThanOrEqualTo(64_000);
    }

    @Test
    void aDeletedObjectIsItsLastStateAtTheRevisionOfItsEnd() {
        Counted value = new Counted(900);
        KubeObject last = value.written(new Recent(0));
        KubeObject gone = StoredForm.atRevision(last, 12_345);
        assertThat(gone.meta().resourceVersion()).isEqualTo("12345");
        assertThat(gone.bytes())
                .isEqualTo(StoredForm.served(value.stored, 12_345).bytes());
        assertThat(gone.length()).isEqualTo(gone.bytes().length);
    }
}
