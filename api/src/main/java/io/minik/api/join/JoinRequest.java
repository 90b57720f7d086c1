package io.minik.api.join;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.List;

/**
 * A node asks to be one of us.
 *
 * @param nodePassword made by the node once and kept: proves later that it is the same node
 * @param kubeletClientCsr PEM; CN {@code system:node:<name>}, O {@code system:nodes}
 * @param kubeletServingCsr PEM; the same subject, with the node's name and addresses
 */
public record JoinRequest(
        String nodeName,
        String nodePassword,
        String kubeletClientCsr,
        String kubeletServingCsr,
        List<String> addresses) {

    public ObjectNode tree() {
        ObjectNode tree = Json.object()
                .put("nodeName", nodeName)
                .put("nodePassword", nodePassword)
                .put("kubeletClientCsr", kubeletClientCsr)
                .put("kubeletServingCsr", kubeletServingCsr);
        addresses.forEach(tree.putArray("addresses")::add);
        return tree;
    }

    public static JoinRequest of(JsonNode tree) {
        return new JoinRequest(
                Json.text(tree, "nodeName"),
                Json.text(tree, "nodePassword"),
                Json.text(tree, "kubeletClientCsr"),
                Json.text(tree, "kubeletServingCsr"),
                List.copyOf(Json.stringList(tree, "addresses")));
    }

    /** Never the password. */
    @Override
    public String toString() {
        return "JoinRequest[" + nodeName + ", " + addresses + "]";
    }
}
