package io.minik.agent.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Services and slices for tests. */
public final class Objects {
    private Objects() {}

    /** @param spec more of it: {@code "type":"NodePort"} without braces, may be empty */
    public static KubeObject service(String name, String ip, String ports, String spec) {
        String more = spec.isEmpty() ? "" : "," + spec;
        return parse("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"namespace\":\"default\",\"name\":\""
                + name
                + "\"},\"spec\":{\"clusterIP\":\"" + ip + "\",\"clusterIPs\":[\"" + ip + "\"],\"ports\":[" + ports + "]"
                + more + "}}");
    }

    public static String port(String name, int port, String more) {
        return "{\"name\":\"" + name + "\",\"protocol\":\"TCP\",\"port\":" + port + (more.isEmpty() ? "" : "," + more)
                + "}";
    }

    /** @param endpoints {@code 10.42.0.2@node}, with a trailing ! for one that is not ready */
    public static KubeObject slice(String service, String portName, int port, String... endpoints) {
        return slice(service, portName, "TCP", port, endpoints);
    }

    public static KubeObject slice(String service, String portName, String protocol, int port, String... endpoints) {
        return KubeObject.named(
                "discovery.k8s.io/v1", "EndpointSlice", ObjectKey.of("default", service + "-x"), tree -> {
                    Json.child(tree, "metadata").putObject("labels").put("kubernetes.io/service-name", service);
                    tree.put("addressType", endpoints.length > 0 && endpoints[0].indexOf(':') >= 0 ? "IPv6" : "IPv4");
                    tree.putArray("ports")
                            .addObject()
                            .put("name", portName)
                            .put("port", port)
                            .put("protocol", protocol);
                    for (String endpoint : List.of(endpoints)) {
                        String[] parts = endpoint.replace("!", "").split("@");
                        ObjectNode entry = tree.withArray("endpoints").addObject();
                        entry.putArray("addresses").add(parts[0]);
                        entry.putObject("conditions").put("ready", !endpoint.endsWith("!"));
                        if (parts.length > 1) {
                            entry.put("nodeName", parts[1]);
                        }
                    }
                });
    }

    /** The same under another name. */
    public static KubeObject named(KubeObject object, String name) {
        ObjectNode tree = object.tree().deepCopy();
        Json.child(tree, "metadata").put("name", name);
        return KubeObject.of(tree);
    }

    public static KubeObject parse(String json) {
        return KubeObject.of(Json.parseObject(json.getBytes(StandardCharsets.UTF_8)));
    }
}
