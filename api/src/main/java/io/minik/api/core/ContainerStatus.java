package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * core/v1 ContainerStatus.
 *
 * @param started absent before a startup probe could say
 * @param given what the node has granted it
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
        Given given) {
    /**
     * @param allocated requests that the node has granted
     * @param resources what the running container has, or will be started with
     * @param user whom its first process was in the beginning; empty until it runs
     */
    public record Given(Map<String, String> allocated, ContainerResources resources, Optional<User> user) {
        static Given of(JsonNode status) {
            return new Given(
                    Json.strings(status, "allocatedResources"),
                    ContainerResources.of(status.path("resources")),
                    status.path("user").has("linux")
                            ? Optional.of(User.of(status.path("user").path("linux")))
                            : Optional.empty());
        }

        void into(ObjectNode tree) {
            if (!allocated.isEmpty()) {
                allocated.forEach(tree.putObject("allocatedResources")::put);
            }
            tree.set("resources", resources.tree());
            user.ifPresent(known -> tree.putObject("user").set("linux", known.tree()));
        }
    }

    /** core/v1 LinuxContainerUser. */
    public record User(long uid, long gid, List<Long> supplementalGroups) {
        static User of(JsonNode linux) {
            List<Long> groups = new ArrayList<>();
            linux.path("supplementalGroups").forEach(group -> groups.add(group.asLong()));
            return new User(linux.path("uid").asLong(), linux.path("gid").asLong(), List.copyOf(groups));
        }

        ObjectNode tree() {
            ObjectNode tree = Json.object().put("uid", uid).put("gid", gid);
            if (!supplementalGroups.isEmpty()) {
                supplementalGroups.forEach(tree.putArray("supplementalGroups")::add);
            }
            return tree;
        }
    }

    public Map<String, String> allocated() {
        return given.allocated();
    }

    public ContainerResources resources() {
        return given.resources();
    }

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
                Given.of(status));
    }

    public ObjectNode tree() {
        ObjectNode tree = Json.object().put("name", name);
        tree.set("state", state.tree());
        tree.set("lastState", lastState.tree());
        tree.put("ready", ready).put("restartCount", restartCount);
        tree.put("image", image).put("imageID", imageId);
        PodStatus.putIfSet(tree, "containerID", containerId);
        started.ifPresent(value -> tree.put("started", value));
        given.into(tree);
        return tree;
    }
}
