package io.minik.agent.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Which elements one pod of this node wants for its host ports. Pure. IPv4. */
final class HostPortRules {
    private HostPortRules() {}

    static Map<Element, String> of(KubeObject pod) {
        Map<Element, String> elements = new TreeMap<>();
        String podIp = pod.text("status", "podIP");
        boolean ended = List.of("Succeeded", "Failed").contains(pod.text("status", "phase"));
        if (podIp.isEmpty() || podIp.indexOf(':') >= 0 || ended || Json.bool(pod.tree(), "spec", "hostNetwork")) {
            return elements;
        }
        for (JsonNode container : Json.items(pod.tree(), "spec", "containers")) {
            for (JsonNode port : Json.items(container, "ports")) {
                int hostPort = Json.intOr(0, port, "hostPort");
                if (hostPort == 0) {
                    continue;
                }
                String protocol = Json.textOr("TCP", port, "protocol").toLowerCase(Locale.ROOT);
                String target = podIp + " . " + Json.intOr(0, port, "containerPort");
                String hostIp = Json.text(port, "hostIP");
                if (hostIp.isEmpty() || hostIp.equals("0.0.0.0")) {
                    elements.put(new Element(protocol + "_host", Integer.toString(hostPort)), target);
                } else if (hostIp.indexOf(':') < 0) {
                    elements.put(new Element(protocol + "_hostip", hostIp + " . " + hostPort), target);
                }
                elements.put(new Element("hairpin", podIp + " . " + podIp), "");
            }
        }
        return elements;
    }
}
