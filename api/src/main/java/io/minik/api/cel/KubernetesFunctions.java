package io.minik.api.cel;

import io.minik.api.meta.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;

/** Quantities, versions and named formats. */
final class KubernetesFunctions {
    private static final CelType TEXT = CelType.STRING;

    private final Functions functions;

    KubernetesFunctions(Functions functions) {
        this.functions = functions;
    }

    void add() {
        quantities();
        versions();
        formats();
    }

    private void quantities() {
        CelType type = CelType.QUANTITY;
        functions
                .global(
                        "quantity",
                        "string_to_quantity",
                        type,
                        args -> Quantity.find(args[0].toString())
                                .<Object>map(found -> found)
                                .orElseGet(
                                        () -> new CelError(
                                                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")),
                        TEXT)
                .global(
                        "isQuantity",
                        "is_quantity_string",
                        CelType.BOOL,
                        args -> Quantity.find(args[0].toString()).isPresent(),
                        TEXT)
                .member(
                        "isInteger",
                        "quantity_is_integer",
                        CelType.BOOL,
                        args -> whole(args[0]).isPresent(),
                        type)
                .member(
                        "asInteger",
                        "quantity_get_int",
                        CelType.INT,
                        args -> whole(args[0])
                                .<Object>map(found -> found)
                                .orElseGet(() -> new CelError("cannot convert value to integer")),
                        type)
                .member(
                        "asApproximateFloat",
                        "quantity_get_float",
                        CelType.DOUBLE,
                        args -> ((Quantity) args[0]).amount().doubleValue(),
                        type)
                .member("sign", "quantity_sign", CelType.INT, args -> (long) ((Quantity) args[0]).signum(), type)
                .member("add", "quantity_add", type, args -> ((Quantity) args[0]).add((Quantity) args[1]), type, type)
                .member(
                        "add",
                        "quantity_add_int",
                        type,
                        args -> ((Quantity) args[0]).add(Quantity.of((Long) args[1])),
                        type,
                        CelType.INT)
                .member(
                        "sub",
                        "quantity_sub",
                        type,
                        args -> ((Quantity) args[0]).subtract((Quantity) args[1]),
                        type,
                        type)
                .member(
                        "sub",
                        "quantity_sub_int",
                        type,
                        args -> ((Quantity) args[0]).subtract(Quantity.of((Long) args[1])),
                        type,
                        CelType.INT)
                .member("isGreaterThan", "quantity_is_greater_than", CelType.BOOL, args -> order(args) > 0, type, type)
                .member("isLessThan", "quantity_is_less_than", CelType.BOOL, args -> order(args) < 0, type, type)
                .member("compareTo", "quantity_compare_to", CelType.INT, args -> (long) order(args), type, type);
    }

    private static int order(Object[] args) {
        return Integer.signum(((Quantity) args[0]).compareTo((Quantity) args[1]));
    }

    private static Optional<Long> whole(Object quantity) {
        BigDecimal amount = ((Quantity) quantity).amount();
        boolean fits = amount.setScale(0, RoundingMode.DOWN).compareTo(amount) == 0
                && amount.toBigInteger().bitLength() <= 63;
        return fits ? Optional.of(amount.longValue()) : Optional.empty();
    }

    private void versions() {
        CelType type = CelType.SEMVER;
        functions
                .global("semver", "string_to_semver", type, args -> version(args[0], false), TEXT)
                .global(
                        "semver",
                        "string_bool_to_semver",
                        type,
                        args -> version(args[0], (Boolean) args[1]),
                        TEXT,
                        CelType.BOOL)
                .global(
                        "isSemver",
                        "is_semver_string",
                        CelType.BOOL,
                        args -> Semver.find(args[0].toString(), false).isPresent(),
                        TEXT)
                .global(
                        "isSemver",
                        "is_semver_string_bool",
                        CelType.BOOL,
                        args -> Semver.find(args[0].toString(), (Boolean) args[1])
                                .isPresent(),
                        TEXT,
                        CelType.BOOL)
                .member(
                        "major",
                        "semver_major",
                        CelType.INT,
                        args -> ((Semver) args[0]).numbers().get(0).longValue(),
                        type)
                .member(
                        "minor",
                        "semver_minor",
                        CelType.INT,
                        args -> ((Semver) args[0]).numbers().get(1).longValue(),
                        type)
                .member(
                        "patch",
                        "semver_patch",
                        CelType.INT,
                        args -> ((Semver) args[0]).numbers().get(2).longValue(),
                        type)
                .member("isGreaterThan", "semver_is_greater_than", CelType.BOOL, args -> versions(args) > 0, type, type)
                .member("isLessThan", "semver_is_less_than", CelType.BOOL, args -> versions(args) < 0, type, type)
                .member("compareTo", "semver_compare_to", CelType.INT, args -> (long) versions(args), type, type);
    }

    private static Object version(Object text, boolean normalize) {
        return Semver.find(text.toString(), normalize)
                .<Object>map(found -> found)
                .orElseGet(() -> new CelError("No Major.Minor.Patch elements found"));
    }

    private static int versions(Object[] args) {
        return Integer.signum(((Semver) args[0]).compareTo((Semver) args[1]));
    }

    private void formats() {
        CelType type = CelType.FORMAT;
        functions
                .global(
                        "format.named",
                        "format-named",
                        CelType.optional(type),
                        args -> Optional.ofNullable(NamedFormat.ALL.get(args[0].toString())),
                        TEXT)
                .member(
                        "validate",
                        "format-validate",
                        CelType.optional(CelType.list(TEXT)),
                        args -> validated((NamedFormat) args[0], args[1].toString()),
                        type,
                        TEXT);
        NamedFormat.ALL.forEach(
                (name, format) -> functions.global("format." + name, "format-" + name, type, args -> format));
    }

    private static Optional<Object> validated(NamedFormat format, String text) {
        List<Object> wrong = format.wrong(text);
        return wrong.isEmpty() ? Optional.empty() : Optional.of(wrong);
    }
}
