package io.minik.api.selector;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A conjunction of requirements on labels. Immutable. */
public final class LabelSelector {
    public static final LabelSelector EVERYTHING = new LabelSelector(List.of(), false);
    public static final LabelSelector NOTHING = new LabelSelector(List.of(), true);

    /** What a requirement asks of the label. */
    public enum Operator {
        In,
        NotIn,
        Exists,
        DoesNotExist,
        Gt,
        Lt
    }

    /** @param values sorted; exactly one number for the comparisons, none for the existence tests */
    public record Requirement(String key, Operator operator, List<String> values) {
        boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case In -> value != null && values.contains(value);
                case NotIn -> value == null || !values.contains(value);
                case Exists -> value != null;
                case DoesNotExist -> value == null;
                case Gt -> value != null && compare(value) > 0;
                case Lt -> value != null && compare(value) < 0;
            };
        }

        /** 0 also if the label is not a number: then neither comparison holds. */
        private int compare(String value) {
            try {
                return Long.compare(Long.parseLong(value), Long.parseLong(values.get(0)));
            } catch (NumberFormatException notANumber) {
                return 0;
            }
        }

        @Override
        public String toString() {
            String list = String.join(",", values);
            return switch (operator) {
                case In -> values.size() == 1 ? key + "=" + list : key + " in (" + list + ")";
                case NotIn -> values.size() == 1 ? key + "!=" + list : key + " notin (" + list + ")";
                case Exists -> key;
                case DoesNotExist -> "!" + key;
                case Gt -> key + ">" + list;
                case Lt -> key + "<" + list;
            };
        }
    }

    private final List<Requirement> requirements;
    private final boolean nothing;

    private LabelSelector(List<Requirement> requirements, boolean nothing) {
        this.requirements = requirements;
        this.nothing = nothing;
    }

    /** The URL's syntax: {@code a=b,c!=d,e in (f,g),h,!i,j>5}. @throws ApiException 400 */
    public static LabelSelector parse(String text) {
        if (text.isBlank()) {
            return EVERYTHING;
        }
        try {
            return ofRequirements(new SelectorParser(text).requirements());
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("unable to parse requirement: " + e.getMessage());
        }
    }

    /** Requirements that are known to be well formed. */
    static LabelSelector ofRequirements(List<Requirement> requirements) {
        return new LabelSelector(List.copyOf(requirements), false);
    }

    /** A meta/v1 LabelSelector: absent selects nothing, {@code {}} everything. @throws ApiException 400 */
    public static LabelSelector of(JsonNode selector) {
        if (!selector.isObject()) {
            return NOTHING;
        }
        List<Requirement> requirements = new ArrayList<>();
        Json.strings(selector, "matchLabels")
                .forEach((key, value) -> requirements.add(new Requirement(key, Operator.In, List.of(value))));
        for (JsonNode expression : selector.path("matchExpressions")) {
            List<String> values = Json.stringList(expression, "values");
            requirements.add(requirement(Json.text(expression, "key"), Json.text(expression, "operator"), values));
        }
        return ofRequirements(requirements);
    }

    /** The plain map that Services and ReplicationControllers carry; empty selects everything. */
    public static LabelSelector of(Map<String, String> labels) {
        return ofRequirements(labels.entrySet().stream()
                .map(entry -> new Requirement(entry.getKey(), Operator.In, List.of(entry.getValue())))
                .toList());
    }

    private static Requirement requirement(String key, String operator, List<String> values) {
        return switch (operator) {
            case "In" -> new Requirement(key, Operator.In, values);
            case "NotIn" -> new Requirement(key, Operator.NotIn, values);
            case "Exists" -> new Requirement(key, Operator.Exists, List.of());
            case "DoesNotExist" -> new Requirement(key, Operator.DoesNotExist, List.of());
            default -> throw ApiException.badRequest("\"" + operator + "\" is not a valid label selector operator");
        };
    }

    public List<Requirement> requirements() {
        return requirements;
    }

    public boolean matches(Map<String, String> labels) {
        if (nothing) {
            return false;
        }
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    /** Selects everything. */
    public boolean isEmpty() {
        return !nothing && requirements.isEmpty();
    }

    /** Checks key and values as a selector that came from a user. @throws IllegalArgumentException in field.Error's words */
    static Requirement checked(String key, Operator operator, Set<String> values) {
        Names.qualifiedName(key).stream().findFirst().ifPresent(why -> {
            throw refused("key", key, why);
        });
        boolean comparison = operator == Operator.Gt || operator == Operator.Lt;
        for (String value : values) {
            if (comparison && !value.matches("[-+]?[0-9]{1,18}")) {
                throw refused("values[0]", value, "for 'Gt', 'Lt' operators, the value must be an integer");
            }
            Names.labelValue(value).stream().findFirst().ifPresent(why -> {
                throw refused(Causes.at("values[0]", key), value, why);
            });
        }
        return new Requirement(key, operator, List.copyOf(values));
    }

    private static IllegalArgumentException refused(String field, String value, String why) {
        return new IllegalArgumentException(
                new Causes().invalid(field, value, why).toString());
    }

    @Override
    public String toString() {
        return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
    }
}
