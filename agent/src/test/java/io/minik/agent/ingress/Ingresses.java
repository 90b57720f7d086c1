package io.minik.agent.ingress;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Objects of tests, each younger than the one before, in JSON with single quotes. */
final class Ingresses implements ClusterView {
    final List<KubeObject> all = new ArrayList<>();
    final Map<ObjectKey, KubeObject> services = new HashMap<>();
    final Map<ObjectKey, List<KubeObject>> slices = new HashMap<>();
    private int second;

    static ObjectNode tree(String json) {
        return Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    KubeObject object(String kind, String key, String body) {
        String[] names = key.split("/");
        ObjectNode tree = tree("{" + body + "}");
        tree.put("apiVersion", "v1").put("kind", kind);
        Json.child(tree, "metadata")
                .put("namespace", names[0])
                .put("name", names[1])
                .put("uid", "uid-" + key)
                .put("creationTimestamp", "2026-01-01T00:00:" + String.format("%02d", second++) + "Z");
        return KubeObject.of(tree);
    }

    /** @param body of spec; annotations beside it: {@code 'a':'b'} */
    KubeObject ingress(String key, String annotations, String spec) {
        KubeObject made =
                object("Ingress", key, "'metadata':{'annotations':{" + annotations + "}},'spec':{" + spec + "}");
        all.add(made);
        return made;
    }

    /** One rule with one path to port 80 of a Service. */
    KubeObject rule(String key, String host, String type, String path, String service) {
        return rule(key, "", host, type, path, service);
    }

    KubeObject rule(String key, String annotations, String host, String type, String path, String service) {
        return ingress(
                key,
                annotations,
                "'rules':[{" + (host.isEmpty() ? "" : "'host':'" + host + "',") + "'http':{'paths':[{'path':'" + path
                        + "','pathType':'" + type + "','backend':" + backend(service) + "}]}}]");
    }

    static String backend(String service) {
        return "{'service':{'name':'" + service + "','port':{'number':80}}}";
    }

    /** A Service with port 80 named web, and pods of these addresses behind it. */
    Ingresses service(String key, String... addresses) {
        services.put(
                ObjectKey.of(key.split("/")[0], key.split("/")[1]),
                object("Service", key, "'spec':{'ports':[{'name':'web','port':80,'targetPort':8080}]}"));
        List<String> endpoints = new ArrayList<>();
        for (String address : addresses) {
            endpoints.add("{'addresses':['" + address + "'],'conditions':{'ready':true}}");
        }
        slice(key, String.join(",", endpoints));
        return this;
    }

    Ingresses slice(String service, String endpoints) {
        slices.computeIfAbsent(ObjectKey.of(service.split("/")[0], service.split("/")[1]), none -> new ArrayList<>())
                .add(object(
                        "EndpointSlice",
                        service,
                        "'ports':[{'name':'web','port':8080,'protocol':'TCP'}],'endpoints':[" + endpoints + "]"));
        return this;
    }

    RoutingPlan plan() {
        return RoutingPlan.of(all, this);
    }

    /** Where a request ends: the backend's name, or empty. */
    String find(String host, String path) {
        return plan().table()
                .find(host, path)
                .map(match -> match.route().backend().name())
                .orElse("");
    }

    @Override
    public Optional<KubeObject> service(ObjectKey key) {
        return Optional.ofNullable(services.get(key));
    }

    @Override
    public Collection<KubeObject> slices(ObjectKey service) {
        return slices.getOrDefault(service, List.of());
    }

    @Override
    public Optional<String> reserved(Address address, int port) {
        return address.toString().equals("192.168.0.1") ? Optional.of("which is a node's kubelet") : Optional.empty();
    }
}
