package io.minik.agent.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.runtime.criapi.HostPorts;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Which elements one pod of this node wants for its host ports. Pure. */
final class HostPortRules {
    private HostPortRules() {}

    static Map<Element, String> of(KubeObject pod) {
        Map<Element, String> elements = new TreeMap<>();
        Map<Family, String> pods = new EnumMap<>(Family.class);
        Stream.concat(
                        Stream.of(pod.text("status", "podIP")),
                        Json.items(pod.tree(), "status", "podIPs").stream().map(entry -> Json.text(entry, "ip")))
                .flatMap(text -> Address.find(text).stream())
                .forEach(address -> pods.putIfAbsent(Family.of(address), address.toString()));
        boolean ended = List.of("Succeeded", "Failed").contains(pod.text("status", "phase"));
        if (ended || Json.bool(pod.tree(), "spec", "hostNetwork")) {
            return elements;
        }
        for (JsonNode container : Json.items(pod.tree(), "spec", "containers")) {
            for (JsonNode port : Json.items(container, "ports")) {
                if (Json.intOr(0, port, "hostPort") != 0) {
                    HostPorts.Port wanted = new HostPorts.Port(
                            Json.textOr("TCP", port, "protocol").toLowerCase(Locale.ROOT),
                            Json.intOr(0, port, "containerPort"),
                            Json.intOr(0, port, "hostPort"),
                            Json.text(port, "hostIP"));
                    pods.forEach((family, ip) -> port(elements, family, ip, wanted));
                }
            }
        }
        return elements;
    }

    /** Of a pod that the API knows nothing of. @param ips its own */
    static Map<Element, String> of(List<String> ips, List<HostPorts.Port> ports) {
        Map<Element, String> elements = new TreeMap<>();
        Map<Family, String> pods = new EnumMap<>(Family.class);
        ips.stream()
                .flatMap(text -> Address.find(text).stream())
                .forEach(address -> pods.putIfAbsent(Family.of(address), address.toString()));
        ports.forEach(port -> pods.forEach((family, ip) -> port(elements, family, ip, port)));
        return elements;
    }

    private static void port(Map<Element, String> elements, Family family, String podIp, HostPorts.Port port) {
        String target = podIp + " . " + port.containerPort();
        Optional<Address> hostIp = Address.find(port.hostIp());
        if (hostIp.isEmpty() || hostIp.get().isUnspecified()) {
            elements.put(
                    new Element(family.named(port.protocol() + "_host"), Integer.toString(port.hostPort())), target);
        } else if (Family.of(hostIp.get()) == family) {
            elements.put(
                    new Element(family.named(port.protocol() + "_hostip"), hostIp.get() + " . " + port.hostPort()),
                    target);
        }
        elements.put(new Element(family.named("hairpin"), podIp + " . " + podIp), "");
    }
}
