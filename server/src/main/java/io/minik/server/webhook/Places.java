package io.minik.server.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.admission.Lookup;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Where a Service leads at this moment: one of its ready endpoints, a different one from call to call. */
public final class Places {
    private static final String OF_SERVICE = "kubernetes.io/service-name";

    private final Lookup lookup;
    private final RandomGenerator random;

    public Places(Lookup lookup, RandomGenerator random) {
        this.lookup = lookup;
        this.random = random;
    }

    /**
     * An address of the network, and how it may be reached where the network is not.
     *
     * @param node on which it is; empty if nobody says
     * @param pod whose address it is; its name is empty if it is no pod's
     */
    public record Place(String host, int port, String node, ObjectKey pod) {
        static Place of(String host, int port) {
            return new Place(host, port, "", ObjectKey.cluster(""));
        }

        @Override
        public String toString() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    /** @throws ApiException if there is none */
    public Place of(String namespace, String name, int port) {
        KubeObject service = lookup.find(Resources.SERVICES, ObjectKey.of(namespace, name))
                .orElseThrow(() -> ApiException.unavailable("service \"" + name + "\" not found"));
        JsonNode spec = service.compact().at("spec");
        String portName = Json.items(spec, "ports").stream()
                .filter(candidate -> Json.intOr(0, candidate, "port") == port)
                .map(candidate -> Json.text(candidate, "name"))
                .findFirst()
                .orElseThrow(() ->
                        ApiException.unavailable("no service port " + port + " found for service \"" + name + "\""));
        if (Json.text(spec, "type").equals("ExternalName")) {
            return Place.of(Json.text(spec, "externalName"), port);
        }
        List<Place> ready = ready(namespace, name, portName);
        if (ready.isEmpty()) {
            throw ApiException.unavailable("no endpoints available for service \"" + name + "\"");
        }
        return ready.get(random.nextInt(ready.size()));
    }

    private List<Place> ready(String namespace, String name, String portName) {
        List<Place> ready = new ArrayList<>();
        for (KubeObject slice : lookup.list(Resources.ENDPOINT_SLICES, namespace)) {
            if (!name.equals(slice.meta().labels().get(OF_SERVICE))) {
                continue;
            }
            JsonNode tree = slice.compact().tree();
            for (JsonNode port : Json.items(tree, "ports")) {
                int number = Json.intOr(0, port, "port");
                if (number > 0 && Json.text(port, "name").equals(portName)) {
                    Json.items(tree, "endpoints").stream()
                            .filter(endpoint -> Json.boolOr(true, endpoint, "conditions", "ready"))
                            .forEach(endpoint -> addresses(endpoint, number, ready));
                }
            }
        }
        return ready;
    }

    /** All addresses of one endpoint are the same to clients: the first will do. */
    private static void addresses(JsonNode endpoint, int port, List<Place> ready) {
        String pod =
                Json.text(endpoint, "targetRef", "kind").equals("Pod") ? Json.text(endpoint, "targetRef", "name") : "";
        Json.items(endpoint, "addresses").stream()
                .findFirst()
                .ifPresent(address -> ready.add(new Place(
                        address.asText(),
                        port,
                        Json.text(endpoint, "nodeName"),
                        ObjectKey.of(Json.text(endpoint, "targetRef", "namespace"), pod))));
    }
}
