package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.Optional;

/** core/v1 EnvVar: a value, or where it comes from. */
public record EnvVar(String name, String value, Optional<Source> source) {
    public enum SourceKind {
        FIELD,
        RESOURCE,
        CONFIG_MAP_KEY,
        SECRET_KEY,
        FILE_KEY
    }

    /**
     * @param name of the ConfigMap or Secret; the container's for RESOURCE (empty = this one)
     * @param key in it; the field path for FIELD; the resource for RESOURCE
     * @param divisor for RESOURCE, {@code 0} if not said
     */
    public record Source(SourceKind kind, String name, String key, boolean optional, String divisor) {}

    public static EnvVar of(JsonNode env) {
        return new EnvVar(
                Json.text(env, "name"), Json.text(env, "value"), Views.optional(env.path("valueFrom"), EnvVar::source));
    }

    private static Source source(JsonNode from) {
        if (from.has("fieldRef")) {
            return new Source(SourceKind.FIELD, "", Json.text(from, "fieldRef", "fieldPath"), false, "");
        }
        if (from.has("resourceFieldRef")) {
            JsonNode ref = from.path("resourceFieldRef");
            return new Source(
                    SourceKind.RESOURCE,
                    Json.text(ref, "containerName"),
                    Json.text(ref, "resource"),
                    false,
                    ref.path("divisor").asText("0"));
        }
        if (from.has("configMapKeyRef")) {
            return key(SourceKind.CONFIG_MAP_KEY, from.path("configMapKeyRef"));
        }
        if (from.has("secretKeyRef")) {
            return key(SourceKind.SECRET_KEY, from.path("secretKeyRef"));
        }
        return key(SourceKind.FILE_KEY, from.path("fileKeyRef"));
    }

    private static Source key(SourceKind kind, JsonNode ref) {
        return new Source(kind, Json.text(ref, "name"), Json.text(ref, "key"), Json.bool(ref, "optional"), "");
    }
}
