package io.minik.api.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Label and field selectors as {@link FakeApi} needs them. */
final class FakeSelector {
    private FakeSelector() {}

    static Predicate<KubeObject> of(ApiCall call) {
        String labels = call.query().getOrDefault("labelSelector", "");
        String fields = call.query().getOrDefault("fieldSelector", "");
        String namespace = call.key().namespace();
        return object -> (namespace.isEmpty() || object.namespace().equals(namespace))
                && labels(labels, object.meta().labels())
                && fields(fields, object);
    }

    private static boolean labels(String selector, Map<String, String> labels) {
        if (selector.isEmpty()) {
            return true;
        }
        return Arrays.stream(selector.split(",(?![^(]*\\))"))
                .allMatch(requirement -> requirement(requirement.trim(), labels));
    }

    private static boolean requirement(String text, Map<String, String> labels) {
        if (text.contains(" notin ") || text.contains(" in ")) {
            boolean in = !text.contains(" notin ");
            String key = text.substring(0, text.indexOf(' '));
            List<String> values = Arrays.stream(text.substring(text.indexOf('(') + 1, text.indexOf(')'))
                            .split(","))
                    .map(String::trim)
                    .toList();
            return in == (labels.containsKey(key) && values.contains(labels.get(key)));
        }
        if (text.contains("!=")) {
            String[] parts = text.split("!=", 2);
            return !parts[1].equals(labels.get(parts[0]));
        }
        if (text.contains("=")) {
            String[] parts = text.split("==?", 2);
            return parts[1].equals(labels.get(parts[0]));
        }
        return text.startsWith("!") ? !labels.containsKey(text.substring(1)) : labels.containsKey(text);
    }

    private static boolean fields(String selector, KubeObject object) {
        if (selector.isEmpty()) {
            return true;
        }
        return Arrays.stream(selector.split(",")).allMatch(requirement -> {
            boolean not = requirement.contains("!=");
            String[] parts = requirement.split(not ? "!=" : "==?", 2);
            JsonNode node = object.at(parts[0].split("\\."));
            String value = node.isMissingNode() || node.isNull() ? "" : node.asText();
            return not != value.equals(parts[1]);
        });
    }
}
