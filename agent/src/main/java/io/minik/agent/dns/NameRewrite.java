package io.minik.agent.dns;

import java.util.Optional;

/**
 * A name that is asked as another one, by CoreDNS' plugin rewrite. Pure.
 *
 * @param stops whether later rules are passed over once this one held
 */
record NameRewrite(Kind kind, String from, String to, boolean stops) {
    enum Kind {
        EXACT,
        PREFIX,
        SUFFIX,
        SUBSTRING
    }

    /** RFC 1035, 2.3.4: letters of a name with its dots. */
    static final int MOST_LETTERS = 253;

    /**
     * The other name, or nothing if the rule is not about this one, or would make of it more than a name may be: rules that continue
     * would double it again and again.
     */
    Optional<String> apply(String name) {
        return rewritten(name).filter(other -> other.length() <= MOST_LETTERS);
    }

    private Optional<String> rewritten(String name) {
        return switch (kind) {
            case EXACT -> name.equals(from) ? Optional.of(to) : Optional.empty();
            case PREFIX -> name.startsWith(from) ? Optional.of(to + name.substring(from.length())) : Optional.empty();
            case SUFFIX ->
                name.endsWith(from)
                        ? Optional.of(name.substring(0, name.length() - from.length()) + to)
                        : Optional.empty();
            case SUBSTRING -> name.contains(from) ? Optional.of(name.replace(from, to)) : Optional.empty();
        };
    }
}
