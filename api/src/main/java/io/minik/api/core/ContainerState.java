package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;

/** core/v1 ContainerState: one of waiting, running, terminated, or none of them (an empty lastState). */
public sealed interface ContainerState {
    ObjectNode tree();

    record Unset() implements ContainerState {
        @Override
        public ObjectNode tree() {
            return Json.object();
        }
    }

    record Waiting(String reason, String message) implements ContainerState {
        @Override
        public ObjectNode tree() {
            ObjectNode tree = Json.object();
            ObjectNode waiting = tree.putObject("waiting");
            PodStatus.putIfSet(waiting, "reason", reason);
            PodStatus.putIfSet(waiting, "message", message);
            return tree;
        }
    }

    record Running(String startedAt) implements ContainerState {
        @Override
        public ObjectNode tree() {
            ObjectNode tree = Json.object();
            PodStatus.putIfSet(tree.putObject("running"), "startedAt", startedAt);
            return tree;
        }
    }

    record Terminated(
            int exitCode, String reason, String message, String startedAt, String finishedAt, String containerId)
            implements ContainerState {
        @Override
        public ObjectNode tree() {
            ObjectNode tree = Json.object();
            ObjectNode terminated = tree.putObject("terminated").put("exitCode", exitCode);
            PodStatus.putIfSet(terminated, "reason", reason);
            PodStatus.putIfSet(terminated, "message", message);
            PodStatus.putIfSet(terminated, "startedAt", startedAt);
            PodStatus.putIfSet(terminated, "finishedAt", finishedAt);
            PodStatus.putIfSet(terminated, "containerID", containerId);
            return tree;
        }
    }

    static ContainerState of(JsonNode state) {
        if (state.has("running")) {
            return new Running(Json.text(state, "running", "startedAt"));
        }
        if (state.has("terminated")) {
            JsonNode terminated = state.path("terminated");
            return new Terminated(
                    Json.intOr(0, terminated, "exitCode"),
                    Json.text(terminated, "reason"),
                    Json.text(terminated, "message"),
                    Json.text(terminated, "startedAt"),
                    Json.text(terminated, "finishedAt"),
                    Json.text(terminated, "containerID"));
        }
        if (state.has("waiting")) {
            return new Waiting(Json.text(state, "waiting", "reason"), Json.text(state, "waiting", "message"));
        }
        return new Unset();
    }
}
