package io.minik.server.podsecurity;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A pod, or what a template would make one of, as the checks look at it. */
record Checked(JsonNode metadata, JsonNode spec) {
    private static final List<String> LISTS = List.of("initContainers", "containers", "ephemeralContainers");

    List<JsonNode> containers() {
        List<JsonNode> all = new ArrayList<>();
        for (String list : LISTS) {
            spec.path(list).forEach(all::add);
        }
        return all;
    }

    /** The names of the containers that are so, in order. */
    List<String> containers(Predicate<JsonNode> such) {
        return containers().stream()
                .filter(such)
                .map(container -> Json.text(container, "name"))
                .toList();
    }

    JsonNode context() {
        return spec.path("securityContext");
    }

    static JsonNode context(JsonNode container) {
        return container.path("securityContext");
    }

    boolean windows() {
        return Json.text(spec, "os", "name").equals("windows");
    }

    /** In a user namespace root is nobody on the node. */
    boolean ownUsers() {
        JsonNode host = spec.path("hostUsers");
        return host.isBoolean() && !host.booleanValue();
    }

    Map<String, String> annotations() {
        return Json.strings(metadata, "annotations");
    }
}
