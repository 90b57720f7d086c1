package io.minik.server.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Words that many kinds' cells share. */
final class Cells {
    static final String NONE = "<none>";
    static final String UNSET = "<unset>";
    static final String UNKNOWN = "<unknown>";
    /** How many of a list are shown before "+ N more...". */
    private static final int SHOWN = 3;

    private Cells() {}

    static String age(KubeObject object, Instant now) {
        return Ages.of(object.meta().creationTimestamp(), now);
    }

    static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    static long number(KubeObject object, String... path) {
        return Json.longOr(0, object.tree(), path);
    }

    /** An int-or-string or a number as text; the fallback if absent. */
    static String scalar(String fallback, JsonNode node) {
        return node.isMissingNode() || node.isNull() ? fallback : node.asText();
    }

    static String join(List<String> values) {
        return String.join(",", values);
    }

    /** {@code a=b,c=d} in order of keys, or {@code <none>}. */
    static String labels(Map<String, String> labels) {
        return labels.isEmpty()
                ? NONE
                : new TreeMap<>(labels)
                        .entrySet().stream()
                                .map(label -> label.getKey() + "=" + label.getValue())
                                .collect(Collectors.joining(","));
    }

    /** A label selector as upstream prints it; {@code <none>} for one that selects everything. */
    static String selector(JsonNode selector) {
        if (!selector.isObject() || selector.isEmpty()) {
            return NONE;
        }
        TreeMap<String, String> requirements = new TreeMap<>();
        Json.strings(selector, "matchLabels")
                .forEach((key, value) -> requirements.merge(key, key + "=" + value, Cells::both));
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = Json.text(expression, "key");
            String values =
                    Json.stringList(expression, "values").stream().sorted().collect(Collectors.joining(",", " (", ")"));
            String text =
                    switch (Json.text(expression, "operator")) {
                        case "In" -> key + " in" + values;
                        case "NotIn" -> key + " notin" + values;
                        case "DoesNotExist" -> "!" + key;
                        default -> key;
                    };
            requirements.merge(key, text, Cells::both);
        }
        return requirements.isEmpty() ? NONE : String.join(",", requirements.values());
    }

    private static String both(String one, String other) {
        return one + "," + other;
    }

    static String containerNames(KubeObject object, String... podSpec) {
        return containers("name", object, podSpec);
    }

    static String images(KubeObject object, String... podSpec) {
        return containers("image", object, podSpec);
    }

    private static String containers(String field, KubeObject object, String... podSpec) {
        List<String> values = new ArrayList<>();
        for (JsonNode container : object.at(podSpec).path("containers")) {
            values.add(Json.text(container, field));
        }
        return join(values);
    }

    /** The first three, and how many more there are. */
    static String some(List<String> values, String ifEmpty) {
        if (values.isEmpty()) {
            return ifEmpty;
        }
        String shown = join(values.subList(0, Math.min(SHOWN, values.size())));
        return values.size() > SHOWN ? shown + " + " + (values.size() - SHOWN) + " more..." : shown;
    }
}
