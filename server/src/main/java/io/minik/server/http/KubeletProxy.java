package io.minik.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.registry.Registry;
import io.minik.server.request.Request;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Requests that end elsewhere: logs, exec, attach and port-forward at the pod's kubelet; proxy at the node, the pod or the
 * service. {@link ProxyPlaces} finds out where; here the path is rewritten; the bytes are {@link ProxyPipe}'s.
 */
final class KubeletProxy {
    private static final int MOVED_PERMANENTLY = 301;

    /** Parameters of exec and attach, and the kubelet's words for them. */
    private static final Map<String, String> STREAMS =
            Map.of("stdin", "input", "stdout", "output", "stderr", "error", "tty", "tty");

    private final Registry registry;
    private final ConnectReview review;
    private final ProxyPlaces places;
    private final ProxyPipe pipe;

    KubeletProxy(
            Vertx vertx,
            Registry registry,
            RandomGenerator random,
            ApiServerConfig.KubeletTls tls,
            ConnectReview review) {
        this.review = review;
        this.registry = registry;
        this.places = new ProxyPlaces(registry, random);
        this.pipe = new ProxyPipe(vertx, tls);
    }

    /** Ends its connections. */
    Future<Void> close() {
        return pipe.close();
    }

    static ApiException noWay() {
        return ApiException.unavailable("this server has no way to its kubelets");
    }

    /** What the kubelet of a node answers to a GET, whole. */
    Future<Buffer> ask(String node, String method, String uri) {
        try {
            return pipe.ask(places.kubelet(node), method, uri);
        } catch (ApiException unknown) {
            return Future.failedFuture(unknown);
        }
    }

    /** What must be admitted first. @param asked the same, bound to its kind */
    Future<Answer> connect(ApiRequest request, Request asked) {
        Future<Void> ready = registry.writes().caughtUp();
        Future<Optional<ObjectNode>> admitted = ready.succeeded()
                ? review.admit(http(request), asked)
                : ready.compose(unused -> review.admit(http(request), asked));
        return admitted.succeeded()
                ? handle(request, admitted.result())
                : admitted.compose(changed -> handle(request, changed));
    }

    /** What nobody admits: logs. */
    Future<Answer> handle(ApiRequest request) {
        return handle(request, Optional.empty());
    }

    /** @param changed what admission made of the options */
    private Future<Answer> handle(ApiRequest request, Optional<ObjectNode> changed) {
        Target target = request.target();
        if (target.subresource().equals("proxy")) {
            return proxy(request, target, changed);
        }
        return target.resource().equals("pods") && target.group().isEmpty()
                ? pod(request, target, changed)
                : Future.failedFuture(Routes.noSuchPage());
    }

    private Future<Answer> proxy(ApiRequest request, Target target, Optional<ObjectNode> changed) {
        HttpServerRequest http = http(request);
        ProxyPath asked =
                ProxyPath.of(http.path(), http.query(), !target.namespace().isEmpty());
        ProxyPath path =
                changed.map(options -> asked.to(Json.text(options, "path"))).orElse(asked);
        ProxyPipe.Place place =
                switch (target.resource()) {
                    case "pods" -> places.pod(target);
                    case "services" -> places.service(target);
                    case "nodes" -> places.node(target.name());
                    default -> throw Routes.noSuchPage();
                };
        boolean reads = http.method().equals(HttpMethod.GET) || http.method().equals(HttpMethod.HEAD);
        if (path.rest().isEmpty() && reads && !ProxyPipe.upgrades(http)) {
            // Relative links of the page would lose their last step without the slash.
            return Future.succeededFuture(new Answer.Raw(
                    MOVED_PERMANENTLY, "", Map.of("Location", path.prefix() + "/" + path.query()), Buffer.buffer()));
        }
        return pipe.open(request, place, path.uri(), new SitePassing(place, path.prefix()));
    }

    private Future<Answer> pod(ApiRequest request, Target target, Optional<ObjectNode> changed) {
        KubeObject pod = registry.find(Resources.PODS, ObjectKey.of(target.namespace(), target.name()))
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.PODS, target.name()));
        String node = pod.text("spec", "nodeName");
        if (target.subresource().equals("log")) {
            String container = container(pod, request.parameter("container"));
            if (node.isEmpty()) {
                return Future.succeededFuture(Answer.Raw.text(200, ""));
            }
            return pipe.open(
                    request,
                    places.kubelet(node),
                    "/containerLogs/" + path(pod) + "/" + escape(container)
                            + query(
                                    http(request).params(),
                                    List.of("container", "insecureSkipTLSVerifyBackend"),
                                    Map.of()),
                    new LogPassing(request.wire().orElseThrow(), pod.name()));
        }
        if (node.isEmpty()) {
            throw ApiException.badRequest("pod " + target.name() + " does not have a host assigned");
        }
        MultiMap asked = changed.map(ConnectReview::parameters)
                .orElseGet(() -> http(request).params());
        String container =
                changed.map(options -> Json.text(options, "container")).orElseGet(() -> request.parameter("container"));
        String place = target.subresource().equals("portforward")
                ? "/portForward/" + path(pod) + query(asked, List.of(), Map.of())
                : "/" + target.subresource() + "/" + path(pod) + "/" + escape(container(pod, container))
                        + query(asked, List.of("container"), STREAMS);
        return pipe.open(request, places.kubelet(node), place, Passing.AS_IS);
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

    private static String path(KubeObject pod) {
        return escape(pod.namespace()) + "/" + escape(pod.name());
    }

    /** Parameters, some dropped, some renamed ({@code true} becomes 1). */
    private static String query(MultiMap parameters, List<String> dropped, Map<String, String> renamed) {
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

    /** As one step of a path. */
    static String escape(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
