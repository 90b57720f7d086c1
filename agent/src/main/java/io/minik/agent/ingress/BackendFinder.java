package io.minik.agent.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** From the name of a Service and a port to whoever is ready behind it. Pure; for one plan. */
final class BackendFinder {
    /** A Service of more is asked at the first of them; the rest has the others' turn on other nodes. */
    static final int MOST_ENDPOINTS = 1000;

    private final ClusterView view;
    private final Map<String, ServiceBackend> found = new HashMap<>();

    BackendFinder(ClusterView view) {
        this.view = view;
    }

    /**
     * @param backend of an Ingress: {@code service} or {@code resource}
     * @param override what the annotations say is spoken there
     */
    ServiceBackend find(String namespace, JsonNode backend, Optional<BackendProtocol> override) {
        if (!backend.has("service")) {
            return ServiceBackend.broken(
                    namespace + "-resource", "a backend that is no Service but another resource is not served");
        }
        String service = Json.text(backend, "service", "name");
        String portName = Json.text(backend, "service", "port", "name");
        int portNumber = Json.intOr(0, backend, "service", "port", "number");
        String port = portName.isEmpty() ? Integer.toString(portNumber) : portName;
        String name = namespace + "-" + service + "-" + port;
        String key = name + " " + override.map(Enum::name).orElse("");
        return found.computeIfAbsent(
                key, unused -> find(name, ObjectKey.of(namespace, service), portName, portNumber, override));
    }

    private ServiceBackend find(
            String name, ObjectKey key, String portName, int portNumber, Optional<BackendProtocol> override) {
        Optional<KubeObject> service = view.service(key);
        if (service.isEmpty()) {
            return ServiceBackend.broken(name, "Service " + key + " does not exist");
        }
        if (service.get().text("spec", "type").equals("ExternalName")) {
            return ServiceBackend.broken(
                    name,
                    "Service " + key + " is of type ExternalName, which is not served: its name could lead to what only"
                            + " this node reaches");
        }
        for (JsonNode port : Json.items(service.get().tree(), "spec", "ports")) {
            boolean named = portName.isEmpty()
                    ? Json.intOr(0, port, "port") == portNumber
                    : Json.text(port, "name").equals(portName);
            if (named && Json.textOr("TCP", port, "protocol").equals("TCP")) {
                return ready(name, key, port, override);
            }
        }
        return ServiceBackend.broken(
                name, "Service " + key + " has no TCP port " + (portName.isEmpty() ? portNumber : portName));
    }

    private ServiceBackend ready(String name, ObjectKey service, JsonNode port, Optional<BackendProtocol> override) {
        Set<BackendEndpoint> ready = new LinkedHashSet<>();
        Set<BackendEndpoint> ending = new LinkedHashSet<>();
        List<String> refused = new ArrayList<>();
        String portName = Json.text(port, "name");
        for (KubeObject slice : view.slices(service)) {
            for (JsonNode open : Json.items(slice.tree(), "ports")) {
                int number = Json.intOr(0, open, "port");
                if (Json.text(open, "name").equals(portName)
                        && Json.textOr("TCP", open, "protocol").equals("TCP")
                        && number > 0) {
                    for (JsonNode entry : Json.items(slice.tree(), "endpoints")) {
                        collect(
                                entry,
                                number,
                                Json.boolOr(true, entry, "conditions", "ready") ? ready : ending,
                                refused);
                    }
                }
            }
        }
        Set<BackendEndpoint> chosen = ready.isEmpty() ? ending : ready;
        if (chosen.isEmpty() && !refused.isEmpty()) {
            return ServiceBackend.broken(name, "Service " + service + " leads to " + refused.get(0));
        }
        BackendProtocol protocol = override.orElseGet(() -> BackendProtocol.ofPort(Json.text(port, "appProtocol")));
        return ServiceBackend.of(
                name, protocol, chosen.stream().limit(MOST_ENDPOINTS).toList());
    }

    private void collect(JsonNode entry, int port, Set<BackendEndpoint> into, List<String> refused) {
        boolean serves = Json.boolOr(true, entry, "conditions", "ready")
                || (Json.bool(entry, "conditions", "serving") && Json.bool(entry, "conditions", "terminating"));
        Optional<Address> address =
                Json.stringList(entry, "addresses").stream().findFirst().flatMap(Address::find);
        if (!serves || address.isEmpty()) {
            return;
        }
        Optional<String> why = reserved(address.get(), port);
        if (why.isPresent()) {
            refused.add(address.get() + ":" + port + ", " + why.get());
        } else {
            into.add(new BackendEndpoint(address.get().toString(), port));
        }
    }

    /** A request that leaves from here must not reach what trusts this node alone. */
    private Optional<String> reserved(Address written, int port) {
        Address address = written.unmapped();
        if (address.isLoopback() || address.isUnspecified()) {
            return Optional.of("which is this node itself");
        }
        if (address.isLinkLocal() || address.isMulticast()) {
            return Optional.of("which is no address of a pod: metadata services have such");
        }
        return view.reserved(address, port);
    }
}
