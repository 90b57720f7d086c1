package io.minik.api.schema;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A field of a {@link Type}: its JSON name, its protobuf number and how lists and patches treat it. */
public final class Field {
    /** What a single value is. The order is schema.bin's. */
    public enum Kind {
        STRING("string"),
        BOOL("bool"),
        INT32("int32"),
        INT64("int64"),
        DOUBLE("float64"),
        BYTES("[]uint8"),
        MESSAGE("");

        private final String goName;

        Kind(String goName) {
            this.goName = goName;
        }

        String goName() {
            return goName;
        }
    }

    /** How many values there are. The order is schema.bin's. */
    public enum Shape {
        SINGLE,
        LIST,
        MAP
    }

    static final int REQUIRED = 1;
    static final int INLINE = 2;
    static final int ATOMIC = 4;
    static final int SET = 8;
    static final int KEYED = 16;
    static final int MERGE = 32;
    static final int RETAIN_KEYS = 64;
    static final int HAS_PATCH_KEY = 128;
    static final int HAS_DEFAULT = 256;
    static final int HAS_KEYS = 512;
    static final int DEPRECATED = 1024;

    private final String name;
    private final short number;
    private final Kind kind;
    private final Shape shape;
    private final @Nullable Type type;
    private final short flags;
    private final @Nullable Extra extra;

    /** What few fields have. */
    record Extra(String patchMergeKey, String defaultJson, List<String> listMapKeys) {}

    /** What a schema says of a field, the type of its values apart. */
    record Said(
            String name,
            int number,
            Kind kind,
            Shape shape,
            int flags,
            @Nullable Extra extra) {}

    Field(Said said, @Nullable Type type) {
        this.name = said.name;
        this.number = (short) said.number;
        this.kind = said.kind;
        this.shape = said.shape;
        this.type = type;
        this.flags = (short) said.flags;
        this.extra = said.extra;
    }

    /** As JSON says it. */
    public String name() {
        return name;
    }

    /** In protobuf; 0 for kind and apiVersion, which travel in the envelope. */
    public int number() {
        return number;
    }

    public Kind kind() {
        return kind;
    }

    public Shape shape() {
        return shape;
    }

    /** The type of each value. @throws IllegalStateException if the values are scalars */
    public Type type() {
        if (type == null) {
            throw new IllegalStateException(name + " is a scalar");
        }
        return type;
    }

    public Optional<Type> findType() {
        return Optional.ofNullable(type);
    }

    /** Values that are objects with fields, as opposed to scalars and special forms such as Quantity. */
    public boolean structured() {
        return type != null && type.form() == Type.Form.STRUCT;
    }

    public boolean required() {
        return (flags & REQUIRED) != 0;
    }

    /** Its message's fields stand directly in the owner's JSON. */
    boolean inline() {
        return (flags & INLINE) != 0;
    }

    /** Apply replaces it whole. A list without a list type counts as atomic. */
    public boolean atomic() {
        return (flags & ATOMIC) != 0
                || (shape == Shape.LIST && (flags & (SET | KEYED)) == 0)
                || (shape == Shape.SINGLE && type != null && type.atomic());
    }

    public boolean set() {
        return (flags & SET) != 0;
    }

    /** A list that is a map by {@link #listMapKeys}. */
    public boolean keyed() {
        return (flags & KEYED) != 0;
    }

    /** Strategic merge patches merge it instead of replacing it. */
    public boolean patchMerge() {
        return (flags & MERGE) != 0;
    }

    public boolean patchRetainKeys() {
        return (flags & RETAIN_KEYS) != 0;
    }

    public boolean deprecated() {
        return (flags & DEPRECATED) != 0;
    }

    /** Empty if there is none: then a merged list is one of primitives. */
    public String patchMergeKey() {
        return extra == null ? "" : extra.patchMergeKey;
    }

    public List<String> listMapKeys() {
        return extra == null ? List.of() : extra.listMapKeys;
    }

    /** The declared default as JSON text; empty if there is none. */
    public String defaultJson() {
        return extra == null ? "" : extra.defaultJson;
    }

    /** The Go type as error messages say it: {@code []v1.Container}. */
    String goType() {
        String element = elementGoType();
        return switch (shape) {
            case SINGLE -> element;
            case LIST -> "[]" + element;
            case MAP -> "map[string]" + element;
        };
    }

    String elementGoType() {
        return type == null ? kind.goName() : type.goName();
    }

    @Override
    public String toString() {
        return name;
    }
}
