package io.minik.server.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Against java.util's tree: what is there, in which order, and that a tree which is held never changes. */
class ObjectTreeTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private static Bytes key(int number) {
        return Bytes.utf8("/registry/pods/ns-" + number % 7 + "/pod-" + number);
    }

    private static KubeObject object(int number) {
        return KubeObject.named("v1", "Pod", ObjectKey.of("ns", "pod-" + number), tree -> {});
    }

    private static void assertSame(ObjectTree tree, Map<Bytes, KubeObject> model) {
        assertThat(tree.size()).as("seed " + SEED).isEqualTo(model.size());
        assertThat(tree.all()).as("seed " + SEED).containsExactlyElementsOf(model.values());
    }

    @Test
    void anySequenceOfChangesShowsWhatASortedMapShows() {
        Random random = new Random(SEED);
        ObjectTree tree = ObjectTree.EMPTY;
        TreeMap<Bytes, KubeObject> model = new TreeMap<>();
        List<ObjectTree> held = new ArrayList<>();
        List<TreeMap<Bytes, KubeObject>> copies = new ArrayList<>();
        // It grows, is emptied but for a few, and grows again.
        for (int phase = 0; phase < 6; phase++) {
            int puts = phase % 2 == 0 ? 90 : 10;
            for (int i = 0; i < 8_000; i++) {
                int number = random.nextInt(6_000);
                if (random.nextInt(100) < puts) {
                    KubeObject object = object(number);
                    tree = tree.with(key(number), object);
                    model.put(key(number), object);
                } else {
                    tree = tree.without(key(number));
                    model.remove(key(number));
                }
                assertThat(tree.find(key(number)).isPresent()).isEqualTo(model.containsKey(key(number)));
            }
            assertSame(tree, model);
            held.add(tree);
            copies.add(new TreeMap<>(model));
            Bytes from = Bytes.utf8("/registry/pods/ns-" + random.nextInt(7) + "/");
            assertThat(tree.range(from, from.prefixEnd()))
                    .as("seed " + SEED)
                    .containsExactlyElementsOf(
                            model.subMap(from, from.prefixEnd()).values());
        }
        for (int i = 0; i < held.size(); i++) {
            assertSame(held.get(i), copies.get(i));
        }
    }

    @Test
    void whatComesInOrderFillsItsNodes() {
        ObjectTree tree = ObjectTree.EMPTY;
        for (int i = 0; i < ObjectTree.WIDTH * ObjectTree.WIDTH; i++) {
            tree = tree.with(Bytes.utf8(String.format("/registry/pods/%06d", i)), object(i));
        }
        assertThat(tree.depth()).isEqualTo(2);
    }

    @Test
    void whatIsEmptiedIsFlatAgain() {
        ObjectTree tree = ObjectTree.EMPTY;
        for (int i = 0; i < 20_000; i++) {
            tree = tree.with(key(i), object(i));
        }
        assertThat(tree.depth()).isEqualTo(3);
        for (int i = 0; i < 20_000; i++) {
            tree = i % 1_000 == 0 ? tree : tree.without(key(i));
        }
        assertThat(tree.size()).isEqualTo(20);
        assertThat(tree.depth()).isLessThanOrEqualTo(2);
        for (int i = 0; i < 20_000; i++) {
            tree = tree.without(key(i));
        }
        assertThat(tree.size()).isZero();
        assertThat(tree.all()).isEmpty();
    }
}
