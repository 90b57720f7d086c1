package io.minik.api.schema;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON to {@code application/vnd.kubernetes.protobuf}: the opposite of {@link ProtobufReader}, by the same type graph, from
 * bytes to bytes without a tree. A field that JSON does not say is not written; Go reads the same of it as of a zero.
 *
 * <p>For objects as the server has them: decoded once, so that their values fit their types.
 */
public final class ProtobufEncoder extends ProtobufValues {
    /** Before every object that is not within a message; what follows is a runtime.Unknown. */
    private static final byte[] MAGIC = {'k', '8', 's', 0};

    /** Unknown's contentEncoding and contentType, which Go writes also when they say nothing. */
    private static final byte[] UNKNOWN_END = {3 << 3 | ProtobufWire.BYTES, 0, 4 << 3 | ProtobufWire.BYTES, 0};

    private static final int TYPE_META = 1;
    private static final int RAW = 2;

    private ProtobufEncoder(byte[] json) {
        super(json);
    }

    /** Whether objects of a type have field numbers: those of added kinds have none. */
    public static boolean encodes(Type type) {
        return type.structural().isEmpty();
    }

    /** A whole object. @throws IllegalArgumentException if it does not fit the type */
    public static byte[] object(Type type, String apiVersion, String kind, byte[] json) {
        ProtobufEncoder encoder = new ProtobufEncoder(json);
        encoder.head(apiVersion, kind);
        int raw = encoder.out.begin(RAW);
        encoder.message(type);
        encoder.out.end(raw);
        encoder.out.raw(UNKNOWN_END, 0, UNKNOWN_END.length);
        return encoder.out.done();
    }

    /** One of a list's items, as the list's message has it. */
    public static byte[] item(Type list, byte[] json) {
        Field items = list.field("items").orElseThrow();
        ProtobufEncoder encoder = new ProtobufEncoder(json);
        int item = encoder.out.begin(items.number());
        encoder.message(items.type());
        encoder.out.end(item);
        return encoder.out.done();
    }

    /**
     * All of a list that comes before its items.
     *
     * @param json the list without items
     * @param itemBytes of all items together: a message says its length first
     */
    public static byte[] listHead(Type list, String apiVersion, String kind, byte[] json, long itemBytes) {
        ProtobufEncoder metadata = new ProtobufEncoder(json);
        metadata.message(list);
        byte[] own = metadata.out.done();
        ProtobufEncoder encoder = new ProtobufEncoder(new byte[0]);
        encoder.head(apiVersion, kind);
        encoder.out.tag(RAW, ProtobufWire.BYTES);
        encoder.out.varint(own.length + itemBytes);
        encoder.out.raw(own, 0, own.length);
        return encoder.out.done();
    }

    /** What comes after a list's items. */
    public static byte[] listEnd() {
        return UNKNOWN_END.clone();
    }

    /** A WatchEvent, of which the object is one that {@link #object} made: type = 1, object.raw = 2.1. */
    public static byte[] event(String type, byte[] object) {
        ProtobufOut out = new ProtobufOut(object.length + 32);
        out.chunk(1, utf8(type));
        out.tag(2, ProtobufWire.BYTES);
        out.varint(1L + ProtobufOut.size(object.length) + object.length);
        out.chunk(1, object);
        return out.done();
    }

    private void head(String apiVersion, String kind) {
        out.raw(MAGIC, 0, MAGIC.length);
        int meta = out.begin(TYPE_META);
        out.chunk(1, utf8(apiVersion));
        out.chunk(2, utf8(kind));
        out.end(meta);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** An object's fields; those of inlined messages are looked for once more, for each such message. */
    private void message(Type type) {
        in.peek();
        int start = in.at();
        if (!fields(type)) {
            return;
        }
        int end = in.at();
        for (Field holder : type.message()) {
            if (holder.inline()) {
                in.back(start);
                int before = out.at();
                int begun = out.begin(holder.number());
                message(holder.type());
                if (out.at() == begun) {
                    out.back(before);
                } else {
                    out.end(begun);
                }
            }
        }
        in.back(end);
    }

    /** @return whether there are fields of inlined messages, which are passed over */
    private boolean fields(Type type) {
        boolean inlined = false;
        in.enter('{');
        while (in.nextField()) {
            byte[] json = in.bytes();
            Field field = type.own(json, in.from(), in.to());
            if (field == null || field.number() == 0) {
                inlined |= field == null && type.inlines();
                in.skip();
            } else if (!in.nothing()) {
                field(field);
            }
        }
        return inlined;
    }

    private void field(Field field) {
        switch (field.shape()) {
            case SINGLE -> value(field.number(), field);
            case LIST -> {
                in.enter('[');
                while (in.nextItem()) {
                    value(field.number(), field);
                }
            }
            case MAP -> map(field);
        }
    }

    /** In the order of the keys, as Go writes maps. */
    private void map(Field field) {
        int[] places = new int[16];
        int size = 0;
        in.enter('{');
        while (in.nextField()) {
            if (size == places.length) {
                places = Arrays.copyOf(places, 2 * size);
            }
            places[size++] = in.from() - 1;
            in.skip();
        }
        int end = in.at();
        for (int key : sorted(places, size)) {
            in.back(key);
            int entry = out.begin(field.number());
            text(1);
            in.colon();
            if (!in.nothing()) {
                value(2, field);
            }
            out.end(entry);
        }
        in.back(end);
    }

    private int[] sorted(int[] keys, int size) {
        for (int at = 1; at < size; at++) {
            if (compareKeys(keys[at - 1], keys[at]) > 0) {
                return Arrays.stream(keys, 0, size)
                        .boxed()
                        .sorted(this::compareKeys)
                        .mapToInt(Integer::intValue)
                        .toArray();
            }
        }
        return Arrays.copyOf(keys, size);
    }

    /** Two keys by where their quotes begin. */
    private int compareKeys(int one, int other) {
        in.back(one);
        in.text();
        int from = in.from();
        int to = in.to();
        in.back(other);
        in.text();
        return Arrays.compareUnsigned(in.bytes(), from, to, in.bytes(), in.from(), in.to());
    }

    private void value(int number, Field field) {
        switch (field.kind()) {
            case STRING -> text(number);
            case BYTES -> base64(number);
            case BOOL -> bool(number);
            case INT32, INT64 -> {
                in.word();
                out.tag(number, ProtobufWire.VARINT);
                out.varint(integer());
            }
            case DOUBLE -> {
                in.word();
                out.tag(number, ProtobufWire.FIXED64);
                out.fixed64(Double.doubleToLongBits(Double.parseDouble(in.read())));
            }
            case MESSAGE -> {
                int begun = out.begin(number);
                special(field.type());
                out.end(begun);
            }
        }
    }

    private void special(Type type) {
        switch (type.form()) {
            case STRUCT -> message(type);
            case QUANTITY -> text(1);
            case INT_OR_STRING -> intOrString();
            case TIME, MICRO_TIME -> time(type.form() == Type.Form.MICRO_TIME);
            case DURATION -> {
                in.text();
                out.tag(1, ProtobufWire.VARINT);
                out.varint(Scalars.durationNanos(in.read()));
            }
            case FIELDS, RAW, JSON -> {
                int begin = in.skip();
                out.chunk(1, in.bytes(), begin, in.at());
            }
            case STRING_LIST -> {
                in.enter('[');
                while (in.nextItem()) {
                    text(1);
                }
            }
            case SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS -> oneOf(type);
        }
    }

    /** What JSON says as a schema, or as a list or a word: the message has a field for each. */
    private void oneOf(Type type) {
        byte first = in.peek();
        for (Field field : type.message()) {
            boolean schema = field.structured() && field.shape() == Field.Shape.SINGLE;
            if (first == '{' && field.kind() == Field.Kind.BOOL) {
                // A schema allows what fits it.
                out.tag(field.number(), ProtobufWire.VARINT);
                out.varint(1);
            } else if (first == '{' && schema) {
                value(field.number(), field);
                return;
            } else if (first == '[' ? field.shape() == Field.Shape.LIST : field.kind() == Field.Kind.BOOL) {
                field(field);
                return;
            }
        }
        throw new IllegalArgumentException("no " + type.simpleName() + ": " + (char) first);
    }
}
