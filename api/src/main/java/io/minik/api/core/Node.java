package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * core/v1 Node.
 *
 * @param podCidr the pods' addresses there; empty until the node IPAM controller said
 * @param internalIp empty if the node has none
 */
public record Node(
        KubeObject object,
        boolean unschedulable,
        List<Taint> taints,
        ResourceList allocatable,
        String podCidr,
        String internalIp,
        List<NodeCondition> conditions) {

    public static Node of(KubeObject object) {
        JsonNode spec = object.at("spec");
        JsonNode status = object.at("status");
        JsonNode allocatable = status.path("allocatable");
        String internalIp = "";
        for (JsonNode address : status.path("addresses")) {
            if (internalIp.isEmpty() && Json.text(address, "type").equals("InternalIP")) {
                internalIp = Json.text(address, "address");
            }
        }
        return new Node(
                object,
                Json.bool(spec, "unschedulable"),
                Views.list(spec.path("taints"), Taint::of),
                ResourceList.of(allocatable.isObject() ? allocatable : status.path("capacity")),
                Json.text(spec, "podCIDR"),
                internalIp,
                Views.list(status.path("conditions"), NodeCondition::of));
    }

    public String name() {
        return object.name();
    }

    public Optional<NodeCondition> condition(String type) {
        return conditions.stream().filter(c -> c.type().equals(type)).findFirst();
    }

    public boolean ready() {
        return condition("Ready").map(c -> c.status().equals("True")).orElse(false);
    }
}
