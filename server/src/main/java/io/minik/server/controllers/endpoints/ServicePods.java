package io.minik.server.controllers.endpoints;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.core.PodGlance;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Pods;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which pods stand behind which service: wakes services when one of their pods changes in a way that shows, and reads
 * ports. Owned by the controllers' loop.
 */
final class ServicePods {
    private final Informer services;
    private final Informer pods;
    /** Parsed once per service: each pod's change is held against all services of its namespace. */
    private final Map<ObjectKey, LabelSelector> selectors = new HashMap<>();

    ServicePods(Informer services, Informer pods) {
        this.services = services;
        this.pods = pods;
        services.onChange((before, now) -> {
            before.ifPresent(service -> selectors.remove(service.key()));
            now.filter(ServicePods::selects)
                    .ifPresent(service -> selectors.put(
                            service.key(), LabelSelector.of(Json.strings(service.tree(), "spec", "selector"))));
        });
    }

    /** Its endpoints are ours to keep: it selects pods. */
    static boolean selects(KubeObject service) {
        return !service.at("spec", "selector").isEmpty()
                && !service.text("spec", "type").equals("ExternalName");
    }

    void wake(ReconcileLoop work) {
        pods.onChange((before, now) -> {
            if (before.isPresent() && now.isPresent() && shown(before.get()).equals(shown(now.get()))) {
                return;
            }
            before.ifPresent(pod -> servicesOf(pod).forEach(work::add));
            now.ifPresent(pod -> servicesOf(pod).forEach(work::add));
        });
    }

    /** All of a pod that an endpoint shows. */
    private static List<Object> shown(KubeObject pod) {
        return List.of(pod.uid(), pod.meta().labels(), pod.meta().deleting(), PodGlance.of(pod));
    }

    private List<ObjectKey> servicesOf(KubeObject pod) {
        List<ObjectKey> found = new ArrayList<>();
        for (KubeObject service : services.byNamespace(pod.namespace())) {
            LabelSelector selector = selectors.get(service.key());
            if (selector != null && selector.matches(pod.meta().labels())) {
                found.add(service.key());
            }
        }
        return found;
    }

    /** Its pods that have an address and are not finished, by name. */
    List<KubeObject> of(KubeObject service) {
        LabelSelector selector = LabelSelector.of(Json.strings(service.tree(), "spec", "selector"));
        List<KubeObject> found = new ArrayList<>();
        for (KubeObject pod : pods.byNamespace(service.namespace())) {
            if (!Pods.finished(pod)
                    && !PodGlance.of(pod).ips().isEmpty()
                    && selector.matches(pod.meta().labels())) {
                found.add(pod);
            }
        }
        found.sort(Comparator.comparing(KubeObject::name));
        return found;
    }

    /** Addresses of a pod of one family. */
    static Optional<String> address(KubeObject pod, boolean ipv6) {
        return PodGlance.of(pod).ips().stream()
                .filter(ip -> ip.contains(":") == ipv6)
                .findFirst();
    }

    /** The service's ports as this pod has them: a named target that the pod lacks is left out. */
    static ArrayNode ports(KubeObject service, KubeObject pod) {
        ArrayNode ports = Json.array();
        for (JsonNode port : service.at("spec", "ports")) {
            String protocol = Json.textOr("TCP", port, "protocol");
            int number = number(port, protocol, pod);
            if (number > 0) {
                ObjectNode entry = ports.addObject()
                        .put("name", Json.text(port, "name"))
                        .put("port", number)
                        .put("protocol", protocol);
                if (port.has("appProtocol")) {
                    entry.put("appProtocol", Json.text(port, "appProtocol"));
                }
            }
        }
        return ports;
    }

    private static int number(JsonNode port, String protocol, KubeObject pod) {
        JsonNode target = port.path("targetPort");
        if (target.isNumber()) {
            return target.intValue() == 0 ? Json.intOr(0, port, "port") : target.intValue();
        }
        if (target.isMissingNode()) {
            return Json.intOr(0, port, "port");
        }
        int found = named(pod.at("spec", "containers"), target.asText(), protocol);
        if (found > 0) {
            return found;
        }
        for (JsonNode container : pod.at("spec", "initContainers")) {
            if (Json.text(container, "restartPolicy").equals("Always")) {
                int own = named(Json.array().add(container), target.asText(), protocol);
                if (own > 0) {
                    return own;
                }
            }
        }
        return 0;
    }

    private static int named(JsonNode containers, String name, String protocol) {
        for (JsonNode container : containers) {
            for (JsonNode port : container.path("ports")) {
                if (Json.text(port, "name").equals(name)
                        && Json.textOr("TCP", port, "protocol").equals(protocol)) {
                    return Json.intOr(0, port, "containerPort");
                }
            }
        }
        return 0;
    }

    static boolean headless(KubeObject service) {
        return service.text("spec", "clusterIP").equals("None");
    }

    /** Set by name only if the pod's subdomain is this service. */
    static Optional<String> hostname(KubeObject service, KubeObject pod) {
        String hostname = pod.text("spec", "hostname");
        boolean ours = !hostname.isEmpty() && pod.text("spec", "subdomain").equals(service.name());
        return ours ? Optional.of(hostname) : Optional.empty();
    }

    static ObjectNode reference(KubeObject pod) {
        return Json.object()
                .put("kind", "Pod")
                .put("namespace", pod.namespace())
                .put("name", pod.name())
                .put("uid", pod.uid());
    }
}
