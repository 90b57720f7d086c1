package io.minik.server.controllers.balancing;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.core.Node;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import java.util.ArrayList;
import java.util.List;

/**
 * A node as ServiceLB sees it.
 *
 * @param enabled its label says so; where one node has it, those without are left out
 * @param pool empty: none
 * @param usable it is ready, and nobody excluded it
 * @param external its ExternalIPs; @param internal its InternalIPs
 * @param kubeletPort 0 if it has not told
 */
record BalancingNode(
        String name,
        boolean enabled,
        String pool,
        boolean usable,
        List<Address> external,
        List<Address> internal,
        int kubeletPort) {
    /** {@code true} on one node or more: only those carry load balancers. */
    static final String ENABLE = "servicelb.minik.io/enable";

    /** On nodes and Services: a Service gets nodes of its own pool only. */
    static final String POOL = "servicelb.minik.io/pool";

    private static final String EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers";

    static BalancingNode of(KubeObject node) {
        var labels = node.meta().labels();
        return new BalancingNode(
                node.name(),
                labels.getOrDefault(ENABLE, "").equals("true"),
                labels.getOrDefault(POOL, ""),
                Node.of(node).ready() && !node.meta().deleting() && !labels.containsKey(EXCLUDE),
                addresses(node, "ExternalIP"),
                addresses(node, "InternalIP"),
                Json.intOr(0, node.tree(), "status", "daemonEndpoints", "kubeletEndpoint", "Port"));
    }

    private static List<Address> addresses(KubeObject node, String type) {
        List<Address> found = new ArrayList<>();
        for (JsonNode entry : Json.items(node.tree(), "status", "addresses")) {
            if (Json.text(entry, "type").equals(type)) {
                Address.find(Json.text(entry, "address")).ifPresent(found::add);
            }
        }
        return found;
    }
}
