package io.minik.store.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** One key's revisions, against a sorted map of them. */
class KeyHistoryTest {
    private static final long TOMBSTONE = KeyHistory.ref(0, 0);

    private static KeyHistory of(long... revisionsAndHandles) {
        KeyHistory history = KeyHistory.of(revisionsAndHandles[0], KeyHistory.ref(revisionsAndHandles[1], 0));
        for (int i = 2; i < revisionsAndHandles.length; i += 2) {
            history = history.append(revisionsAndHandles[i], KeyHistory.ref(revisionsAndHandles[i + 1], 0));
        }
        return history;
    }

    private static List<Long> revisions(Optional<KeyHistory> history) {
        List<Long> all = new ArrayList<>();
        history.ifPresent(some -> {
            for (int entry = 0; entry < some.size(); entry++) {
                all.add(some.revision(entry));
            }
        });
        return all;
    }

    private static List<Long> compacted(KeyHistory history, long at, boolean keepsDeletes) {
        return revisions(history.compact(at, keepsDeletes, dropped -> {}));
    }

    @Test
    void aReferenceIsAHandleAndAPlaceInTheRevision() {
        long ref = KeyHistory.ref(1L << 40, 77);
        assertThat(KeyHistory.handle(ref)).isEqualTo(1L << 40);
        assertThat(KeyHistory.sub(ref)).isEqualTo(77);
        assertThat(KeyHistory.isTombstone(ref)).isFalse();
        assertThat(KeyHistory.isTombstone(TOMBSTONE)).isTrue();
        assertThat(KeyHistory.sub(KeyHistory.ref(1, 5_000_000)))
                .as("places beyond a million are the last one")
                .isEqualTo(KeyHistory.MAX_SUB);
    }

    /** etcd: "the compacted revision itself can still be read", so what was current then stays. */
    @Test
    void whatWasCurrentAtTheCompactionStays() {
        KeyHistory history = of(2, 1, 5, 2, 9, 3);
        assertThat(compacted(history, 1, false)).containsExactly(2L, 5L, 9L);
        assertThat(compacted(history, 2, false)).containsExactly(2L, 5L, 9L);
        assertThat(compacted(history, 4, false)).containsExactly(2L, 5L, 9L);
        assertThat(compacted(history, 5, false)).containsExactly(5L, 9L);
        assertThat(compacted(history, 100, false)).containsExactly(9L);
    }

    @Test
    void aDeletedKeyIsForgottenUnlessAWatchMayStartAtItsEnd() {
        KeyHistory history = of(2, 1, 5, 0);
        assertThat(compacted(history, 4, false)).containsExactly(2L, 5L);
        assertThat(compacted(history, 5, false)).containsExactly(5L);
        assertThat(compacted(history, 6, false)).isEmpty();
        assertThat(compacted(history, 6, true)).containsExactly(5L);
    }

    /** Readers hold what they have got: a compaction and an append of another one are nothing to them. */
    @Test
    void whatSomebodyReadsDoesNotChange() {
        KeyHistory held = of(2, 1, 3, 2, 4, 3, 5, 4);
        KeyHistory grown = held;
        for (long revision = 6; revision < 40; revision++) {
            grown = grown.append(revision, KeyHistory.ref(revision, 0));
        }
        assertThat(grown.compact(30, false, dropped -> {})).isPresent();
        assertThat(held.floor(5)).isEqualTo(3);
        assertThat(held.revision(0)).isEqualTo(2);
        assertThat(KeyHistory.handle(held.ref(3))).isEqualTo(4);
    }

    @Test
    void anyHistoryIsASortedMaps() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            long revision = 1L + random.nextInt(5);
            TreeMap<Long, Long> model = new TreeMap<>(Map.of(revision, 1L));
            Optional<KeyHistory> history = Optional.of(KeyHistory.of(revision, KeyHistory.ref(1, 0)));
            for (int step = 2; step < 60 && history.isPresent(); step++) {
                if (random.nextInt(8) == 0) {
                    history = compact(history.get(), model, random.nextLong(revision + 3), seed);
                } else {
                    revision += 1L + random.nextInt(4);
                    long handle = random.nextInt(4) == 0 ? 0 : step;
                    model.put(revision, handle);
                    history = Optional.of(history.get().append(revision, KeyHistory.ref(handle, 0)));
                }
                assertThat(revisions(history)).as("seed %d", seed).containsExactlyElementsOf(model.keySet());
                if (history.isPresent()) {
                    floors(history.get(), model, revision, seed);
                }
            }
        }
    }

    private static Optional<KeyHistory> compact(
            KeyHistory history, NavigableMap<Long, Long> model, long at, long seed) {
        List<Long> dropped = new ArrayList<>();
        final Optional<KeyHistory> left = history.compact(at, false, ref -> dropped.add(KeyHistory.handle(ref)));
        Map.Entry<Long, Long> keep = model.floorEntry(at);
        List<Long> expected = new ArrayList<>();
        if (keep != null) {
            boolean goes = keep.getValue() == 0 && keep.getKey() < at;
            expected.addAll(model.headMap(keep.getKey(), goes).values());
            model.headMap(keep.getKey(), goes).clear();
        }
        assertThat(dropped)
                .as("seed %d: what a compaction at %d lets go", seed, at)
                .isEqualTo(expected);
        return left;
    }

    private static void floors(KeyHistory history, NavigableMap<Long, Long> model, long revision, long seed) {
        for (long asked = 0; asked <= revision + 1; asked++) {
            Map.Entry<Long, Long> expected = model.floorEntry(asked);
            int entry = history.floor(asked);
            assertThat(entry < 0).as("seed %d: anything at %d", seed, asked).isEqualTo(expected == null);
            if (expected != null) {
                assertThat(history.revision(entry)).as("seed %d", seed).isEqualTo(expected.getKey());
                assertThat(KeyHistory.handle(history.ref(entry)))
                        .as("seed %d", seed)
                        .isEqualTo(expected.getValue());
            }
        }
    }
}
