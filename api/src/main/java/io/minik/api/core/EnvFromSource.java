package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;

/** core/v1 EnvFromSource: every key of a ConfigMap or, if {@code secret}, of a Secret. */
public record EnvFromSource(String prefix, boolean secret, String name, boolean optional) {
    public static EnvFromSource of(JsonNode from) {
        boolean secret = from.has("secretRef");
        JsonNode ref = from.path(secret ? "secretRef" : "configMapRef");
        return new EnvFromSource(Json.text(from, "prefix"), secret, Json.text(ref, "name"), Json.bool(ref, "optional"));
    }
}
