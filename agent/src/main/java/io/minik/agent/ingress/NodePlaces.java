package io.minik.agent.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
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
 * @param servers where the API is behind these
 * @param reserved further ports of nodes, with whose they are
 */
record NodePlaces(
        Map<Address, Integer> nodes, Set<Address> api, Set<BackendEndpoint> servers, Map<Integer, String> reserved) {
    /** @param servers the slices of the Service kubernetes */
    static NodePlaces of(
            Collection<KubeObject> nodes,
            Optional<KubeObject> kubernetes,
            Collection<KubeObject> servers,
            Map<Integer, String> reserved) {
        Map<Address, Integer> ports = new HashMap<>();
        for (KubeObject node : nodes) {
            int kubelet = Json.intOr(0, node.tree(), "status", "daemonEndpoints", "kubeletEndpoint", "Port");
            Json.items(node.tree(), "status", "addresses").forEach(entry -> Address.find(Json.text(entry, "address"))
                    .ifPresent(address -> ports.put(address, kubelet)));
            // The bridge of a node has the first address of its pods' range: the node listens there as well.
            Json.stringList(node.tree(), "spec", "podCIDRs")
                    .forEach(range -> Cidr.find(range).ifPresent(pods -> ports.put(pods.at(1), kubelet)));
        }
        Set<Address> api = new HashSet<>();
        kubernetes.ifPresent(service -> Json.stringList(service.tree(), "spec", "clusterIPs")
                .forEach(ip -> Address.find(ip).ifPresent(api::add)));
        Set<BackendEndpoint> behind = new HashSet<>();
        for (KubeObject slice : servers) {
            for (JsonNode port : Json.items(slice.tree(), "ports")) {
                Json.items(slice.tree(), "endpoints").stream()
                        .flatMap(endpoint -> Json.stringList(endpoint, "addresses").stream())
                        .forEach(ip -> behind.add(new BackendEndpoint(ip, Json.intOr(0, port, "port"))));
            }
        }
        return new NodePlaces(ports, api, behind, reserved);
    }

    Optional<String> whose(Address address, int port) {
        if (api.contains(address) || servers.contains(new BackendEndpoint(address.toString(), port))) {
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
