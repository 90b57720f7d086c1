package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.Map;
import java.util.Optional;

/**
 * core/v1 ContainerStatus.
 *
 * @param started absent before a startup probe could say
 * @param allocated requests that the node has granted
 * @param resources what the running container has, or will be started with
 */
public record ContainerStatus(
        String name,
        ContainerState state,
        ContainerState lastState,
        boolean ready,
        int restartCount,
        String image,
        String imageId,
        String containerId,
        Optional<Boolean> started,
        Map<String, String> allocated,
        ContainerResources resources) {
    public static ContainerStatus of(JsonNode status) {
        return new ContainerStatus(
                Json.text(status, "name"),
                ContainerState.of(status.path("state")),
                ContainerState.of(status.path("lastState")),
                Json.bool(status, "ready"),
                Json.intOr(0, status, "restartCount"),
                Json.text(status, "image"),
                Json.text(status, "imageID"),
                Json.text(status, "containerID"),
                Views.flag(status.path("started")),
                Json.strings(status, "allocatedResources"),
                ContainerResources.of(status.path("resources")));
    }

    public ObjectNode tree() {
        ObjectNode tree = Json.object().put("name", name);
        tree.set("state", state.tree());
        tree.set("lastState", lastState.tree());
        tree.put("ready", ready).put("restartCount", restartCount);
        tree.put("image", image).put("imageID", imageId);
        PodStatus.putIfSet(tree, "containerID", containerId);
        started.ifPresent(value -> tree.put("started", value));
        if (!allocated.isEmpty()) {
            allocated.forEach(tree.putObject("allocatedResources")::put);
        }
        tree.set("resources", resources.tree());
        return tree;
    }
}
