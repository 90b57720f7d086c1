package io.minik.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ByLabelTest {
    private static final String UID = "io.kubernetes.pod.uid";

    /** Counts whose labels are looked at. */
    private final AtomicInteger looks = new AtomicInteger();

    private final ByLabel<Map<String, String>> things = new ByLabel<>(labels -> {
        looks.incrementAndGet();
        return labels;
    });

    private int looksAtOnePod(int pods) {
        for (int i = 0; i < pods; i++) {
            Map<String, String> labels = Map.of(UID, "uid-" + i, "io.kubernetes.pod.namespace", "default");
            things.put("pod-" + i + "-0", labels);
            things.put("pod-" + i + "-1", labels);
        }
        looks.set(0);
        assertThat(things.with(Map.of(UID, "uid-0"))).containsExactly("pod-0-0", "pod-0-1");
        assertThat(things.with(Map.of("io.kubernetes.pod.namespace", "default", UID, "uid-0")))
                .containsExactly("pod-0-0", "pod-0-1");
        assertThat(things.with(Map.of(UID, "nobody"))).isEmpty();
        things.put("pod-0-0", Map.of(UID, "uid-0", "io.kubernetes.pod.namespace", "default"));
        things.remove("pod-0-1");
        return looks.get();
    }

    @Test
    void thoseOfOnePodAreFoundWithoutALookAtTheOthers() {
        int ofOne = looksAtOnePod(1);
        assertThat(looksAtOnePod(100)).isEqualTo(ofOne);
        assertThat(looksAtOnePod(1000)).isEqualTo(ofOne);
    }

    @Test
    void noLabelsAreAskedOfAnything() {
        things.put("b", Map.of());
        things.put("a", Map.of("x", "y"));
        assertThat(things.with(Map.of())).containsExactly("a", "b");
    }

    @Test
    void whatIsPutAgainIsTheNewOne() {
        things.put("a", Map.of("x", "y"));
        Map<String, String> next = new TreeMap<>(Map.of("x", "y"));
        things.put("a", next);
        assertThat(things.find("a")).containsSame(next);
        assertThat(things.values()).hasSize(1);
        assertThat(things.find("b")).isEmpty();
    }

    /** Against all of them, one by one. */
    @Test
    void askedByAnyLabelsItFindsWhatHasThemAll() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Map<String, String>> model = new TreeMap<>();
        for (int i = 0; i < 4_000; i++) {
            String id = "t" + random.nextInt(60);
            if (random.nextInt(3) == 0) {
                things.remove(id);
                model.remove(id);
            } else if (!model.containsKey(id)) {
                Map<String, String> labels = labels(random);
                things.put(id, labels);
                model.put(id, labels);
            }
            Map<String, String> wanted = labels(random);
            List<String> expected = model.entrySet().stream()
                    .filter(each -> each.getValue().entrySet().containsAll(wanted.entrySet()))
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(things.with(wanted)).as("seed %d, %s", seed, wanted).containsExactlyElementsOf(expected);
        }
    }

    private static Map<String, String> labels(Random random) {
        Map<String, String> labels = new TreeMap<>();
        for (String key : List.of("a", "b", "c")) {
            int word = random.nextInt(4);
            if (word > 0) {
                labels.put(key, String.valueOf(word));
            }
        }
        return labels;
    }
}
