package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Annotations that mean something to the node: they must make sense, and those of a running pod stay what they were. */
final class PodAnnotationRules {
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
    private static final Set<String> PROFILES = Set.of("", "runtime/default", "unconfined");

    private final Causes causes;

    PodAnnotationRules(Causes causes) {
        this.causes = causes;
    }

    /** @param path of the annotations, which upstream tells of templates without their metadata */
    void check(JsonNode annotations, JsonNode spec, String path) {
        Set<String> containers = new HashSet<>();
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            spec.path(list).forEach(container -> containers.add(Json.text(container, "name")));
        }
        annotations.properties().forEach(annotation -> {
            String key = annotation.getKey();
            String value = annotation.getValue().asText();
            String here = Causes.at(path, key);
            if (key.startsWith(APP_ARMOR)) {
                String container = key.substring(APP_ARMOR.length());
                if (!containers.contains(container)) {
                    causes.invalid(here, container, "container not found");
                }
                if (!PROFILES.contains(value) && !value.startsWith("localhost/")) {
                    causes.invalid(here, value, "invalid AppArmor profile name: \"" + value + "\"");
                }
            } else if (key.equals(MIRROR) && Json.text(spec, "nodeName").isEmpty()) {
                causes.invalid(here, value, "must set spec.nodeName if mirror pod annotation is set");
            } else if (key.equals(DELETION_COST) && !isCost(value)) {
                causes.invalid(here, value, "must be a 32bit integer");
            }
        });
    }

    /** Go's int32, without a plus and without leading zeros. */
    private static boolean isCost(String text) {
        if (!text.matches("0|-[0-9]{1,10}|[1-9][0-9]{0,9}")) {
            return false;
        }
        long cost = Long.parseLong(text);
        return cost == (int) cost;
    }

    void update(JsonNode metadata, JsonNode old) {
        JsonNode before = old.path("annotations");
        JsonNode after = metadata.path("annotations");
        before.properties().forEach(annotation -> {
            String key = annotation.getKey();
            if (!annotation.getValue().equals(after.get(key))) {
                told(key, "may not remove or update");
            }
        });
        after.fieldNames().forEachRemaining(key -> {
            if (!before.has(key)) {
                told(key, "may not add");
            }
        });
    }

    private void told(String key, String what) {
        if (key.startsWith(APP_ARMOR)) {
            causes.forbidden("metadata.annotations[" + key + "]", what + " AppArmor annotations");
        } else if (key.equals(MIRROR)) {
            causes.forbidden("metadata.annotations[" + key + "]", what + " mirror pod annotation");
        }
    }
}
