package io.minik.api.selector;

import io.minik.api.selector.LabelSelector.Operator;
import io.minik.api.selector.LabelSelector.Requirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Recursive descent over the label selector syntax. @throws IllegalArgumentException "found 'x', expected: y" */
final class SelectorParser {
    private static final String SPECIAL = "=!(),<>";
    private static final String OPERATORS = "in, notin, =, ==, !=, gt, lt";

    /**
     * Requirements and values of one selector: each is asked of each object, so that what fits a request line could hold the
     * server for seconds.
     */
    static final int MOST_TERMS = 2_000;

    private final List<String> tokens = new ArrayList<>();
    private int terms;
    private int at;

    SelectorParser(String text) {
        int from = 0;
        while (from < text.length()) {
            char c = text.charAt(from);
            int end = from + 1;
            if (!Character.isWhitespace(c)) {
                if (SPECIAL.indexOf(c) < 0) {
                    while (end < text.length()
                            && SPECIAL.indexOf(text.charAt(end)) < 0
                            && !Character.isWhitespace(text.charAt(end))) {
                        end++;
                    }
                } else if ((c == '=' || c == '!') && end < text.length() && text.charAt(end) == '=') {
                    end++;
                }
                tokens.add(text.substring(from, end));
            }
            from = end;
        }
    }

    List<Requirement> requirements() {
        List<Requirement> requirements = new ArrayList<>();
        while (true) {
            count();
            requirements.add(requirement());
            String next = next();
            if (next.isEmpty()) {
                return requirements;
            }
            if (!next.equals(",")) {
                throw found(next, "',' or 'end of string'");
            }
            if (peek().isEmpty()) {
                throw found("", "identifier after ','");
            }
        }
    }

    private void count() {
        terms++;
        if (terms > MOST_TERMS) {
            throw tooMany();
        }
    }

    static IllegalArgumentException tooMany() {
        return new IllegalArgumentException("a selector may have at most " + MOST_TERMS + " terms");
    }

    private Requirement requirement() {
        boolean absent = peek().equals("!");
        if (absent) {
            at++;
        }
        String key = next();
        if (!identifier(key)) {
            throw found(key, "!, identifier, or 'end of string'");
        }
        if (absent) {
            return LabelSelector.checked(key, Operator.DoesNotExist, Set.of());
        }
        String operator = peek();
        if (operator.isEmpty() || operator.equals(",")) {
            return LabelSelector.checked(key, Operator.Exists, Set.of());
        }
        at++;
        return switch (operator) {
            case "=", "==" -> LabelSelector.checked(key, Operator.In, Set.of(value()));
            case "!=" -> LabelSelector.checked(key, Operator.NotIn, Set.of(value()));
            case ">" -> LabelSelector.checked(key, Operator.Gt, Set.of(value()));
            case "<" -> LabelSelector.checked(key, Operator.Lt, Set.of(value()));
            case "in" -> LabelSelector.checked(key, Operator.In, values());
            case "notin" -> LabelSelector.checked(key, Operator.NotIn, values());
            default -> throw found(operator, OPERATORS);
        };
    }

    /** One value; nothing at all is the empty string. */
    private String value() {
        String next = peek();
        if (next.isEmpty() || next.equals(",")) {
            return "";
        }
        at++;
        if (!identifier(next)) {
            throw found(next, "identifier");
        }
        return next;
    }

    private Set<String> values() {
        String open = next();
        if (!open.equals("(")) {
            throw found(open, "'('");
        }
        Set<String> values = new TreeSet<>();
        boolean wantsValue = true;
        while (true) {
            String next = next();
            if (next.equals(")")) {
                if (wantsValue) {
                    values.add("");
                }
                return values;
            } else if (next.equals(",")) {
                if (wantsValue) {
                    values.add("");
                }
                wantsValue = true;
            } else if (identifier(next) && wantsValue) {
                count();
                values.add(next);
                wantsValue = false;
            } else {
                throw found(next, "',', ')' or identifier");
            }
        }
    }

    private static boolean identifier(String token) {
        return !token.isEmpty() && SPECIAL.indexOf(token.charAt(0)) < 0;
    }

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private String next() {
        String token = peek();
        at++;
        return token;
    }

    private static IllegalArgumentException found(String token, String expected) {
        return new IllegalArgumentException("found '" + token + "', expected: " + expected);
    }
}
