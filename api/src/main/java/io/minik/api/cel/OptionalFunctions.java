package io.minik.api.cel;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** CelValues that may be absent, and how they are looked for. */
final class OptionalFunctions {
    private static final CelType MAYBE = CelType.optional(CelType.A);

    private final Functions functions;

    OptionalFunctions(Functions functions) {
        this.functions = functions;
    }

    void add() {
        functions
                .global("optional.of", "optional_of", MAYBE, args -> Optional.of(args[0]), CelType.A)
                .global("optional.none", "optional_none", MAYBE, args -> Optional.empty())
                .global(
                        "optional.ofNonZeroValue",
                        "optional_ofNonZeroValue",
                        MAYBE,
                        args -> zero(args[0]) ? Optional.empty() : Optional.of(args[0]),
                        CelType.A)
                .member(
                        "hasValue",
                        "optional_hasValue",
                        CelType.BOOL,
                        args -> ((Optional<?>) args[0]).isPresent(),
                        MAYBE)
                .member("value", "optional_value", CelType.A, args -> value((Optional<?>) args[0]), MAYBE)
                .member(
                        "or",
                        "optional_or_optional",
                        MAYBE,
                        args -> ((Optional<?>) args[0]).isPresent() ? args[0] : args[1],
                        MAYBE,
                        MAYBE)
                .member(
                        "orValue",
                        "optional_orValue_value",
                        CelType.A,
                        args -> ((Optional<?>) args[0])
                                .<Object>map(value -> value)
                                .orElse(args[1]),
                        MAYBE,
                        CelType.A);
        indexes();
    }

    private void indexes() {
        CelType list = CelType.list(CelType.A);
        CelType map = CelType.map(CelType.A, CelType.B);
        CelType found = CelType.optional(CelType.B);
        functions
                .global(
                        "_[_]",
                        "optional_list_index_int",
                        MAYBE,
                        OptionalFunctions::within,
                        CelType.optional(list),
                        CelType.INT)
                .global(
                        "_[_]",
                        "optional_map_index_value",
                        found,
                        OptionalFunctions::within,
                        CelType.optional(map),
                        CelType.A)
                .global("_[?_]", "list_optindex_optional_int", MAYBE, args -> look(args[0], args[1]), list, CelType.INT)
                .global("_[?_]", "map_optindex_optional_value", found, args -> look(args[0], args[1]), map, CelType.A)
                .global(
                        "_[?_]",
                        "optional_list_optindex_optional_int",
                        MAYBE,
                        OptionalFunctions::within,
                        CelType.optional(list),
                        CelType.INT)
                .global(
                        "_[?_]",
                        "optional_map_optindex_optional_value",
                        found,
                        OptionalFunctions::within,
                        CelType.optional(map),
                        CelType.A)
                .global(
                        "cel.@mapInsert",
                        "map_insert_key_value",
                        map,
                        OptionalFunctions::insert,
                        map,
                        CelType.A,
                        CelType.B)
                .global("cel.@mapInsert", "map_insert_map", map, OptionalFunctions::insertAll, map, map);
    }

    private static Object value(Optional<?> optional) {
        return optional.<Object>map(value -> value).orElse(new CelError("optional.none() dereference"));
    }

    static Optional<Object> look(Object container, Object key) {
        if (container instanceof Map<?, ?> map) {
            return Optional.ofNullable(Operators.find(map, key));
        }
        if (container instanceof List<?> list && key instanceof Long at) {
            return at >= 0 && at < list.size() ? Optional.of(list.get(at.intValue())) : Optional.empty();
        }
        return Optional.empty();
    }

    private static Object within(Object[] args) {
        return ((Optional<?>) args[0]).flatMap(container -> look(container, args[1]));
    }

    @SuppressWarnings("ReferenceEquality") // There is one null.
    private static boolean zero(Object value) {
        return value == CelValues.NULL
                || value.equals(false)
                || value.equals("")
                || value.equals(0L)
                || value.equals(0.0)
                || value.equals(new Uint(0))
                || value.equals(Duration.ZERO)
                || (value instanceof List<?> list && list.isEmpty())
                || (value instanceof Map<?, ?> map && map.isEmpty())
                || (value instanceof CelBytes bytes && bytes.array().length == 0);
    }

    /** The map is the fold's own: nobody else sees it before it is whole. */
    private static Object insert(Object[] args) {
        return put(args[0], args[1], args[2]);
    }

    private static Object insertAll(Object[] args) {
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) args[1]).entrySet()) {
            Object put = put(args[0], entry.getKey(), entry.getValue());
            if (put instanceof CelError) {
                return put;
            }
        }
        return args[0];
    }

    private static Object put(Object map, Object key, Object value) {
        @SuppressWarnings("unchecked") // The evaluator made it.
        Map<Object, Object> own = (Map<Object, Object>) map;
        return own.putIfAbsent(key, value) == null
                ? own
                : new CelError("insert failed: key " + key + " already exists");
    }
}
