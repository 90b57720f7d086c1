package io.minik.agent.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A pod as policies see it.
 *
 * @param ports that containers name
 * @param here it runs on this node
 */
record PolicyPod(
        String namespace, Map<String, String> labels, Set<Address> addresses, List<NamedPort> ports, boolean here) {
    /** @param protocol {@code TCP} */
    record NamedPort(String name, String protocol, int number) {}

    /**
     * @param known addresses that the node knows already and the API not yet
     * @return empty for one that no policy is about: it has no address of its own, or has ended
     */
    static Optional<PolicyPod> of(KubeObject pod, List<String> known, String node) {
        boolean ended = List.of("Succeeded", "Failed").contains(pod.text("status", "phase"));
        if (ended || pod.part("spec", "hostNetwork").asBoolean(false)) {
            return Optional.empty();
        }
        Set<Address> addresses = new LinkedHashSet<>();
        known.forEach(text -> Address.find(text).ifPresent(addresses::add));
        Address.find(pod.text("status", "podIP")).ifPresent(addresses::add);
        for (JsonNode entry : pod.part("status", "podIPs")) {
            Address.find(Json.text(entry, "ip")).ifPresent(addresses::add);
        }
        if (addresses.isEmpty()) {
            return Optional.empty();
        }
        List<NamedPort> ports = new ArrayList<>();
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : pod.part("spec", list)) {
                for (JsonNode port : Json.items(container, "ports")) {
                    if (!Json.text(port, "name").isEmpty()) {
                        ports.add(new NamedPort(
                                Json.text(port, "name"),
                                Json.textOr("TCP", port, "protocol"),
                                Json.intOr(0, port, "containerPort")));
                    }
                }
            }
        }
        return Optional.of(new PolicyPod(
                pod.namespace(),
                pod.meta().labels(),
                addresses,
                ports,
                pod.text("spec", "nodeName").equals(node)));
    }

    List<Integer> numbers(String name, String protocol) {
        return ports.stream()
                .filter(port -> port.name().equals(name) && port.protocol().equals(protocol))
                .map(NamedPort::number)
                .distinct()
                .sorted()
                .toList();
    }
}
