package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;

/** core/v1 ContainerPort. @param hostPort 0 = none */
public record ContainerPort(String name, int containerPort, int hostPort, String hostIp, String protocol) {
    public static ContainerPort of(JsonNode port) {
        return new ContainerPort(
                Json.text(port, "name"),
                Json.intOr(0, port, "containerPort"),
                Json.intOr(0, port, "hostPort"),
                Json.text(port, "hostIP"),
                Json.textOr("TCP", port, "protocol"));
    }
}
