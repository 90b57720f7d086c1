package io.minik.agent.node;

import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** By way of which node each other node's pods are reached: of its addresses the first of the range's family. Pure. */
final class PodRoutes {
    private PodRoutes() {}

    /** @return a node's address by its pods' range */
    static Map<String, String> to(Collection<KubeObject> nodes, String self) {
        Map<String, String> routes = new TreeMap<>();
        for (KubeObject other : nodes) {
            String cidr = other.text("spec", "podCIDR");
            if (!cidr.isEmpty() && !other.name().equals(self)) {
                addresses(other).stream()
                        .filter(address -> isV6(address) == isV6(cidr))
                        .findFirst()
                        .or(() -> addresses(other).stream().findFirst())
                        .ifPresent(address -> routes.putIfAbsent(cidr, address));
            }
        }
        return routes;
    }

    private static List<String> addresses(KubeObject node) {
        List<String> addresses = new ArrayList<>();
        for (var address : node.at("status", "addresses")) {
            if (Json.text(address, "type").equals("InternalIP")) {
                addresses.add(Json.text(address, "address"));
            }
        }
        return addresses;
    }

    private static boolean isV6(String address) {
        return address.indexOf(':') >= 0;
    }
}
