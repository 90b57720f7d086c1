package io.minik.server.watchcache;

import io.minik.api.object.KubeObject;
import io.minik.store.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Objects by key, in key order; never changed: a change makes another tree, which shares all nodes but those on the way to
 * the change. Any thread may hold one for as long as it likes.
 *
 * <p>A B+ tree of arrays: an object costs its key and about 12 bytes, a change copies one node a level.
 */
final class ObjectTree {
    /** Entries of a node. A change copies about 500 bytes a level, and 100,000 objects are three levels. */
    static final int WIDTH = 64;

    /** A node that shrinks below this joins its neighbour, where both fit into half a node. */
    private static final int NARROW = WIDTH / 4;

    static final ObjectTree EMPTY = new ObjectTree(new Leaf(new Bytes[0], new KubeObject[0]), 0);

    private final Node root;
    private final int size;

    private ObjectTree(Node root, int size) {
        this.root = root;
        this.size = size;
    }

    int size() {
        return size;
    }

    Optional<KubeObject> find(Bytes key) {
        return Optional.ofNullable(root.find(key));
    }

    ObjectTree with(Bytes key, KubeObject object) {
        int grown = root.find(key) == null ? size + 1 : size;
        Grown made = root.with(key, object);
        return new ObjectTree(made.more == null ? made.node : Branch.of(made.node, made.more), grown);
    }

    ObjectTree without(Bytes key) {
        if (root.find(key) == null) {
            return this;
        }
        Node left = root.without(key);
        while (left instanceof Branch branch && branch.children.length == 1) {
            left = branch.children[0];
        }
        return left == null ? EMPTY : new ObjectTree(left, size - 1);
    }

    List<KubeObject> all() {
        if (size == 0) {
            return List.of();
        }
        List<KubeObject> found = new ArrayList<>(size);
        root.collect(Bytes.EMPTY, Optional.empty(), found);
        return found;
    }

    /** Those of [from, end). */
    List<KubeObject> range(Bytes from, Bytes end) {
        List<KubeObject> found = new ArrayList<>();
        root.collect(from, Optional.of(end), found);
        return found;
    }

    /** Levels of nodes. */
    int depth() {
        int levels = 1;
        for (Node node = root; node instanceof Branch branch; node = branch.children[0]) {
            levels++;
        }
        return levels;
    }

    /** @param more what did not fit, behind the node */
    private record Grown(Node node, @Nullable Node more) {}

    private sealed interface Node {
        Bytes least();

        int width();

        @Nullable
        KubeObject find(Bytes key);

        Grown with(Bytes key, KubeObject object);

        /** @return null when nothing is left. The key is there. */
        @Nullable
        Node without(Bytes key);

        /** One node of this one's entries and the next one's. */
        Node joined(Node next);

        void collect(Bytes from, Optional<Bytes> end, List<KubeObject> found);
    }

    private record Leaf(Bytes[] keys, KubeObject[] objects) implements Node {
        @Override
        public Bytes least() {
            return keys[0];
        }

        @Override
        public int width() {
            return keys.length;
        }

        @Override
        public @Nullable KubeObject find(Bytes key) {
            int at = Arrays.binarySearch(keys, key);
            return at < 0 ? null : objects[at];
        }

        @Override
        public Grown with(Bytes key, KubeObject object) {
            int at = Arrays.binarySearch(keys, key);
            if (at >= 0) {
                KubeObject[] changed = objects.clone();
                changed[at] = object;
                return new Grown(new Leaf(keys, changed), null);
            }
            int place = -at - 1;
            if (keys.length < WIDTH) {
                return new Grown(new Leaf(inserted(keys, place, key), inserted(objects, place, object)), null);
            }
            // What comes in order fills nodes to the brim; anything else leaves room on both sides.
            int cut = place == WIDTH ? WIDTH : WIDTH / 2;
            Leaf low = new Leaf(Arrays.copyOf(keys, cut), Arrays.copyOf(objects, cut));
            Leaf high = new Leaf(Arrays.copyOfRange(keys, cut, WIDTH), Arrays.copyOfRange(objects, cut, WIDTH));
            return place < cut
                    ? new Grown(low.with(key, object).node, high)
                    : new Grown(
                            low,
                            new Leaf(
                                    inserted(high.keys, place - cut, key),
                                    inserted(high.objects, place - cut, object)));
        }

        @Override
        public @Nullable Node without(Bytes key) {
            int at = Arrays.binarySearch(keys, key);
            return keys.length == 1 ? null : new Leaf(removed(keys, at), removed(objects, at));
        }

        @Override
        public Node joined(Node next) {
            Leaf other = (Leaf) next;
            return new Leaf(ObjectTree.joined(keys, other.keys), ObjectTree.joined(objects, other.objects));
        }

        @Override
        public void collect(Bytes from, Optional<Bytes> end, List<KubeObject> found) {
            int first = place(from);
            int last = end.map(this::place).orElse(keys.length);
            found.addAll(Arrays.asList(objects).subList(first, Math.max(first, last)));
        }

        private int place(Bytes key) {
            int at = Arrays.binarySearch(keys, key);
            return at < 0 ? -at - 1 : at;
        }
    }

    /** @param starts of each child no key is smaller than this, and that of the one before is */
    private record Branch(Bytes[] starts, Node[] children) implements Node {
        static Branch of(Node low, Node high) {
            return new Branch(new Bytes[] {low.least(), high.least()}, new Node[] {low, high});
        }

        /** The child that a key belongs to. */
        private int child(Bytes key) {
            int at = Arrays.binarySearch(starts, key);
            return at >= 0 ? at : Math.max(0, -at - 2);
        }

        @Override
        public Bytes least() {
            return starts[0];
        }

        @Override
        public int width() {
            return children.length;
        }

        @Override
        public @Nullable KubeObject find(Bytes key) {
            return children[child(key)].find(key);
        }

        @Override
        public Grown with(Bytes key, KubeObject object) {
            int at = child(key);
            Grown made = children[at].with(key, object);
            Branch changed = replaced(at, made.node);
            if (made.more == null) {
                return new Grown(changed, null);
            }
            Bytes[] keys = inserted(changed.starts, at + 1, made.more.least());
            Node[] nodes = inserted(changed.children, at + 1, made.more);
            if (nodes.length <= WIDTH) {
                return new Grown(new Branch(keys, nodes), null);
            }
            int cut = at + 1 == WIDTH ? WIDTH : WIDTH / 2;
            return new Grown(
                    new Branch(Arrays.copyOf(keys, cut), Arrays.copyOf(nodes, cut)),
                    new Branch(
                            Arrays.copyOfRange(keys, cut, keys.length), Arrays.copyOfRange(nodes, cut, nodes.length)));
        }

        private Branch replaced(int at, Node child) {
            Node[] nodes = children.clone();
            nodes[at] = child;
            if (at > 0 || starts[0].compareTo(child.least()) <= 0) {
                return new Branch(starts, nodes);
            }
            Bytes[] keys = starts.clone();
            keys[0] = child.least();
            return new Branch(keys, nodes);
        }

        @Override
        public @Nullable Node without(Bytes key) {
            int at = child(key);
            Node left = children[at].without(key);
            if (left == null) {
                return children.length == 1 ? null : new Branch(removed(starts, at), removed(children, at));
            }
            Branch changed = replaced(at, left);
            if (left.width() >= NARROW) {
                return changed;
            }
            int low = at + 1 < children.length ? at : at - 1;
            return low < 0 || changed.children[low].width() + changed.children[low + 1].width() > WIDTH / 2
                    ? changed
                    : changed.join(low);
        }

        private Branch join(int low) {
            Node[] nodes = removed(children, low + 1);
            nodes[low] = children[low].joined(children[low + 1]);
            return new Branch(removed(starts, low + 1), nodes);
        }

        @Override
        public Node joined(Node next) {
            Branch other = (Branch) next;
            return new Branch(ObjectTree.joined(starts, other.starts), ObjectTree.joined(children, other.children));
        }

        @Override
        public void collect(Bytes from, Optional<Bytes> end, List<KubeObject> found) {
            for (int i = child(from); i < children.length; i++) {
                if (end.isPresent() && starts[i].compareTo(end.get()) >= 0) {
                    return;
                }
                // All of a child is before the end where the next one begins there: only the last one has to look.
                boolean whole = i + 1 < children.length && end.isPresent() && starts[i + 1].compareTo(end.get()) <= 0;
                children[i].collect(from, whole ? Optional.empty() : end, found);
            }
        }
    }

    private static <T> T[] inserted(T[] array, int at, T element) {
        T[] longer = Arrays.copyOf(array, array.length + 1);
        System.arraycopy(array, at, longer, at + 1, array.length - at);
        longer[at] = element;
        return longer;
    }

    private static <T> T[] removed(T[] array, int at) {
        T[] shorter = Arrays.copyOf(array, array.length - 1);
        System.arraycopy(array, at + 1, shorter, at, array.length - at - 1);
        return shorter;
    }

    private static <T> T[] joined(T[] low, T[] high) {
        T[] both = Arrays.copyOf(low, low.length + high.length);
        System.arraycopy(high, 0, both, low.length, high.length);
        return both;
    }
}
