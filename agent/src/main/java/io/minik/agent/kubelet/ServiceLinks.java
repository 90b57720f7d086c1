package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.core.Pod;
import io.minik.api.object.KubeObject;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The {@code NAME_SERVICE_HOST} and docker-link variables of the services that a pod can see when it starts. */
final class ServiceLinks {
    private ServiceLinks() {}

    /** @param own services of the pod's namespace; @param master {@code default/kubernetes}, for every pod */
    static Map<String, String> of(Pod pod, Collection<KubeObject> own, Collection<KubeObject> master) {
        TreeMap<String, KubeObject> byName = new TreeMap<>();
        for (KubeObject service : master) {
            if (service.name().equals("kubernetes")) {
                byName.put(service.name(), service);
            }
        }
        if (pod.spec().enableServiceLinks()) {
            own.forEach(service -> byName.put(service.name(), service));
        }
        Map<String, String> variables = new LinkedHashMap<>();
        byName.values().forEach(service -> add(variables, service));
        return variables;
    }

    private static void add(Map<String, String> variables, KubeObject service) {
        String ip = service.text("spec", "clusterIP");
        JsonNode ports = service.at("spec", "ports");
        if (ip.isEmpty() || ip.equals("None") || ports.isEmpty()) {
            return;
        }
        String prefix = word(service.name());
        variables.put(prefix + "_SERVICE_HOST", ip);
        variables.put(prefix + "_SERVICE_PORT", ports.path(0).path("port").asText());
        for (JsonNode port : ports) {
            if (port.has("name") && !port.path("name").asText().isEmpty()) {
                variables.put(
                        prefix + "_SERVICE_PORT_" + word(port.path("name").asText()),
                        port.path("port").asText());
            }
        }
        String host = ip.contains(":") ? "[" + ip + "]" : ip;
        boolean first = true;
        for (JsonNode port : ports) {
            String protocol = port.path("protocol").asText("TCP");
            String number = port.path("port").asText();
            String url = protocol.toLowerCase(Locale.ROOT) + "://" + host + ":" + number;
            if (first) {
                variables.put(prefix + "_PORT", url);
                first = false;
            }
            String link = prefix + "_PORT_" + number + "_" + protocol.toUpperCase(Locale.ROOT);
            variables.put(link, url);
            variables.put(link + "_PROTO", protocol.toLowerCase(Locale.ROOT));
            variables.put(link + "_PORT", number);
            variables.put(link + "_ADDR", ip);
        }
    }

    private static String word(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
