package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.ProtobufEncoder;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import io.minik.ground.json.JsonFields;
import io.minik.server.registry.Listing;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/** Answers in protobuf, made of the bytes that objects have in JSON: no tree between. */
final class ProtobufFrames {
    private static final String META = "meta.k8s.io/v1";
    private static final String META_TYPES = "k8s.io.apimachinery.pkg.apis.meta.v1.";
    private static final String PARTIAL = "PartialObjectMetadata";

    /** A frame of a watch's stream begins with its length. */
    private static final int FRAME_HEAD_BYTES = Integer.BYTES;

    /** Lists of less are encoded at once and kept until they are sent; of larger ones, the length is found out first. */
    private static final int SMALL_BYTES = 256 * 1024;

    private final Kinds kinds;
    /** How long an object is in a list, which is kept with it: the next list of it need not be encoded to know. */
    private final Map<Type, Function<KubeObject, Integer>> lengths = new ConcurrentHashMap<>();

    ProtobufFrames(Kinds kinds) {
        this.kinds = kinds;
    }

    /** An object of any kind, or a document that looks like one. */
    byte[] whole(byte[] json) {
        String apiVersion = word(json, "apiVersion");
        String kind = word(json, "kind");
        return ProtobufEncoder.object(type(apiVersion, kind), apiVersion, kind, json);
    }

    byte[] object(MediaType type, KubeObject object) {
        byte[] json = object.bytes();
        return type.shape().partial() && !word(json, "kind").equals("Status") ? partial(type, json) : whole(json);
    }

    private byte[] partial(MediaType type, byte[] json) {
        return ProtobufEncoder.object(meta(PARTIAL), version(type), PARTIAL, json);
    }

    byte[] status(Status status) {
        return whole(Json.bytes(status.tree()));
    }

    /** @param head the list without its items */
    Pieces list(MediaType type, ObjectNode head, Listing listing) {
        boolean partial = type.shape().partial();
        String apiVersion = partial ? version(type) : listing.apiVersion();
        String kind = partial ? PARTIAL + "List" : listing.kind();
        Type list = partial ? meta(kind) : type(apiVersion, kind);
        Encoded encoded = new Encoded(
                list,
                item -> item.once(
                        lengths.computeIfAbsent(list, of -> object -> ProtobufEncoder.item(of, object.bytes()).length)),
                itemBytes -> ProtobufEncoder.listHead(list, apiVersion, kind, Json.bytes(head), itemBytes),
                listing.items());
        return listing.bytes() > SMALL_BYTES ? Pieces.slow(encoded) : Pieces.of(encoded.whole());
    }

    /** One watch event: its length, then a meta/v1 WatchEvent that is in no envelope. */
    Buffer event(String event, byte[] object) {
        byte[] message = ProtobufEncoder.event(event, object);
        return Buffer.buffer(FRAME_HEAD_BYTES + message.length)
                .appendInt(message.length)
                .appendBytes(message);
    }

    /** The same without its length, which a WebSocket's message has itself. */
    static Buffer unframed(Buffer frame) {
        return frame.slice(FRAME_HEAD_BYTES, frame.length());
    }

    private static String version(MediaType type) {
        return type.beta() ? META + "beta1" : META;
    }

    private Type type(String apiVersion, String kind) {
        String version = apiVersion.equals("apidiscovery.k8s.io/v2beta1") ? "apidiscovery.k8s.io/v2" : apiVersion;
        return kinds.now()
                .findType(version, kind)
                .filter(ProtobufEncoder::encodes)
                .orElseThrow(() -> ApiException.internal("no protobuf is known of " + apiVersion + " " + kind));
    }

    private Type meta(String name) {
        return kinds.now().findNamed(META_TYPES + name).orElseThrow(() -> new IllegalStateException("no " + name));
    }

    private static String word(byte[] json, String field) {
        return JsonFields.find(json, field)
                .map(place -> Json.parse(json, place).asText())
                .orElse("");
    }

    /** A list: its head, which says the length of all that follows, then one item after the other. */
    private static final class Encoded implements Iterator<byte[]> {
        private final Type list;
        private final ToLongFunction<KubeObject> length;
        private final LongFunction<byte[]> head;
        private final List<KubeObject> items;
        /** -1 before the head. */
        private int next = -1;

        Encoded(Type list, ToLongFunction<KubeObject> length, LongFunction<byte[]> head, List<KubeObject> items) {
            this.list = list;
            this.length = length;
            this.head = head;
            this.items = items;
        }

        private byte[] item(int at) {
            return ProtobufEncoder.item(list, items.get(at).bytes());
        }

        List<byte[]> whole() {
            List<byte[]> pieces = new ArrayList<>(items.size() + 2);
            pieces.add(new byte[0]);
            long bytes = 0;
            for (int at = 0; at < items.size(); at++) {
                byte[] item = item(at);
                bytes += item.length;
                pieces.add(item);
            }
            pieces.set(0, head.apply(bytes));
            pieces.add(ProtobufEncoder.listEnd());
            return pieces;
        }

        @Override
        public boolean hasNext() {
            return next <= items.size();
        }

        @Override
        public byte[] next() {
            int at = next++;
            if (at < 0) {
                long bytes = 0;
                for (KubeObject each : items) {
                    bytes += length.applyAsLong(each);
                }
                return head.apply(bytes);
            }
            if (at < items.size()) {
                return item(at);
            }
            if (at == items.size()) {
                return ProtobufEncoder.listEnd();
            }
            throw new NoSuchElementException();
        }
    }
}
