package io.minik.api.schema;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An object type of the API: one node of the graph that decoding, patching, OpenAPI and protobuf walk. */
public final class Type {
    private static final Field[] NONE = {};

    /** How the type looks in JSON. The order is schema.bin's. */
    public enum Form {
        STRUCT,
        QUANTITY,
        INT_OR_STRING,
        TIME,
        MICRO_TIME,
        DURATION,
        FIELDS,
        RAW,
        JSON,
        SCHEMA_OR_ARRAY,
        SCHEMA_OR_BOOL,
        SCHEMA_OR_STRINGS,
        STRING_LIST
    }

    private final String name;
    private final Form form;
    private final boolean atomic;
    private final int docsIndex;
    private Field[] message = NONE;
    private Field[] sorted = NONE;
    /** The same without those of inlined messages. */
    private Field[] own = NONE;

    /** Made when somebody asks by bytes. */
    private volatile @Nullable FieldTable table;

    private String apiVersion = "";
    private @Nullable Type list;
    private @Nullable Structural structural;
    private @Nullable Supplier<Made> making;
    /** Goes when memory is short and nobody has asked for some minutes; it can be made again. */
    private volatile @Nullable SoftReference<Made> made;

    /** What a type is made of that was not generated. */
    record Made(Structural structural, Field[] fields) {
        Made {
            fields = fields.clone();
            sort(fields);
        }
    }

    Type(String name, Form form, boolean atomic, int docsIndex) {
        this.name = name;
        this.form = form;
        this.atomic = atomic;
        this.docsIndex = docsIndex;
    }

    /** Called once by the reader, when all types exist. */
    void fields(Field[] fields) {
        message = fields;
    }

    /** Called once by the reader, when all fields exist: inlined messages' fields become one's own. */
    void flatten() {
        if (sorted.length > 0 || message.length == 0) {
            return;
        }
        Field[] flat = message.clone();
        for (int at = 0; at < flat.length; at++) {
            if (flat[at].inline()) {
                flat[at].type().flatten();
                Field[] inner = flat[at].type().sorted;
                Field[] longer = Arrays.copyOf(flat, flat.length - 1 + inner.length);
                System.arraycopy(flat, at + 1, longer, at + inner.length, flat.length - at - 1);
                System.arraycopy(inner, 0, longer, at, inner.length);
                flat = longer;
                at += inner.length - 1;
            }
        }
        sort(flat);
        sorted = flat;
        own = flat;
        if (Arrays.stream(message).anyMatch(Field::inline)) {
            own = Arrays.stream(message).filter(field -> !field.inline()).toArray(Field[]::new);
            sort(own);
        }
    }

    void apiVersion(String version) {
        apiVersion = version;
    }

    /** Called once by the maker of a kind's type that is no generated one. */
    void list(Type ofObjects) {
        list = ofObjects;
    }

    /** Called once by the maker of a type that few may ever ask for. @param maker answers always the same */
    void madeWhenAsked(Supplier<Made> maker) {
        making = maker;
    }

    private Optional<Made> made() {
        Supplier<Made> maker = making;
        if (maker == null) {
            return Optional.empty();
        }
        SoftReference<Made> reference = made;
        Made present = reference == null ? null : reference.get();
        if (present == null) {
            present = maker.get();
            made = new SoftReference<>(present);
        }
        return Optional.of(present);
    }

    private Field[] sorted() {
        return making == null ? sorted : made().map(Made::fields).orElse(NONE);
    }

    private static void sort(Field[] fields) {
        Arrays.sort(fields, (a, b) -> a.name().compareTo(b.name()));
    }

    void structural(Structural schema) {
        structural = schema;
    }

    /** The schema that the type was made from; empty for Kubernetes' own. */
    public Optional<Structural> structural() {
        return made().map(Made::structural).or(() -> Optional.ofNullable(structural));
    }

    /** The type of the lists of a kind that was added. */
    Optional<Type> list() {
        return Optional.ofNullable(list);
    }

    /** The protobuf name: {@code k8s.io.api.core.v1.PodSpec}. */
    public String name() {
        return name;
    }

    /** The last word: {@code PodSpec}. */
    public String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The last three words: {@code core.v1.PodSpec}. */
    public String qualifiedName() {
        int at = name.length();
        for (int words = 0; words < 3; words++) {
            at = name.lastIndexOf('.', at - 1);
        }
        return name.substring(at + 1);
    }

    /** The version word of the name: {@code v1}. */
    public String version() {
        int last = name.lastIndexOf('.');
        return name.substring(name.lastIndexOf('.', last - 1) + 1, last);
    }

    /** The apiVersion that objects of this type carry; empty for parts and for what any group may carry. */
    public String apiVersion() {
        return apiVersion;
    }

    /** The name of the OpenAPI definition: {@code io.k8s.api.core.v1.PodSpec}. */
    public String openApiName() {
        return name.replaceFirst("^k8s\\.io\\.", "io.k8s.").replace('_', '-');
    }

    /** As Go prints it in errors: {@code v1.PodSpec}. */
    String goName() {
        return switch (form) {
            case QUANTITY -> "resource.Quantity";
            case INT_OR_STRING -> "intstr.IntOrString";
            default -> version() + "." + simpleName();
        };
    }

    public Form form() {
        return form;
    }

    /** Apply replaces the whole object. */
    public boolean atomic() {
        return atomic;
    }

    /** In JSON, by name; inlined fields are among them. */
    public List<Field> fields() {
        return Arrays.asList(sorted());
    }

    /** As the protobuf message has them; an inlined message is one field. */
    List<Field> message() {
        return Arrays.asList(message);
    }

    /** Whether some of its fields are those of messages within its message. */
    boolean inlines() {
        return own.length < sorted.length;
    }

    /** A field of the message itself, by its name as JSON writes it. */
    @Nullable
    Field own(byte[] json, int from, int to) {
        FieldTable known = table;
        if (known == null) {
            known = new FieldTable(own);
            table = known;
        }
        return known.find(json, from, to);
    }

    int docsIndex() {
        return docsIndex;
    }

    public Optional<Field> field(String json) {
        Field[] sorted = sorted();
        int low = 0;
        int high = sorted.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = sorted[middle].name().compareTo(json);
            if (order == 0) {
                return Optional.of(sorted[middle]);
            } else if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return name;
    }
}
