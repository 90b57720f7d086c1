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

    /** @return a node's address by the ranges of its pods, both as the API has them */
    static Map<String, String> to(Collection<KubeObject> nodes, String self) {
        Map<String, String> routes = new TreeMap<>();
        for (KubeObject other : nodes) {
            if (!other.name().equals(self)) {
                List<String> addresses = addresses(other);
                for (String range : ranges(other)) {
                    addresses.stream()
                            .filter(address -> isV6(address) == isV6(range))
                            .findFirst()
                            .or(() -> addresses.stream().findFirst())
                            .ifPresent(address -> routes.putIfAbsent(range, address));
                }
            }
        }
        return routes;
    }

    /** Of a node's pods: one of each family. */
    static List<String> ranges(KubeObject node) {
        List<String> all = Json.stringList(node.tree(), "spec", "podCIDRs");
        String only = node.text("spec", "podCIDR");
        return all.isEmpty() && !only.isEmpty() ? List.of(only) : all;
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
