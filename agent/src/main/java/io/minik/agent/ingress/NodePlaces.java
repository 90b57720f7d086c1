package io.minik.agent.ingress;

import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the cluster's own programs listen on its nodes. They know who asks by more than his address, but a way from the outside to
 * them is not somebody's to open by an Ingress. Pure.
 *
 * @param nodes the kubelets' ports by address
 * @param api the API's virtual addresses
 * @param reserved further ports of nodes, with whose they are
 */
record NodePlaces(Map<Address, Integer> nodes, Set<Address> api, Map<Integer, String> reserved) {
    static NodePlaces of(Collection<KubeObject> nodes, Optional<KubeObject> kubernetes, Map<Integer, String> reserved) {
        Map<Address, Integer> ports = new HashMap<>();
        for (KubeObject node : nodes) {
            int kubelet = Json.intOr(0, node.tree(), "status", "daemonEndpoints", "kubeletEndpoint", "Port");
            Json.items(node.tree(), "status", "addresses").forEach(entry -> Address.find(Json.text(entry, "address"))
                    .ifPresent(address -> ports.put(address, kubelet)));
        }
        Set<Address> api = new HashSet<>();
        kubernetes.ifPresent(service -> Json.stringList(service.tree(), "spec", "clusterIPs")
                .forEach(ip -> Address.find(ip).ifPresent(api::add)));
        return new NodePlaces(ports, api, reserved);
    }

    Optional<String> whose(Address address, int port) {
        if (api.contains(address)) {
            return Optional.of("which is the API server");
        }
        Integer kubelet = nodes.get(address);
        if (kubelet == null) {
            return Optional.empty();
        }
        return kubelet == port
                ? Optional.of("which is a node's kubelet")
                : Optional.ofNullable(reserved.get(port)).map(whose -> "which is " + whose + " of a node");
    }

    static boolean ready(KubeObject node) {
        return Json.items(node.tree(), "status", "conditions").stream()
                .anyMatch(each -> Json.text(each, "type").equals("Ready")
                        && Json.text(each, "status").equals("True"));
    }
}
