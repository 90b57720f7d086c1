package io.minik.api.cel;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Fields' names that are no identifiers are written another way: {@code a-b} as {@code a__dash__b} (apiserver's escaping). */
public final class Escapes {
    private static final Pattern ESCAPABLE = Pattern.compile("[_a-zA-Z.\\-/][_a-zA-Z0-9.\\-/]*+");
    private static final Pattern IDENTIFIER = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*+");
    private static final Set<String> WORDS = Set.of("true", "false", "null", "in");

    private Escapes() {}

    /** Whether an expression can say it as it is. */
    public static boolean isIdentifier(String name) {
        return IDENTIFIER.matcher(name).matches() && !WORDS.contains(name) && !Parser.RESERVED.contains(name);
    }

    /** Empty if there is no way to write it. */
    static Optional<String> escaped(String name) {
        if (!ESCAPABLE.matcher(name).matches()) {
            return Optional.empty();
        }
        if (WORDS.contains(name) || Parser.RESERVED.contains(name)) {
            return Optional.of("__" + name + "__");
        }
        return Optional.of(name.replace("__", "__underscores__")
                .replace(".", "__dot__")
                .replace("-", "__dash__")
                .replace("/", "__slash__"));
    }
}
