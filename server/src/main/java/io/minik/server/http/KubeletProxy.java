package io.minik.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Requests that end elsewhere: logs, exec, attach and port-forward at the pod's kubelet; proxy at the node, the pod or the
 * service. Finds out where, rewrites the path, and leaves the bytes to {@link ProxyPipe}.
 */
final class KubeletProxy {
    private static final int KUBELET_PORT = 10250;
    private static final int HTTP = 80;

    /** Parameters of exec and attach, and the kubelet's words for them. */
    private static final Map<String, String> STREAMS =
            Map.of("stdin", "input", "stdout", "output", "stderr", "error", "tty", "tty");

    private final Registry registry;
    private final ProxyPipe pipe;

    KubeletProxy(Vertx vertx, Registry registry, ApiServerConfig.KubeletTls tls) {
        this.registry = registry;
        this.pipe = new ProxyPipe(vertx, tls);
    }

    Future<Answer> handle(ApiRequest request) {
        Target target = request.target();
        return switch (target.resource()) {
            case "pods" -> pod(request, target);
            case "nodes" -> pipe.open(request, kubelet(target.name()), "/" + target.rest() + rawQuery(request));
            case "services" -> service(request, target);
            default -> Future.failedFuture(Routes.noSuchPage());
        };
    }

    private Future<Answer> pod(ApiRequest request, Target target) {
        String name = target.name();
        int port = HTTP;
        if (target.subresource().equals("proxy") && name.contains(":")) {
            port = port(name);
            name = name.substring(0, name.indexOf(':'));
        }
        String wanted = name;
        KubeObject pod = registry.find(Resources.PODS, ObjectKey.of(target.namespace(), wanted))
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.PODS, wanted));
        if (target.subresource().equals("proxy")) {
            String ip = pod.text("status", "podIP");
            if (ip.isEmpty()) {
                throw ApiException.badRequest("address not allowed");
            }
            return pipe.open(request, new ProxyPipe.Place(ip, port, false), "/" + target.rest() + rawQuery(request));
        }
        String node = pod.text("spec", "nodeName");
        if (target.subresource().equals("log")) {
            String container = container(pod, request.parameter("container"));
            if (node.isEmpty()) {
                return Future.succeededFuture(Answer.Raw.text(200, ""));
            }
            return pipe.open(
                    request,
                    kubelet(node),
                    "/containerLogs/" + path(pod) + "/" + escape(container)
                            + query(request, List.of("container", "insecureSkipTLSVerifyBackend"), Map.of()));
        }
        if (node.isEmpty()) {
            throw ApiException.badRequest("pod " + wanted + " does not have a host assigned");
        }
        String place = target.subresource().equals("portforward")
                ? "/portForward/" + path(pod) + rawQuery(request)
                : "/" + target.subresource() + "/" + path(pod) + "/"
                        + escape(container(pod, request.parameter("container")))
                        + query(request, List.of("container"), STREAMS);
        return pipe.open(request, kubelet(node), place);
    }

    /** {@code [scheme:]name[:port]}; any ready endpoint will do. */
    private Future<Answer> service(ApiRequest request, Target target) {
        String[] words = target.name().split(":", -1);
        boolean tls = words.length == 3 && words[0].equals("https");
        String name = words.length == 3 ? words[1] : words[0];
        String port = words.length == 3 ? words[2] : words.length == 2 ? words[1] : "";
        ObjectKey key = ObjectKey.of(target.namespace(), name);
        KubeObject service = registry.find(Resources.SERVICES, key)
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.SERVICES, name));
        String portName = portName(service, port);
        KubeObject endpoints =
                registry.find(Resources.ENDPOINTS, key).map(KubeObject::compact).orElseThrow(() -> noEndpoints(name));
        for (JsonNode subset : Json.items(endpoints.tree(), "subsets")) {
            for (JsonNode candidate : Json.items(subset, "ports")) {
                if (Json.text(candidate, "name").equals(portName)) {
                    Optional<String> ip = Json.items(subset, "addresses").stream()
                            .map(address -> Json.text(address, "ip"))
                            .findFirst();
                    if (ip.isPresent()) {
                        return pipe.open(
                                request,
                                new ProxyPipe.Place(ip.get(), Json.intOr(HTTP, candidate, "port"), tls),
                                "/" + target.rest() + rawQuery(request));
                    }
                }
            }
        }
        throw noEndpoints(name);
    }

    private static String portName(KubeObject service, String port) {
        List<JsonNode> ports = Json.items(service.tree(), "spec", "ports");
        if (port.isEmpty() && ports.size() == 1) {
            return Json.text(ports.get(0), "name");
        }
        for (JsonNode candidate : ports) {
            if (Json.text(candidate, "name").equals(port)
                    || candidate.path("port").asText().equals(port)) {
                return Json.text(candidate, "name");
            }
        }
        throw ApiException.unavailable("no service port \"" + port + "\" found for service \"" + service.name() + "\"");
    }

    private static ApiException noEndpoints(String name) {
        return ApiException.unavailable("no endpoints available for service \"" + name + "\"");
    }

    private ProxyPipe.Place kubelet(String name) {
        KubeObject node = registry.find(Resources.NODES, ObjectKey.cluster(name))
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.NODES, name));
        String host = address(node, "InternalIP")
                .or(() -> address(node, "Hostname"))
                .orElseThrow(() -> ApiException.unavailable("no preferred addresses found; known addresses: []"));
        int port = Json.intOr(KUBELET_PORT, node.tree(), "status", "daemonEndpoints", "kubeletEndpoint", "Port");
        return new ProxyPipe.Place(host, port, true);
    }

    private static Optional<String> address(KubeObject node, String type) {
        return Json.items(node.tree(), "status", "addresses").stream()
                .filter(address -> Json.text(address, "type").equals(type))
                .map(address -> Json.text(address, "address"))
                .findFirst();
    }

    /** The container that is meant: the only one, if none is named. */
    static String container(KubeObject pod, String named) {
        List<String> names = names(pod, "containers");
        List<String> init = names(pod, "initContainers");
        List<String> ephemeral = names(pod, "ephemeralContainers");
        if (named.isEmpty()) {
            if (names.size() == 1) {
                return names.get(0);
            }
            String text = "a container name must be specified for pod " + pod.name() + ", choose one of: ["
                    + String.join(" ", names) + "]";
            if (!init.isEmpty()) {
                text += " or one of the init containers: [" + String.join(" ", init) + "]";
            }
            throw ApiException.badRequest(text);
        }
        if (!names.contains(named) && !init.contains(named) && !ephemeral.contains(named)) {
            throw ApiException.badRequest("container " + named + " is not valid for pod " + pod.name());
        }
        return named;
    }

    private static List<String> names(KubeObject pod, String list) {
        List<String> names = new ArrayList<>();
        Json.items(pod.tree(), "spec", list).forEach(container -> names.add(Json.text(container, "name")));
        return names;
    }

    private static int port(String name) {
        try {
            return Integer.parseInt(name.substring(name.indexOf(':') + 1));
        } catch (NumberFormatException e) {
            throw ApiException.badRequest("invalid pod request \"" + name + "\"");
        }
    }

    private static String path(KubeObject pod) {
        return escape(pod.namespace()) + "/" + escape(pod.name());
    }

    private static String rawQuery(ApiRequest request) {
        String query = http(request).query();
        return query == null || query.isEmpty() ? "" : "?" + query;
    }

    /** The request's parameters, some dropped, some renamed ({@code true} becomes 1). */
    private static String query(ApiRequest request, List<String> dropped, Map<String, String> renamed) {
        MultiMap parameters = http(request).params();
        List<String> words = new ArrayList<>();
        for (Map.Entry<String, String> parameter : parameters) {
            String name = parameter.getKey();
            if (dropped.contains(name)) {
                continue;
            }
            String value = parameter.getValue();
            if (renamed.containsKey(name)) {
                value = value.equals("true") ? "1" : value;
                if (!value.equals("1")) {
                    continue;
                }
            }
            words.add(escape(renamed.getOrDefault(name, name)) + "=" + escape(value));
        }
        return words.isEmpty() ? "" : "?" + String.join("&", words);
    }

    private static HttpServerRequest http(ApiRequest request) {
        return request.wire()
                .orElseThrow(() -> ApiException.badRequest("streams are served over HTTP alone"))
                .request();
    }

    private static String escape(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
