package io.minik.agent.streaming;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.UpgradeByPost;
import io.minik.ground.tls.ClientAuthority;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Who is let in to the kubelet, as upstream with webhooks: a client certificate of the cluster or a token that the API
 * server knows tells who it is, and the API server tells whether they may do that with {@code nodes/<subresource>}. Answers
 * are remembered for upstream's times. On the kubelet's context.
 */
public final class Gate {
    private static final Resource TOKEN_REVIEW =
            new Resource("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", false);
    private static final Resource ACCESS_REVIEW =
            new Resource("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false);

    /** The kubelet's defaults: cacheTTL of webhook authentication, cacheAuthorizedTTL, cacheUnauthorizedTTL. */
    private static final Duration TOKEN_KEPT = Duration.ofMinutes(2);

    private static final Duration YES_KEPT = Duration.ofMinutes(5);
    private static final Duration NO_KEPT = Duration.ofSeconds(30);

    /** A handful of scrapers call a kubelet; more means that somebody guesses tokens. */
    private static final int MAX_REMEMBERED = 200;

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int INTERNAL_ERROR = 500;

    private final ApiClient api;
    private final ClientAuthority clients;
    private final String nodeName;
    private final InstantSource clock;

    private record Kept<T>(T value, Instant until) {}

    private record Question(Caller caller, String verb, String subresource) {}

    // The kubelet's context.
    private final Map<String, Kept<Optional<Caller>>> tokens = new HashMap<>();
    private final Map<Question, Kept<Boolean>> decisions = new HashMap<>();

    public Gate(ApiClient api, ClientAuthority clients, String nodeName, InstantSource clock) {
        this.api = api;
        this.clients = clients;
        this.nodeName = nodeName;
        this.clock = clock;
    }

    ClientAuthority clients() {
        return clients;
    }

    /** Runs what is asked for, or answers 401 or 403. The request stays paused until it is decided. */
    void pass(HttpServerRequest request, Runnable allowed) {
        request.pause();
        Optional<Caller> byCertificate =
                clients.client(request.connection().sslSession()).map(Caller::of);
        Future<Optional<Caller>> caller =
                byCertificate.isPresent() ? Future.succeededFuture(byCertificate) : byToken(request);
        caller.compose(found -> found.isPresent()
                        ? may(found.get(), verb(request), request.path()).map(yes -> yes ? 0 : FORBIDDEN)
                        : Future.succeededFuture(UNAUTHORIZED))
                .onSuccess(refusal -> {
                    switch (refusal) {
                        case 0 -> {
                            request.resume();
                            allowed.run();
                        }
                        case UNAUTHORIZED -> refuse(request, UNAUTHORIZED, "Unauthorized");
                        default ->
                            refuse(
                                    request,
                                    FORBIDDEN,
                                    "Forbidden (user="
                                            + caller.result().map(Caller::name).orElse("") + ", verb=" + verb(request)
                                            + ", resource=nodes, subresource(s)="
                                            + subresources(request.path()) + ")");
                    }
                })
                .onFailure(error ->
                        refuse(request, INTERNAL_ERROR, "the API server could not be asked: " + error.getMessage()));
    }

    private static void refuse(HttpServerRequest request, int code, String why) {
        request.resume();
        KubeletServer.refuse(request, code, why);
    }

    // ---- who

    private Future<Optional<Caller>> byToken(HttpServerRequest request) {
        String header = String.valueOf(request.getHeader("Authorization"));
        String scheme = "Bearer ";
        if (!header.regionMatches(true, 0, scheme, 0, scheme.length())) {
            return Future.succeededFuture(Optional.empty());
        }
        String token = header.substring(scheme.length()).trim();
        Kept<Optional<Caller>> kept = tokens.get(token);
        if (kept != null && clock.instant().isBefore(kept.until())) {
            return Future.succeededFuture(kept.value());
        }
        KubeObject review = review(TOKEN_REVIEW, spec -> spec.put("token", token));
        return api.create(TOKEN_REVIEW, review).map(answer -> {
            Optional<Caller> caller = answer.at("status", "authenticated").asBoolean()
                    ? Optional.of(Caller.of(answer.at("status", "user")))
                    : Optional.empty();
            keep(tokens, token, caller, TOKEN_KEPT);
            return caller;
        });
    }

    // ---- what

    private static String verb(HttpServerRequest request) {
        return switch (UpgradeByPost.asked(request)) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            default -> "get";
        };
    }

    /** One of these is enough: the fine one, or {@code proxy}, which is all of the kubelet. */
    static List<String> subresources(String path) {
        String first = path.substring(1).split("/", 2)[0];
        return switch (first) {
            case "stats", "metrics", "spec", "checkpoint" -> List.of(first);
            case "logs" -> List.of("log");
            case "pods", "healthz", "configz" -> List.of(first, "proxy");
            case "runningpods" -> List.of("pods", "proxy");
            default -> List.of("proxy");
        };
    }

    private Future<Boolean> may(Caller caller, String verb, String path) {
        Future<Boolean> answer = Future.succeededFuture(caller.master());
        for (String subresource : subresources(path)) {
            answer = answer.compose(
                    yes -> yes ? Future.succeededFuture(true) : may(new Question(caller, verb, subresource)));
        }
        return answer;
    }

    private Future<Boolean> may(Question question) {
        Kept<Boolean> kept = decisions.get(question);
        if (kept != null && clock.instant().isBefore(kept.until())) {
            return Future.succeededFuture(kept.value());
        }
        KubeObject review = review(ACCESS_REVIEW, spec -> {
            question.caller().describe(spec);
            spec.putObject("resourceAttributes")
                    .put("verb", question.verb())
                    .put("version", "v1")
                    .put("resource", "nodes")
                    .put("subresource", question.subresource())
                    .put("name", nodeName);
        });
        return api.create(ACCESS_REVIEW, review).map(answer -> {
            boolean yes = answer.at("status", "allowed").asBoolean();
            keep(decisions, question, yes, yes ? YES_KEPT : NO_KEPT);
            return yes;
        });
    }

    private static KubeObject review(Resource resource, Consumer<ObjectNode> spec) {
        ObjectNode tree = Json.object().put("apiVersion", resource.apiVersion()).put("kind", resource.kind());
        tree.putObject("metadata");
        spec.accept(tree.putObject("spec"));
        return KubeObject.of(tree);
    }

    private <K, V> void keep(Map<K, Kept<V>> kept, K key, V value, Duration time) {
        if (kept.size() >= MAX_REMEMBERED) {
            kept.clear();
        }
        kept.put(key, new Kept<>(value, clock.instant().plus(time)));
    }
}
