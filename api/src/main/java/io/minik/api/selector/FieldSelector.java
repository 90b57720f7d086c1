package io.minik.api.selector;

import io.minik.api.meta.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A conjunction of comparisons of fields with texts. Immutable. */
public final class FieldSelector {
    public static final FieldSelector EVERYTHING = new FieldSelector(List.of());

    /** @param negated {@code !=} */
    public record Term(String field, boolean negated, String value) {
        @Override
        public String toString() {
            return field + (negated ? "!=" : "=") + escape(value);
        }
    }

    private final List<Term> terms;

    private FieldSelector(List<Term> terms) {
        this.terms = terms;
    }

    /** The URL's syntax: {@code spec.nodeName=a,status.phase!=Failed}. @throws ApiException 400 */
    public static FieldSelector parse(String text) {
        List<Term> terms = new ArrayList<>();
        for (String part : split(text)) {
            if (!part.isEmpty()) {
                terms.add(term(text, part));
            }
            if (terms.size() > SelectorParser.MOST_TERMS) {
                throw ApiException.badRequest(
                        String.valueOf(SelectorParser.tooMany().getMessage()));
            }
        }
        return terms.isEmpty() ? EVERYTHING : new FieldSelector(List.copyOf(terms));
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) == '\\') {
                at++;
            } else if (text.charAt(at) == ',') {
                parts.add(text.substring(start, at));
                start = at + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static Term term(String whole, String part) {
        for (int at = 0; at < part.length(); at++) {
            for (String operator : List.of("!=", "==", "=")) {
                if (part.startsWith(operator, at)) {
                    return new Term(
                            part.substring(0, at),
                            operator.equals("!="),
                            unescape(whole, part.substring(at + operator.length())));
                }
            }
        }
        throw ApiException.badRequest("invalid selector: '" + whole + "'; can't understand '" + part + "'");
    }

    private static String unescape(String whole, String value) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < value.length(); at++) {
            char c = value.charAt(at);
            if (c == '\\' && at + 1 < value.length() && "\\,=".indexOf(value.charAt(at + 1)) >= 0) {
                at++;
                text.append(value.charAt(at));
            } else if (c == '\\' || c == ',' || c == '=') {
                throw ApiException.badRequest(
                        "invalid field selector: invalid value: '" + value + "' in '" + whole + "'");
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=");
    }

    public List<Term> terms() {
        return terms;
    }

    public boolean isEmpty() {
        return terms.isEmpty();
    }

    /** The value that a field must have, if the selector says one. */
    public Optional<String> requiredValue(String field) {
        return terms.stream()
                .filter(term -> !term.negated && term.field.equals(field))
                .map(Term::value)
                .findFirst();
    }

    /** What is left to compare where this field is known to have this value. */
    public FieldSelector without(String field, String value) {
        return new FieldSelector(terms.stream()
                .filter(term -> term.negated || !term.field.equals(field) || !term.value.equals(value))
                .toList());
    }

    /** @param value of a field; empty if it is not set */
    public boolean matches(Function<String, String> value) {
        for (Term term : terms) {
            if (value.apply(term.field).equals(term.value) == term.negated) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return terms.stream().map(Term::toString).collect(Collectors.joining(","));
    }
}
