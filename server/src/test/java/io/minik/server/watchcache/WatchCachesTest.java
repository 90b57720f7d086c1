package io.minik.server.watchcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.WatchEvent;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.http.TestApi;
import io.minik.server.watchcache.CacheEvent.Seen;
import io.minik.store.Bytes;
import io.minik.store.Op;
import io.minik.store.Txn;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchCachesTest {
    private static final String END = "end";

    private final Vertx vertx = Vertx.vertx();
    private final MemoryStore store = new MemoryStore(vertx);
    private final WatchCaches caches = new WatchCaches(vertx, store, List.of(Resources.CONFIG_MAPS, Resources.PODS));
    private final WatchCache configMaps = caches.of(Resources.CONFIG_MAPS);

    @BeforeEach
    void start() {
        put("loaded", "a");
        TestApi.await(caches.start());
    }

    @AfterEach
    void stop() {
        TestApi.await(caches.stop());
        TestApi.await(store.close());
        TestApi.await(vertx.close());
    }

    /** A configmap in default with the label l. Answers with its revision. */
    private long put(String name, String label) {
        return TestApi.await(store.txn(Txn.of(List.of(), List.of(putOp(name, label)), List.of())))
                .revision();
    }

    private static Op putOp(String name, String label) {
        KubeObject object = KubeObject.named("v1", "ConfigMap", ObjectKey.of("default", name), tree -> {
            ((ObjectNode) tree.path("metadata")).putObject("labels").put("l", label);
        });
        return Op.put(StorageKeys.key(Resources.CONFIG_MAPS, object.key()), Bytes.of(StoredForm.stored(object.tree())));
    }

    private long delete(String name) {
        Bytes key = StorageKeys.key(Resources.CONFIG_MAPS, ObjectKey.of("default", name));
        return TestApi.await(store.txn(Txn.of(List.of(), List.of(Op.delete(key)), List.of())))
                .revision();
    }

    /** Collects {@code TYPE name@revision}, and {@code end …}. */
    private static class Notes implements WatchSink {
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final List<Seen> seen = new ArrayList<>();

        @Override
        public void onEvents(List<Seen> events) {
            for (Seen event : events) {
                seen.add(event);
                lines.add(event.type() + " " + event.object().name() + "@"
                        + event.object().meta().resourceVersion());
            }
        }

        @Override
        public void onEnd(Optional<ApiException> why) {
            lines.add(END + why.map(error -> " " + error.status().code()).orElse(""));
        }

        String next() {
            try {
                String line = lines.poll(60, TimeUnit.SECONDS);
                return line == null ? "nothing came" : line;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Notes watch(WatchStart start, Filter filter, boolean bookmarks) {
        Notes notes = new Notes();
        TestApi.await(configMaps.watch(start, filter, bookmarks, notes)).resumeLater();
        return notes;
    }

    private static Filter label(String value) {
        return Filter.of("", object -> value.equals(object.meta().labels().get("l")));
    }

    @Test
    void whatWasThereIsLoadedAndWhatComesIsSeen() {
        assertThat(configMaps.find(ObjectKey.of("default", "loaded"))).isPresent();
        long revision = put("new", "a");
        TestApi.await(caches.caughtUp());
        assertThat(configMaps.find(ObjectKey.of("default", "new")))
                .hasValueSatisfying(
                        object -> assertThat(object.meta().resourceVersion()).isEqualTo(Long.toString(revision)));
        assertThat(configMaps.snapshot(Filter.ALL).objects()).hasSize(2);
    }

    @Test
    void writesOfOthersKeysCountAsSeen() {
        TestApi.await(store.txn(Txn.put(Bytes.utf8("/elsewhere"), Bytes.utf8("x"))));
        TestApi.await(caches.caughtUp());
        assertThat(caches.applied()).isEqualTo(store.status().revision());
    }

    @Test
    void aWatchSeesAnObjectEnterAndLeaveItsSelector() {
        Notes notes = watch(WatchStart.PRESENT, label("a"), false);
        assertThat(notes.next()).startsWith("ADDED loaded@");
        long left = put("loaded", "b");
        long entered = put("loaded", "a");
        long changed = put("loaded", "a");
        put("other", "b");
        long gone = delete("loaded");
        assertThat(notes.next()).isEqualTo("DELETED loaded@" + left);
        assertThat(notes.next()).isEqualTo("ADDED loaded@" + entered);
        assertThat(notes.next()).isEqualTo("MODIFIED loaded@" + changed);
        assertThat(notes.next()).isEqualTo("DELETED loaded@" + gone);
    }

    @Test
    void anObjectThatLeavesIsShownAsItWas() {
        Notes notes = watch(WatchStart.PRESENT, label("a"), false);
        notes.next();
        put("loaded", "b");
        notes.next();
        assertThat(notes.seen.get(1).object().meta().labels()).containsEntry("l", "a");
    }

    @Test
    void aWatchResumesAfterARevision() {
        long first = put("x", "1");
        long second = put("x", "2");
        TestApi.await(caches.caughtUp());
        Notes notes = watch(WatchStart.after(first), Filter.ALL, false);
        assertThat(notes.next()).isEqualTo("MODIFIED x@" + second);
    }

    @Test
    void aStartThatTheRingForgotIsGone() {
        long early = put("x", "0");
        for (int i = 0; i <= EventRing.CAPACITY + 1; i++) {
            put("x", Integer.toString(i));
        }
        TestApi.await(caches.caughtUp());
        assertThatThrownBy(() -> watch(WatchStart.after(early), Filter.ALL, false))
                .isInstanceOfSatisfying(ApiException.class, error -> {
                    assertThat(error.status().code()).isEqualTo(410);
                    assertThat(error.getMessage()).startsWith("too old resource version: " + early + " (");
                });
    }

    @Test
    void aWatchListEndsItsInitialEventsWithAMark() {
        Notes notes = watch(new WatchStart(0, true, true), Filter.ALL, true);
        assertThat(notes.next()).startsWith("ADDED loaded@");
        assertThat(notes.next()).startsWith("BOOKMARK @");
        assertThat(notes.seen.get(1).object().annotations()).containsEntry("k8s.io/initial-events-end", "true");
    }

    @Test
    void aWatcherThatDoesNotReadIsEndedAndOthersAreNot() {
        Notes slow = new Notes();
        CacheWatcher paused =
                TestApi.await(configMaps.watch(WatchStart.after(caches.applied()), Filter.ALL, false, slow));
        Notes quick = watch(WatchStart.after(caches.applied()), Filter.ALL, false);
        long last = 0;
        for (int i = 0; i <= CacheWatcher.MAX_QUEUED; i++) {
            last = put("x", Integer.toString(i));
        }
        assertThat(slow.next()).isEqualTo("end 410");
        String line = quick.next();
        for (int i = 0; i < CacheWatcher.MAX_QUEUED; i++) {
            line = quick.next();
        }
        assertThat(line).isEqualTo("MODIFIED x@" + last);
        paused.close();
    }

    @Test
    void aFrameIsEncodedOnceForAllWatchers() {
        Notes one = watch(WatchStart.after(caches.applied()), Filter.ALL, false);
        Notes two = watch(WatchStart.after(caches.applied()), label("a"), false);
        put("x", "a");
        one.next();
        two.next();
        List<WatchEvent.Type> encoded = new ArrayList<>();
        Buffer first = one.seen.get(0).frame("json", seen -> {
            encoded.add(seen.type());
            return Buffer.buffer("frame");
        });
        Buffer second = two.seen.get(0).frame("json", seen -> {
            encoded.add(seen.type());
            return Buffer.buffer("frame");
        });
        assertThat(second).isSameAs(first);
        assertThat(encoded).hasSize(1);
    }

    @Test
    void aClosedWatchHearsNothingMore() {
        Notes notes = new Notes();
        CacheWatcher watcher = TestApi.await(configMaps.watch(WatchStart.PRESENT, Filter.ALL, false, notes));
        watcher.close();
        watcher.resumeLater();
        Notes other = watch(WatchStart.PRESENT, Filter.ALL, false);
        other.next();
        assertThat(notes.lines).isEmpty();
    }

    @Test
    void aWatcherThatThrowsListsAgainAndOthersMissNothing() {
        Notes throwing = new Notes() {
            @Override
            public void onEvents(List<Seen> events) {
                throw new IllegalStateException("a fault of the watcher");
            }
        };
        TestApi.await(configMaps.watch(WatchStart.after(caches.applied()), Filter.ALL, false, throwing))
                .resumeLater();
        Notes other = watch(WatchStart.after(caches.applied()), Filter.ALL, false);
        long first = put("x", "1");
        long second = put("x", "2");
        assertThat(throwing.next()).isEqualTo("end 410");
        assertThat(other.next()).isEqualTo("ADDED x@" + first);
        assertThat(other.next()).isEqualTo("MODIFIED x@" + second);
    }

    @Test
    void aSelectorThatThrowsEndsItsOwnWatchAlone() {
        Filter broken = Filter.of("", object -> {
            throw new IllegalStateException("a fault of the selector");
        });
        Notes throwing = watch(WatchStart.after(caches.applied()), broken, false);
        Notes other = watch(WatchStart.after(caches.applied()), Filter.ALL, false);
        long first = put("x", "1");
        assertThat(throwing.next()).isEqualTo("end 410");
        assertThat(other.next()).isEqualTo("ADDED x@" + first);
    }

    @Test
    void allChangesOfOneRevisionAreSeen() {
        Notes notes = watch(WatchStart.after(caches.applied()), Filter.ALL, false);
        long revision = TestApi.await(store.txn(
                        Txn.of(List.of(), List.of(putOp("x", "1"), putOp("y", "1"), putOp("z", "1")), List.of())))
                .revision();
        assertThat(List.of(notes.next(), notes.next(), notes.next()))
                .containsExactly("ADDED x@" + revision, "ADDED y@" + revision, "ADDED z@" + revision);
        assertThat(configMaps.snapshot(Filter.ALL).revision()).isGreaterThanOrEqualTo(revision);
    }

    @Test
    void whoWaitsForARevisionThatNeverComesIsNotKept() {
        assertThatThrownBy(() -> TestApi.await(caches.reached(caches.applied() + 1000, 1)))
                .hasCauseInstanceOf(TimeoutException.class);
        assertThat(caches.waiting()).isZero();
        Future<Void> comes = caches.reached(caches.applied() + 1, 60_000);
        put("next", "a");
        TestApi.await(comes);
        assertThat(caches.waiting()).isZero();
    }

    @Test
    void aResourceThatComesShowsWhatIsStoredAndGoesWithItsWatches() {
        Bytes key = StorageKeys.key(Resources.SECRETS, ObjectKey.of("default", "early"));
        KubeObject secret = KubeObject.named("v1", "Secret", ObjectKey.of("default", "early"), tree -> {});
        TestApi.await(store.txn(Txn.put(key, Bytes.of(StoredForm.stored(secret.tree())))));
        TestApi.await(caches.add(Resources.SECRETS));
        WatchCache secrets = caches.of(Resources.SECRETS);
        assertThat(secrets.find(ObjectKey.of("default", "early"))).isPresent();
        Notes notes = new Notes();
        TestApi.await(secrets.watch(WatchStart.after(caches.applied()), Filter.ALL, false, notes))
                .resumeLater();
        long gone = TestApi.await(store.txn(Txn.of(List.of(), List.of(Op.delete(key)), List.of())))
                .revision();
        assertThat(notes.next()).isEqualTo("DELETED early@" + gone);
        TestApi.await(caches.remove(Resources.SECRETS));
        assertThat(notes.next()).isEqualTo(END);
        assertThatThrownBy(() -> caches.of(Resources.SECRETS)).isInstanceOf(IllegalArgumentException.class);
        TestApi.await(caches.add(Resources.SECRETS));
        assertThat(caches.of(Resources.SECRETS).size()).isZero();
    }

    private static String labelOf(KubeObject object) {
        return object.meta().labels().getOrDefault("l", "");
    }

    @Test
    void aWatcherThatIsFoundByAValueSeesWhatEntersAndLeavesAndIsNotAskedOfTheRest() {
        List<String> asked = new CopyOnWriteArrayList<>();
        Filter filter = Filter.of("", object -> {
                    asked.add(object.name());
                    return labelOf(object).equals("mine");
                })
                .wanting(new Filter.Wanted("mine", WatchCachesTest::labelOf));
        Notes mine = watch(WatchStart.after(caches.applied()), filter, false);
        Notes one = watch(WatchStart.after(caches.applied()), Filter.one("default/other", object -> true), false);
        put("other", "theirs");
        long came = put("x", "mine");
        long left = put("x", "theirs");
        long gone = delete("other");
        long again = put("x", "mine");
        assertThat(mine.next()).isEqualTo("ADDED x@" + came);
        assertThat(mine.next()).isEqualTo("DELETED x@" + left);
        assertThat(mine.next()).isEqualTo("ADDED x@" + again);
        assertThat(one.next()).startsWith("ADDED other@");
        assertThat(one.next()).isEqualTo("DELETED other@" + gone);
        assertThat(asked).containsOnly("x");
    }

    @Test
    void aResourceIsNotAddedTwice() {
        assertThatThrownBy(() -> TestApi.await(caches.add(Resources.CONFIG_MAPS)))
                .hasCauseInstanceOf(IllegalArgumentException.class);
        assertThat(configMaps.find(ObjectKey.of("default", "loaded"))).isPresent();
    }
}
