package io.minik.api.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.ground.json.JsonFields;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One Kubernetes object, immutable: JSON bytes (its own, or read from a source each time), a parsed tree, or both; each is
 * made from the other when first asked for, and shared after that. Informers, caches and watchers all hold the same instance, so a tree that comes out of
 * {@link #tree()} is never written to: {@link #edit} works on a copy.
 *
 * <p>A tree weighs eight times its bytes (20 KB for a pod), and informers hold thousands of objects that nobody reads for
 * hours: once there are bytes, the next collection of garbage takes a tree that nobody works with, and it is parsed anew when
 * asked for. A tree that lived for seconds would be moved among what is old, where clearing it up costs more than parsing.
 *
 * <p>Thread-safe: the lazily made parts are idempotent, a race makes one twice and keeps either.
 */
public final class KubeObject {
    private final @Nullable Source source;
    private volatile byte @Nullable [] bytes;
    /** The only form as long as there are no bytes. */
    private volatile @Nullable ObjectNode tree;

    private volatile @Nullable WeakReference<ObjectNode> parsed;
    private volatile @Nullable ObjectMeta meta;
    private volatile @Nullable Kept kept;

    /** What {@link #once} has read. */
    private record Kept(
            Function<KubeObject, ?> reading,
            Object value,
            @Nullable Kept next) {}

    private KubeObject(byte @Nullable [] bytes, @Nullable ObjectNode tree, @Nullable Source source) {
        this.bytes = bytes;
        this.tree = tree;
        this.source = source;
    }

    /** Where the bytes of an object are that does not keep them itself: the same at each call. Any thread. */
    public interface Source {
        byte[] bytes();

        int length();
    }

    /** An object that lives elsewhere: only its head is here. */
    public static KubeObject from(Source source, ObjectMeta head) {
        KubeObject object = new KubeObject(null, null, source);
        object.meta = head;
        return object;
    }

    /** Takes the tree over: the caller must not write to it again. */
    public static KubeObject of(ObjectNode tree) {
        return new KubeObject(null, tree, null);
    }

    /** Takes the array over. @throws IllegalArgumentException later, when read, if it is not a JSON object */
    public static KubeObject ofBytes(byte[] json) {
        return new KubeObject(json, null, null);
    }

    /** The same where the head was parsed already. */
    public static KubeObject ofBytes(byte[] json, ObjectMeta head) {
        KubeObject object = new KubeObject(json, null, null);
        object.meta = head;
        return object;
    }

    /** An empty object of a kind with a name; for building. */
    public static KubeObject named(String apiVersion, String kind, ObjectKey key, Consumer<ObjectNode> body) {
        ObjectNode tree = Json.object().put("apiVersion", apiVersion).put("kind", kind);
        ObjectNode meta = tree.putObject("metadata").put("name", key.name());
        if (!key.namespace().isEmpty()) {
            meta.put("namespace", key.namespace());
        }
        body.accept(tree);
        return of(tree);
    }

    public byte[] bytes() {
        byte[] present = bytes;
        if (present == null && source != null) {
            return source.bytes();
        }
        if (present == null) {
            ObjectNode only = tree();
            present = Json.bytes(only);
            parsed = new WeakReference<>(only);
            bytes = present;
            tree = null;
        }
        return present;
    }

    /** Of the bytes, which need not be here for it. */
    public int length() {
        return source != null ? source.length() : bytes().length;
    }

    /** The shared tree: read only. */
    public ObjectNode tree() {
        ObjectNode present = presentTree();
        if (present == null) {
            present = Json.parseObject(presentBytes());
            parsed = new WeakReference<>(present);
        }
        return present;
    }

    /**
     * The same as {@link #at}, for who asks thousands of objects for a few fields: where there is no tree, it makes none, but
     * parses that value alone. Managed fields are half of an object's bytes and most of the work of parsing it.
     */
    public JsonNode part(String... path) {
        ObjectNode present = presentTree();
        if (present != null) {
            return Json.at(present, path);
        }
        byte[] json = presentBytes();
        return JsonFields.find(json, path).map(place -> Json.parse(json, place)).orElse(MissingNode.getInstance());
    }

    private @Nullable ObjectNode presentTree() {
        ObjectNode only = tree;
        WeakReference<ObjectNode> reference = parsed;
        return only != null || reference == null ? only : reference.get();
    }

    /** Where there is no tree, there are bytes. */
    private byte[] presentBytes() {
        byte[] json = source != null ? source.bytes() : bytes;
        if (json == null) {
            throw new IllegalStateException("neither bytes nor tree");
        }
        return json;
    }

    /**
     * What a function reads of this object, read once and kept with it: for the little that is asked of each of thousands
     * of objects again and again, whose trees do not stay.
     *
     * @param reading a constant: it is known by its identity. What it answers is small and immutable
     */
    @SuppressWarnings("ReferenceEquality") // Functions have no other equality.
    public <T> T once(Function<KubeObject, T> reading) {
        for (Kept each = kept; each != null; each = each.next()) {
            if (each.reading() == reading) {
                @SuppressWarnings("unchecked") // It came from the same function.
                T known = (T) each.value();
                return known;
            }
        }
        T value = reading.apply(this);
        kept = new Kept(reading, value, kept);
        return value;
    }

    /** Lets the parsed tree go where it can be made anew: for who looks through thousands of objects once. */
    public void letGo() {
        if (tree == null) {
            parsed = null;
        }
    }

    /** A deep copy with changes. */
    public KubeObject edit(Consumer<ObjectNode> change) {
        ObjectNode copy = tree().deepCopy();
        change.accept(copy);
        return of(copy);
    }

    public ObjectMeta meta() {
        ObjectMeta present = meta;
        if (present == null) {
            present = ObjectMeta.of(tree().path("metadata"));
            meta = present;
        }
        return present;
    }

    /** Drops the parsed tree, keeping bytes and meta: for caches of many objects. Makes the bytes first if need be. */
    public KubeObject compact() {
        ObjectMeta head = meta();
        KubeObject compacted = source != null ? new KubeObject(null, null, source) : ofBytes(bytes());
        compacted.meta = head;
        return compacted;
    }

    /** As the object has them now: a map of the caller's own. */
    public Map<String, String> annotations() {
        return Json.strings(tree(), "metadata", "annotations");
    }

    public ObjectKey key() {
        return new ObjectKey(meta().namespace(), meta().name());
    }

    public String name() {
        return meta().name();
    }

    public String namespace() {
        return meta().namespace();
    }

    public String uid() {
        return meta().uid();
    }

    public String kind() {
        return Json.text(tree(), "kind");
    }

    public String apiVersion() {
        return Json.text(tree(), "apiVersion");
    }

    public JsonNode at(String... path) {
        return Json.at(tree(), path);
    }

    public String text(String... path) {
        return Json.text(tree(), path);
    }

    @Override
    public String toString() {
        return kind() + " " + key() + "@" + meta().resourceVersion();
    }
}
