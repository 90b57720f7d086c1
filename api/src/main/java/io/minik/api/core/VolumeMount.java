package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;

/**
 * core/v1 VolumeMount.
 *
 * @param recursiveReadOnly Disabled, IfPossible or Enabled
 * @param mountPropagation None, HostToContainer or Bidirectional
 */
public record VolumeMount(
        String name,
        String mountPath,
        String subPath,
        String subPathExpr,
        boolean readOnly,
        String recursiveReadOnly,
        String mountPropagation) {
    public static VolumeMount of(JsonNode mount) {
        return new VolumeMount(
                Json.text(mount, "name"),
                Json.text(mount, "mountPath"),
                Json.text(mount, "subPath"),
                Json.text(mount, "subPathExpr"),
                Json.bool(mount, "readOnly"),
                Json.textOr("Disabled", mount, "recursiveReadOnly"),
                Json.textOr("None", mount, "mountPropagation"));
    }
}
