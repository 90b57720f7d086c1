package io.minik.server.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** {@code kubectl get nodes}. */
final class NodeTable {
    static final TableKind KIND = Printed.of(
            "Name, Status, Roles, Age, Version, +Internal-IP, +External-IP, +OS-Image, +Kernel-Version,"
                    + " +Container-Runtime",
            NodeTable::cells);

    private static final String ROLE_PREFIX = "node-role.kubernetes.io/";
    private static final String ROLE = "kubernetes.io/role";

    private NodeTable() {}

    private static List<Object> cells(KubeObject node, Instant now) {
        JsonNode about = node.at("status", "nodeInfo");
        return List.of(
                node.name(),
                status(node),
                roles(node.meta().labels()),
                Cells.age(node, now),
                Json.text(about, "kubeletVersion"),
                address(node, "InternalIP"),
                address(node, "ExternalIP"),
                orUnknown(Json.text(about, "osImage")),
                orUnknown(Json.text(about, "kernelVersion")),
                orUnknown(Json.text(about, "containerRuntimeVersion")));
    }

    private static String status(KubeObject node) {
        String ready = "Unknown";
        for (JsonNode condition : node.at("status", "conditions")) {
            if (Json.text(condition, "type").equals("Ready")) {
                ready = Json.text(condition, "status").equals("True") ? "Ready" : "NotReady";
            }
        }
        return node.at("spec", "unschedulable").asBoolean() ? ready + ",SchedulingDisabled" : ready;
    }

    private static String roles(Map<String, String> labels) {
        TreeSet<String> roles = new TreeSet<>();
        labels.forEach((key, value) -> {
            if (key.startsWith(ROLE_PREFIX) && key.length() > ROLE_PREFIX.length()) {
                roles.add(key.substring(ROLE_PREFIX.length()));
            } else if (key.equals(ROLE) && !value.isEmpty()) {
                roles.add(value);
            }
        });
        return Cells.orNone(String.join(",", roles));
    }

    private static String address(KubeObject node, String type) {
        for (JsonNode address : node.at("status", "addresses")) {
            if (Json.text(address, "type").equals(type)) {
                return Json.text(address, "address");
            }
        }
        return Cells.NONE;
    }

    private static String orUnknown(String text) {
        return text.isEmpty() ? Cells.UNKNOWN : text;
    }
}
