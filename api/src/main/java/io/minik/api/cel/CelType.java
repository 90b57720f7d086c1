package io.minik.api.cel;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The type of an expression; as a value, what {@code type(x)} is.
 *
 * @param name of objects, opaque types and parameters
 * @param params of lists, maps and opaque types
 * @param fields of objects
 */
public record CelType(Kind kind, String name, List<CelType> params, Map<String, CelType> fields) {
    /** What there is. An opaque type is known by its functions alone; a parameter stands for any. */
    public enum Kind {
        DYN("dyn"),
        ERROR("!error!"),
        NULL("null"),
        BOOL("bool"),
        INT("int"),
        UINT("uint"),
        DOUBLE("double"),
        STRING("string"),
        BYTES("bytes"),
        DURATION("google.protobuf.Duration"),
        TIMESTAMP("google.protobuf.Timestamp"),
        LIST("list"),
        MAP("map"),
        OBJECT(""),
        OPAQUE(""),
        TYPE("type"),
        PARAM("");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    public static final CelType DYN = plain(Kind.DYN);
    public static final CelType NULL = plain(Kind.NULL);
    public static final CelType BOOL = plain(Kind.BOOL);
    public static final CelType INT = plain(Kind.INT);
    public static final CelType UINT = plain(Kind.UINT);
    public static final CelType DOUBLE = plain(Kind.DOUBLE);
    public static final CelType STRING = plain(Kind.STRING);
    public static final CelType BYTES = plain(Kind.BYTES);
    public static final CelType DURATION = plain(Kind.DURATION);
    public static final CelType TIMESTAMP = plain(Kind.TIMESTAMP);
    static final CelType ERROR = plain(Kind.ERROR);
    static final CelType TYPE = plain(Kind.TYPE);
    static final CelType A = param("A");
    static final CelType B = param("B");
    static final CelType LIST = list(DYN);
    static final CelType MAP = map(DYN, DYN);
    static final CelType QUANTITY = opaque("kubernetes.Quantity");
    static final CelType URL = opaque("kubernetes.URL");
    static final CelType IP = opaque("net.IP");
    static final CelType CIDR = opaque("net.CIDR");
    static final CelType SEMVER = opaque("kubernetes.Semver");
    static final CelType FORMAT = opaque("kubernetes.NamedFormat");
    /** Of an {@link Authority}. */
    public static final CelType AUTHORIZER = opaque("kubernetes.authorization.Authorizer");

    /** Of an {@link Authority.OfResource}. */
    public static final CelType RESOURCE_CHECK = opaque("kubernetes.authorization.ResourceCheck");

    /** What an apply configuration is of: made by {@code Object{…}}. */
    public static final CelType PATCHED = object(Constructed.OBJECT, Map.of());

    /** Of one operation of a JSON patch: made by {@code JSONPatch{…}}. */
    public static final CelType JSON_PATCH = object(Constructed.JSON_PATCH, Map.of());

    static final CelType PATH_CHECK = opaque("kubernetes.authorization.PathCheck");
    static final CelType GROUP_CHECK = opaque("kubernetes.authorization.GroupCheck");
    static final CelType DECISION = opaque("kubernetes.authorization.Decision");

    private static CelType plain(Kind kind) {
        return new CelType(kind, kind.word, List.of(), Map.of());
    }

    static CelType param(String name) {
        return new CelType(Kind.PARAM, name, List.of(), Map.of());
    }

    public static CelType list(CelType item) {
        return new CelType(Kind.LIST, "list", List.of(item), Map.of());
    }

    public static CelType map(CelType key, CelType value) {
        return new CelType(Kind.MAP, "map", List.of(key, value), Map.of());
    }

    static CelType opaque(String name) {
        return new CelType(Kind.OPAQUE, name, List.of(), Map.of());
    }

    static CelType optional(CelType inner) {
        return new CelType(Kind.OPAQUE, "optional_type", List.of(inner), Map.of());
    }

    /** @param fields by the names that expressions use */
    public static CelType object(String name, Map<String, CelType> fields) {
        return new CelType(Kind.OBJECT, name, List.of(), Map.copyOf(fields));
    }

    /** Why a result of this type is refused where others are wanted, in apiserver's words. @param wanted empty: any */
    public static Optional<String> refusal(List<CelType> wanted, CelType got) {
        if (wanted.isEmpty() || wanted.contains(got)) {
            return Optional.empty();
        }
        List<String> names = wanted.stream().map(CelType::named).toList();
        String which = names.size() == 1 ? names.get(0) : "one of [" + String.join(" ", names) + "]";
        return Optional.of("must evaluate to " + which + " but got " + got.named());
    }

    /** As types call themselves, apart from errors of the checker. */
    private String named() {
        return is(Kind.NULL) ? "null_type" : shown();
    }

    boolean is(Kind other) {
        return kind == other;
    }

    boolean isOptional() {
        return is(Kind.OPAQUE) && name.equals("optional_type");
    }

    Optional<CelType> field(String field) {
        return Optional.ofNullable(fields.get(field));
    }

    /** Of constant size, whatever the value. */
    boolean scalar() {
        return switch (kind) {
            case BOOL, DOUBLE, DURATION, INT, TIMESTAMP, UINT -> true;
            case OPAQUE -> isOptional() && params.get(0).scalar();
            default -> false;
        };
    }

    /** As errors name it. */
    String shown() {
        return switch (kind) {
            case DURATION -> "duration";
            case TIMESTAMP -> "timestamp";
            default ->
                params.isEmpty()
                        ? name
                        : name + "("
                                + String.join(
                                        ", ",
                                        params.stream().map(CelType::shown).toList())
                                + ")";
        };
    }

    /** Types are the same value if they have the same name, whatever is in them. */
    @Override
    public boolean equals(Object other) {
        return other instanceof CelType type
                && kind == type.kind
                && name.equals(type.name)
                && params.equals(type.params);
    }

    @Override
    public int hashCode() {
        return kind.hashCode() * 31 + name.hashCode();
    }

    @Override
    public String toString() {
        return shown();
    }
}
