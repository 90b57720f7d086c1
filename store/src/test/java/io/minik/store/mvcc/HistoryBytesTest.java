package io.minik.store.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Bytes that a compaction would give back, by the revision that left them behind. */
class HistoryBytesTest {
    private static final long CHUNK = 256 << 10;

    private final HistoryBytes history = new HistoryBytes();

    @Test
    void nothingIsLeftBehindAtFirst() {
        assertThat(history.total()).isZero();
        assertThat(history.half()).isZero();
        history.compacted(100);
        assertThat(history.total()).isZero();
    }

    @Test
    void aCompactionTakesWhatIsWhollyBeforeIt() {
        history.superseded(2, CHUNK);
        history.superseded(3, CHUNK);
        history.superseded(4, CHUNK);
        history.compacted(3);
        assertThat(history.total()).isEqualTo(CHUNK);
        history.compacted(4);
        assertThat(history.total()).isZero();
    }

    /** Small ones are counted together, under the newest revision of them: too much is kept rather than too little. */
    @Test
    void smallOnesGoTogether() {
        history.superseded(2, 10);
        history.superseded(3, 10);
        history.compacted(2);
        assertThat(history.total()).isEqualTo(20);
        history.compacted(3);
        assertThat(history.total()).isZero();
    }

    @Test
    void theOlderHalfOrMoreGoes() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        TreeMap<Long, Long> model = new TreeMap<>();
        for (long revision = 2; revision < 2_000; revision++) {
            long bytes = random.nextInt((int) CHUNK);
            history.superseded(revision, bytes);
            model.put(revision, bytes);
            long total = history.total();
            assertThat(total).as("seed %d", seed).isEqualTo(sum(model));
            if (random.nextInt(200) == 0) {
                long half = history.half();
                history.compacted(half);
                model.headMap(half, true).clear();
                assertThat(history.total()).as("seed %d: what is left", seed).isEqualTo(sum(model));
                assertThat(history.total()).as("seed %d: at most half", seed).isLessThanOrEqualTo(total / 2);
                assertThat(total / 2 - history.total())
                        .as("seed %d: and no more than that and a piece", seed)
                        .isLessThanOrEqualTo(2 * CHUNK);
            }
        }
    }

    private static long sum(Map<Long, Long> model) {
        return model.values().stream().mapToLong(Long::longValue).sum();
    }
}
