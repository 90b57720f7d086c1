package io.minik.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Address;
import io.minik.server.http.ProxyPipe.Line;
import io.minik.server.http.ProxyPipe.Place;
import io.minik.server.registry.Registry;
import io.minik.server.request.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/** Where a name leads: a node's kubelet, or what {@code [scheme:]name[:port]} of a pod, service or node proxy means. */
final class ProxyPlaces {
    private static final int KUBELET_PORT = 10250;
    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final int MOST_PORT = 65_535;

    private final Registry registry;
    private final RandomGenerator random;

    ProxyPlaces(Registry registry, RandomGenerator random) {
        this.registry = registry;
        this.random = random;
    }

    /** @param scheme and port: empty if not said */
    record Named(String scheme, String name, String port) {
        static Optional<Named> parse(String id) {
            String[] words = id.split(":", -1);
            Named named =
                    switch (words.length) {
                        case 1 -> new Named("", words[0], "");
                        case 2 -> new Named("", words[0], words[1]);
                        case 3 -> new Named(words[0], words[1], words[2]);
                        default -> new Named("", "", "");
                    };
            boolean scheme = List.of("", "http", "https").contains(named.scheme());
            return scheme && !named.name().isEmpty() ? Optional.of(named) : Optional.empty();
        }

        static Named require(String kind, String id) {
            return parse(id).orElseThrow(() -> ApiException.badRequest("invalid " + kind + " request \"" + id + "\""));
        }

        Line line() {
            return scheme.equals("https") ? Line.TLS : Line.PLAIN;
        }

        private Place at(String ip, int number) {
            return new Place(ip, number, line());
        }
    }

    Place pod(Target target) {
        Named named = Named.require("pod", target.name());
        KubeObject pod = registry.find(Resources.PODS, ObjectKey.of(target.namespace(), named.name()))
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.PODS, named.name()));
        String ip = proxyable(pod.text("status", "podIP"));
        int preset = named.line() == Line.TLS ? HTTPS : HTTP;
        int port = named.port().isEmpty()
                ? declared(pod).orElse(preset)
                : number(named.port())
                        .orElseThrow(() -> ApiException.badRequest("invalid pod request \"" + target.name() + "\""));
        return named.at(ip, port);
    }

    /** The first port of the first container that has some. */
    private static OptionalInt declared(KubeObject pod) {
        return Json.items(pod.tree(), "spec", "containers").stream()
                .map(container -> Json.items(container, "ports"))
                .filter(ports -> !ports.isEmpty())
                .mapToInt(ports -> Json.intOr(HTTP, ports.get(0), "containerPort"))
                .findFirst();
    }

    /** Any ready endpoint of the port that is named, or of the one without a name. */
    Place service(Target target) {
        Named named = Named.require("service", target.name());
        ObjectKey key = ObjectKey.of(target.namespace(), named.name());
        KubeObject service = registry.find(Resources.SERVICES, key)
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.SERVICES, named.name()));
        String portName = portName(service, named.port());
        KubeObject endpoints = registry.find(Resources.ENDPOINTS, key)
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.ENDPOINTS, named.name()));
        List<Place> ready = new ArrayList<>();
        for (JsonNode subset : Json.items(endpoints.tree(), "subsets")) {
            for (JsonNode port : Json.items(subset, "ports")) {
                if (Json.text(port, "name").equals(portName)) {
                    Json.items(subset, "addresses")
                            .forEach(address ->
                                    ready.add(named.at(Json.text(address, "ip"), Json.intOr(HTTP, port, "port"))));
                }
            }
        }
        if (ready.isEmpty()) {
            throw ApiException.unavailable("no endpoints available for service \"" + named.name() + "\"");
        }
        Place chosen = ready.get(random.nextInt(ready.size()));
        proxyable(chosen.host());
        return chosen;
    }

    private static String portName(KubeObject service, String port) {
        OptionalInt number = number(port);
        if (number.isEmpty()) {
            return port;
        }
        return Json.items(service.tree(), "spec", "ports").stream()
                .filter(candidate -> Json.intOr(0, candidate, "port") == number.getAsInt())
                .map(candidate -> Json.text(candidate, "name"))
                .findFirst()
                .orElseThrow(() -> ApiException.unavailable(
                        "no service port " + number.getAsInt() + " found for service \"" + service.name() + "\""));
    }

    /** The kubelet, unless another port of the node is named. */
    Place node(String id) {
        Named named = Named.require("node", id);
        Place kubelet = kubelet(named.name());
        if (named.port().isEmpty() || named.port().equals(Integer.toString(kubelet.port()))) {
            return kubelet;
        }
        int port =
                number(named.port()).orElseThrow(() -> ApiException.badRequest("invalid node request \"" + id + "\""));
        return named.at(proxyable(kubelet.host()), port);
    }

    Place kubelet(String name) {
        KubeObject node = registry.find(Resources.NODES, ObjectKey.cluster(name))
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.NODES, name));
        String host = address(node, "InternalIP")
                .or(() -> address(node, "Hostname"))
                .orElseThrow(() -> ApiException.unavailable("no preferred addresses found; known addresses: []"));
        int port = Json.intOr(KUBELET_PORT, node.tree(), "status", "daemonEndpoints", "kubeletEndpoint", "Port");
        return new Place(host, port, Line.KUBELET);
    }

    private static Optional<String> address(KubeObject node, String type) {
        return Json.items(node.tree(), "status", "addresses").stream()
                .filter(address -> Json.text(address, "type").equals(type))
                .map(address -> Json.text(address, "address"))
                .findFirst();
    }

    private static OptionalInt number(String port) {
        try {
            int number = Integer.parseInt(port);
            return number > 0 && number <= MOST_PORT ? OptionalInt.of(number) : OptionalInt.empty();
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    /** Whoever writes a pod's or an Endpoints' status must not make the server speak to itself or to its link. */
    private static String proxyable(String ip) {
        return Address.find(ip)
                .filter(address -> !address.isLoopback()
                        && !address.isLinkLocal()
                        && !address.isMulticast()
                        && !address.isUnspecified())
                .orElseThrow(() -> ApiException.badRequest("address not allowed"))
                .toString();
    }
}
