package io.minik.api.selector;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A label selector, of a URL's text or of an object's {@code labelSelector}: all requirements must hold, none selects
 * everything.
 */
public record LabelSelector(List<Requirement> requirements) {
    public static final LabelSelector EVERYTHING = new LabelSelector(List.of());

    /** @param values of In and NotIn (Equals is In with one) */
    public record Requirement(String key, Operator operator, List<String> values) {
        boolean matches(@Nullable String value) {
            return switch (operator) {
                case In -> value != null && values.contains(value);
                case NotIn -> value == null || !values.contains(value);
                case Exists -> value != null;
                case DoesNotExist -> value == null;
            };
        }

        @Override
        public String toString() {
            return switch (operator) {
                case Exists -> key;
                case DoesNotExist -> "!" + key;
                case In ->
                    values.size() == 1 ? key + "=" + values.get(0) : key + " in (" + String.join(",", values) + ")";
                case NotIn ->
                    values.size() == 1 ? key + "!=" + values.get(0) : key + " notin (" + String.join(",", values) + ")";
            };
        }
    }

    public enum Operator {
        In,
        NotIn,
        Exists,
        DoesNotExist
    }

    /** Of a meta/v1 LabelSelector: matchLabels and matchExpressions. @throws IllegalArgumentException unknown operator */
    public static LabelSelector of(JsonNode tree) {
        List<Requirement> requirements = new ArrayList<>();
        Json.strings(tree, "matchLabels")
                .forEach((key, value) -> requirements.add(new Requirement(key, Operator.In, List.of(value))));
        for (JsonNode expression : tree.path("matchExpressions")) {
            requirements.add(new Requirement(
                    Json.text(expression, "key"),
                    Operator.valueOf(Json.text(expression, "operator")),
                    Json.stringList(expression, "values")));
        }
        return new LabelSelector(List.copyOf(requirements));
    }

    /** Of plain labels that must all be there, as a Service or a ReplicationController selects. */
    public static LabelSelector of(Map<String, String> labels) {
        return new LabelSelector(labels.entrySet().stream()
                .map(entry -> new Requirement(entry.getKey(), Operator.In, List.of(entry.getValue())))
                .toList());
    }

    /** Of a URL: {@code a=b,c!=d,e in (f,g),h,!i}. @throws IllegalArgumentException with what can't be read */
    public static LabelSelector parse(String text) {
        List<Requirement> requirements = new ArrayList<>();
        for (String part : text.split(",(?![^(]*\\))")) {
            if (!part.isBlank()) {
                requirements.add(requirement(part.trim()));
            }
        }
        return new LabelSelector(List.copyOf(requirements));
    }

    private static Requirement requirement(String text) {
        int open = text.indexOf('(');
        if (open > 0 && text.endsWith(")")) {
            String[] head = text.substring(0, open).trim().split("\\s+");
            List<String> values =
                    List.of(text.substring(open + 1, text.length() - 1).trim().split("\\s*,\\s*"));
            if (head.length == 2 && head[1].equals("in")) {
                return new Requirement(head[0], Operator.In, values);
            }
            if (head.length == 2 && head[1].equals("notin")) {
                return new Requirement(head[0], Operator.NotIn, values);
            }
            throw new IllegalArgumentException("unable to parse requirement: " + text);
        }
        if (text.startsWith("!")) {
            return new Requirement(text.substring(1).trim(), Operator.DoesNotExist, List.of());
        }
        int unequal = text.indexOf("!=");
        if (unequal > 0) {
            return new Requirement(
                    text.substring(0, unequal).trim(),
                    Operator.NotIn,
                    List.of(text.substring(unequal + 2).trim()));
        }
        int equal = text.indexOf('=');
        if (equal > 0) {
            String value = text.substring(equal + 1);
            return new Requirement(
                    text.substring(0, equal).trim(),
                    Operator.In,
                    List.of((value.startsWith("=") ? value.substring(1) : value).trim()));
        }
        if (equal == 0 || text.contains(" ")) {
            throw new IllegalArgumentException("unable to parse requirement: " + text);
        }
        return new Requirement(text, Operator.Exists, List.of());
    }

    public boolean matches(Map<String, String> labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels.get(requirement.key()))) {
                return false;
            }
        }
        return true;
    }

    /** Selects everything. */
    public boolean isEmpty() {
        return requirements.isEmpty();
    }

    /** As URLs have it. */
    @Override
    public String toString() {
        return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
    }
}
