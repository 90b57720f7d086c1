package io.minik.server.crd;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A printer column's JSONPath, as far as columns use it: fields (also {@code ['a.b']} and {@code a\.b}), indexes from either
 * end, {@code [*]}, and {@code [?(@.type=="Ready")]}. Any other path finds nothing: its cells are empty, as upstream's are
 * where a path fails.
 */
final class ColumnPath {
    private static final Pattern STEP = Pattern.compile(
            "\\.((?:[^.\\[\\]\\\\*]|\\\\.)+)" // .field
                    + "|\\[['\"]([^'\"]+)['\"]\\]" // ['field']
                    + "|\\[(-?\\d{1,9})\\]" // [1]
                    + "|(\\[\\*\\]|\\.\\*)" // [*]
                    + "|\\[\\?\\(\\s*@((?:\\.[^\\s=!<>]+)?)\\s*(?:(==|!=)\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s)]+))\\s*)?\\)\\]");

    /** Longer ones are no columns: each step takes some of the stack. */
    private static final int LONGEST = 1_000;

    private final Optional<List<Step>> steps;

    private ColumnPath(Optional<List<Step>> steps) {
        this.steps = steps;
    }

    private interface Step {
        List<JsonNode> of(JsonNode value);
    }

    static ColumnPath parse(String path) {
        if (path.length() > LONGEST) {
            return new ColumnPath(Optional.empty());
        }
        List<Step> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(path);
        int last = path.length() - 1;
        int end = 0;
        // A point alone at the end is the value itself.
        while (end <= last && !(end == last && path.charAt(end) == '.')) {
            if (!matcher.region(end, path.length()).lookingAt()) {
                return new ColumnPath(Optional.empty());
            }
            steps.add(step(matcher));
            end = matcher.end();
        }
        return new ColumnPath(Optional.of(steps));
    }

    /** The first value that it finds. */
    Optional<JsonNode> first(JsonNode tree) {
        List<JsonNode> found = steps.isEmpty() ? List.of() : List.of(tree);
        for (Step step : steps.orElse(List.of())) {
            List<JsonNode> next = new ArrayList<>();
            found.forEach(value -> next.addAll(step.of(value)));
            found = next;
        }
        return found.stream().filter(value -> !value.isNull()).findFirst();
    }

    private static Step step(Matcher matcher) {
        if (matcher.group(1) != null) {
            return field(matcher.group(1).replaceAll("\\\\(.)", "$1"));
        }
        if (matcher.group(2) != null) {
            return field(matcher.group(2));
        }
        if (matcher.group(3) != null) {
            int index = Integer.parseInt(matcher.group(3));
            return value -> present(value.path(index < 0 ? value.size() + index : index));
        }
        if (matcher.group(4) != null) {
            return ColumnPath::all;
        }
        ColumnPath path = parse(matcher.group(5));
        String operator = matcher.group(6);
        if (operator == null) {
            return value -> all(value).stream()
                    .filter(item -> path.first(item).isPresent())
                    .toList();
        }
        String literal = matcher.group(7) != null
                ? matcher.group(7)
                : matcher.group(8) != null ? matcher.group(8) : matcher.group(9);
        boolean equal = operator.equals("==");
        return value -> all(value).stream()
                .filter(item -> path.first(item)
                        .map(part -> part.asText().equals(literal) == equal)
                        .orElse(false))
                .toList();
    }

    private static Step field(String name) {
        return value -> present(value.path(name));
    }

    private static List<JsonNode> present(JsonNode value) {
        return value.isMissingNode() ? List.of() : List.of(value);
    }

    private static List<JsonNode> all(JsonNode value) {
        return value.isContainerNode() ? value.valueStream().toList() : List.of();
    }
}
