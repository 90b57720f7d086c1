package io.minik.api.join;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.List;

/**
 * What all nodes of a cluster agree on. A server of before {@code disabled} says nothing of it: that is nothing.
 *
 * @param clusterCidr pods', {@code 10.42.0.0/16}
 * @param serviceCidr {@code 10.43.0.0/16}
 * @param clusterDns {@code 10.43.0.10}
 * @param clusterDomain {@code cluster.local}
 * @param nodeCidrMaskSize prefix length of one node's share: 24
 * @param apiServers {@code https://host:port} of each server
 * @param disabled parts of the box that are left out, by their names
 */
public record ClusterConfig(
        String clusterCidr,
        String serviceCidr,
        String clusterDns,
        String clusterDomain,
        int nodeCidrMaskSize,
        List<String> apiServers,
        List<String> disabled) {

    private static final int DEFAULT_MASK_SIZE = 24;

    public ObjectNode tree() {
        ObjectNode tree = Json.object()
                .put("clusterCidr", clusterCidr)
                .put("serviceCidr", serviceCidr)
                .put("clusterDns", clusterDns)
                .put("clusterDomain", clusterDomain)
                .put("nodeCidrMaskSize", nodeCidrMaskSize);
        apiServers.forEach(tree.putArray("apiServers")::add);
        disabled.forEach(tree.putArray("disabled")::add);
        return tree;
    }

    public static ClusterConfig of(JsonNode tree) {
        return new ClusterConfig(
                Json.text(tree, "clusterCidr"),
                Json.text(tree, "serviceCidr"),
                Json.text(tree, "clusterDns"),
                Json.text(tree, "clusterDomain"),
                Json.intOr(DEFAULT_MASK_SIZE, tree, "nodeCidrMaskSize"),
                List.copyOf(Json.stringList(tree, "apiServers")),
                List.copyOf(Json.stringList(tree, "disabled")));
    }
}
