package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.Map;

/**
 * core/v1 Volume: a name and one source.
 *
 * @param type the source's field in the API ({@code emptyDir}, {@code hostPath}, {@code configMap}, {@code
 *     persistentVolumeClaim}, …); {@code emptyDir} if none is said, as upstream defaults it
 * @param source what stands in that field
 */
public record Volume(String name, String type, JsonNode source) {
    public static Volume of(JsonNode volume) {
        for (Map.Entry<String, JsonNode> field : volume.properties()) {
            if (!field.getKey().equals("name") && field.getValue().isObject()) {
                return new Volume(Json.text(volume, "name"), field.getKey(), field.getValue());
            }
        }
        return new Volume(Json.text(volume, "name"), "emptyDir", Json.object());
    }
}
