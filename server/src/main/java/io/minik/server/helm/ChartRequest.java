package io.minik.server.helm;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a HelmChart asks for, with what its HelmChartConfig says to it and what the objects hold that they name.
 *
 * @param values one text of YAML or JSON a source, the later before the earlier
 * @param bytesOf files that the place of a chart needs: {@code ca}, {@code username}, {@code password}, {@code dockerconfig}
 */
record ChartRequest(KubeObject chart, Optional<KubeObject> config, List<String> values, Map<String, String> bytesOf) {
    static final String CA = "ca";
    static final String USER = "username";
    static final String PASSWORD = "password";
    static final String DOCKER = "dockerconfig";

    /** A Secret of which keys are values. */
    record ValuesSecret(String name, List<String> keys, boolean optional) {}

    static ChartRequest of(KubeObject chart, Optional<KubeObject> config) {
        return new ChartRequest(chart, config, List.of(), Map.of());
    }

    /** Of what the objects say themselves, then of their Secrets, each in k3s' order. */
    ChartRequest with(Map<String, String> secretValues, Map<String, String> files) {
        List<String> all = new ArrayList<>();
        for (KubeObject object : objects()) {
            String text = object.text("spec", "valuesContent");
            if (!text.isBlank()) {
                all.add(text);
            }
            JsonNode tree = object.at("spec", "values");
            if (tree.isObject() && !tree.isEmpty()) {
                all.add(tree.toString());
            }
            for (ValuesSecret secret : secrets(object)) {
                secret.keys().stream()
                        .map(key -> secretValues.get(secret.name() + "/" + key))
                        .filter(value -> value != null && !value.isBlank())
                        .forEach(all::add);
            }
        }
        return new ChartRequest(chart, config, List.copyOf(all), new HashMap<>(files));
    }

    private List<KubeObject> objects() {
        return config.map(one -> List.of(chart, one)).orElse(List.of(chart));
    }

    private static List<ValuesSecret> secrets(KubeObject object) {
        return Json.items(object.tree(), "spec", "valuesSecrets").stream()
                .map(item -> new ValuesSecret(
                        Json.text(item, "name"), Json.stringList(item, "keys"), Json.bool(item, "ignoreUpdates")))
                .filter(secret -> !secret.name().isEmpty())
                .toList();
    }

    List<ValuesSecret> secrets() {
        return objects().stream().flatMap(object -> secrets(object).stream()).toList();
    }

    String name() {
        return chart.name();
    }

    String text(String field) {
        return chart.text("spec", field);
    }

    boolean is(String field) {
        return Json.bool(chart.tree(), "spec", field);
    }

    String targetNamespace() {
        return text("targetNamespace").isEmpty() ? chart.namespace() : text("targetNamespace");
    }

    /** Whether a failed release is taken away and made anew; otherwise it stays as it is until somebody changes something. */
    boolean reinstalls() {
        String own = config.map(one -> one.text("spec", "failurePolicy")).orElse("");
        String policy = own.isEmpty() ? text("failurePolicy") : own;
        return !policy.equals("abort");
    }

    /** All that a release is made of, for a hash: what changes it makes a new one. */
    String identity() {
        String spec = chart.at("spec").toString();
        String more = config.map(one -> one.at("spec").toString()).orElse("");
        return spec + "\n" + more + "\n" + String.join("\n", values) + "\n" + bytesOf.getOrDefault(CA, "");
    }
}
