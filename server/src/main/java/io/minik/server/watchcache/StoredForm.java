package io.minik.server.watchcache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectMeta;
import io.minik.ground.json.Json;
import io.minik.ground.json.JsonFields;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * The two shapes of an object's bytes. Stored: canonical JSON that begins with kind, apiVersion and metadata, and has no
 * resourceVersion (the store's mod revision is the truth). Served: the same with {@code "resourceVersion":"N"} spliced in
 * as metadata's first field, so that a write costs one copy and no encoding.
 */
public final class StoredForm {
    private static final byte[] METADATA = "\"metadata\":{".getBytes(StandardCharsets.UTF_8);
    private static final byte[] VERSION = "\"resourceVersion\":\"".getBytes(StandardCharsets.UTF_8);

    private static final byte[] MANAGED_FIELDS = "managedFields".getBytes(StandardCharsets.UTF_8);
    private static final byte[] ANNOTATIONS = "annotations".getBytes(StandardCharsets.UTF_8);

    /** What a head takes: names, a uid, times, a few labels and owners. */
    private static final int HEAD_BYTES = 512;

    private StoredForm() {}

    /** The bytes to store of an object; its tree is left as it is. */
    public static byte[] stored(ObjectNode tree) {
        ObjectNode canonical = Json.object();
        canonical.set("kind", tree.path("kind"));
        canonical.set("apiVersion", tree.path("apiVersion"));
        ObjectNode metadata = Json.object();
        for (Map.Entry<String, JsonNode> field : tree.path("metadata").properties()) {
            if (!field.getKey().equals("resourceVersion") && !field.getKey().equals("selfLink")) {
                metadata.set(field.getKey(), field.getValue());
            }
        }
        canonical.set("metadata", metadata);
        for (Map.Entry<String, JsonNode> field : tree.properties()) {
            if (!canonical.has(field.getKey())) {
                canonical.set(field.getKey(), field.getValue());
            }
        }
        return Json.bytes(canonical);
    }

    /** Whether the stored bytes are ours: then {@link #spliced} is all that serving them takes. */
    static boolean isCanonical(byte[] stored) {
        int at = metadataStart(stored);
        return at >= 0 && stored[at] != '}';
    }

    /** The bytes of {@link #served} for canonical ones. */
    static byte[] spliced(byte[] stored, long revision) {
        int at = metadataStart(stored);
        return spliced(stored, at, at, revision);
    }

    static int splicedLength(int storedLength, long revision) {
        return storedLength + VERSION.length + digits(revision) + 2;
    }

    private static int digits(long number) {
        int digits = 1;
        for (long left = number; left >= 10; left /= 10) {
            digits++;
        }
        return digits;
    }

    /** The served object of a stored value. */
    public static KubeObject served(byte[] stored, long revision) {
        int at = metadataStart(stored);
        if (at < 0) {
            // Another writer's JSON, with fields in another order.
            byte[] canonical = stored(Json.parseObject(stored));
            return served(canonical, metadataStart(canonical), revision);
        }
        return served(stored, at, revision);
    }

    /** Whether a served object is these stored bytes, its resourceVersion apart. */
    public static boolean isServedAs(byte[] stored, KubeObject served) {
        byte[] bytes = served.bytes();
        int at = metadataStart(stored);
        int inserted = bytes.length - stored.length;
        return at > 0
                && inserted > 0
                && startsWith(bytes, at, VERSION)
                && Arrays.equals(stored, 0, at, bytes, 0, at)
                && Arrays.equals(stored, at, stored.length, bytes, at + inserted, bytes.length);
    }

    /**
     * A stored object at another revision: for DELETED events, which carry the last state at the delete's revision. Its bytes
     * are made when somebody asks for them.
     */
    public static KubeObject atRevision(KubeObject served, long revision) {
        return served.meta().revision() < 0
                ? served.edit(tree -> Json.child(tree, "metadata").put("resourceVersion", Long.toString(revision)))
                : KubeObject.from(new Later(served, revision), served.meta().at(revision));
    }

    private record Later(KubeObject served, long revision) implements KubeObject.Source {
        @Override
        public byte[] bytes() {
            byte[] bytes = served.bytes();
            int at = metadataStart(bytes);
            if (at < 0 || !startsWith(bytes, at, VERSION)) {
                throw new IllegalStateException("not as it is served: " + served.key());
            }
            int end = at + VERSION.length;
            while (bytes[end] != '"') {
                end++;
            }
            end++;
            return spliced(bytes, at, bytes[end] == ',' ? end + 1 : end, revision);
        }

        @Override
        public int length() {
            return served.length() + digits(revision) - digits(served.meta().revision());
        }
    }

    private static KubeObject served(byte[] canonical, int at, long revision) {
        if (at < 0) {
            throw new IllegalStateException("a canonical object has no metadata: " + canonical.length + " bytes");
        }
        return KubeObject.ofBytes(spliced(canonical, at, at, revision), head(canonical, revision));
    }

    /** Joins bytes[0, head) + resourceVersion + bytes[tail, end). */
    private static byte[] spliced(byte[] bytes, int head, int tail, long revision) {
        byte[] number = Long.toString(revision).getBytes(StandardCharsets.UTF_8);
        boolean last = bytes[tail] == '}';
        int inserted = VERSION.length + number.length + (last ? 1 : 2);
        byte[] joined = new byte[head + inserted + bytes.length - tail];
        System.arraycopy(bytes, 0, joined, 0, head);
        System.arraycopy(VERSION, 0, joined, head, VERSION.length);
        int next = head + VERSION.length;
        System.arraycopy(number, 0, joined, next, number.length);
        next += number.length;
        joined[next++] = '"';
        if (!last) {
            joined[next++] = ',';
        }
        System.arraycopy(bytes, tail, joined, next, bytes.length - tail);
        return joined;
    }

    /** Index just inside metadata, -1 unless only kind and apiVersion stand before it. */
    private static int metadataStart(byte[] bytes) {
        for (int i = 1; i + METADATA.length < bytes.length; i++) {
            if (bytes[i] == '{') {
                return -1;
            }
            if (bytes[i] == '"' && bytes[i - 1] != ':' && startsWith(bytes, i, METADATA)) {
                return i + METADATA.length;
            }
        }
        return -1;
    }

    private static boolean startsWith(byte[] bytes, int from, byte[] word) {
        if (from + word.length > bytes.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (bytes[from + i] != word[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The head of canonical stored bytes, at a revision. Managed fields and annotations are passed over, and all that comes
     * after metadata is not looked at: a load reads thousands of heads.
     */
    static ObjectMeta head(byte[] stored, long revision) {
        int metadata = metadataStart(stored) - 1;
        JsonFields fields = JsonFields.of(stored, metadata);
        ByteArrayOutputStream head = new ByteArrayOutputStream(HEAD_BYTES);
        while (fields.next()) {
            if (!fields.isNamed(MANAGED_FIELDS) && !fields.isNamed(ANNOTATIONS)) {
                JsonFields.Span field = fields.field();
                head.write(head.size() == 0 ? '{' : ',');
                head.write(stored, field.from(), field.length());
            }
        }
        if (head.size() == 0) {
            head.write('{');
        }
        head.write('}');
        return ObjectMeta.of(Json.parseObject(head.toByteArray())).at(revision);
    }
}
