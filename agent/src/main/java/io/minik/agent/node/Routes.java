package io.minik.agent.node;

import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** By way of which node each other node's pods are reached. Pure. */
final class Routes {
    private Routes() {}

    /** @return a node's address by its pods' range */
    static Map<String, String> to(Collection<KubeObject> nodes, String self) {
        Map<String, String> routes = new TreeMap<>();
        for (KubeObject other : nodes) {
            String cidr = other.text("spec", "podCIDR");
            if (!cidr.isEmpty() && !other.name().equals(self)) {
                for (var address : other.at("status", "addresses")) {
                    if (Json.text(address, "type").equals("InternalIP")) {
                        routes.putIfAbsent(cidr, Json.text(address, "address"));
                    }
                }
            }
        }
        return routes;
    }
}
