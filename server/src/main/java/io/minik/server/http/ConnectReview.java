package io.minik.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.schema.Subresource;
import io.minik.ground.json.Json;
import io.minik.server.admission.AdmissionChain;
import io.minik.server.admission.Effects;
import io.minik.server.admission.Lookup;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.request.Request;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Asks those whom users configure whether a way through may be opened: exec, attach, port-forward and proxy are admitted as CONNECT. */
final class ConnectReview {
    private static final Set<String> FLAGS = Set.of("stdin", "stdout", "stderr", "tty");
    private static final Set<String> HEADS = Set.of("kind", "apiVersion");
    private static final Set<String> LISTS = Set.of("command");

    private final AdmissionChain chain;
    private final Lookup lookup;
    private final InstantSource clock;

    ConnectReview(AdmissionChain chain, Lookup lookup, InstantSource clock) {
        this.chain = chain;
        this.lookup = lookup;
        this.clock = clock;
    }

    /**
     * Fails with the refusal. Warnings go into the head of the answer.
     *
     * @return what is asked for instead, if somebody changed it
     */
    Future<Optional<ObjectNode>> admit(HttpServerRequest http, Request request) {
        ObjectNode said = options(http, request);
        Review review = new Review(
                Operation.CONNECT,
                request,
                request.key(),
                said.deepCopy(),
                Optional.empty(),
                clock.instant(),
                lookup,
                Effects.after(List.of()));
        return chain.mutate(review)
                .compose(unused -> chain.validate(review))
                .onSuccess(unused -> WarningHeaders.fitting(review.effects().warnings())
                        .forEach(text -> http.response().headers().add("Warning", Responses.warning(text))))
                .map(unused -> Optional.of(review.object()).filter(options -> !options.equals(said)));
    }

    /** Options as the parameters of a URL again. */
    static MultiMap parameters(ObjectNode options) {
        MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
        for (Map.Entry<String, JsonNode> option : options.properties()) {
            JsonNode value = option.getValue();
            if (value.isArray()) {
                value.forEach(each -> parameters.add(option.getKey(), each.asText()));
            } else if (!HEADS.contains(option.getKey()) && value.isValueNode() && !value.isNull()) {
                parameters.add(option.getKey(), value.asText());
            }
        }
        return parameters;
    }

    /** What is asked for as an object: PodExecOptions, ServiceProxyOptions … */
    private static ObjectNode options(HttpServerRequest http, Request request) {
        Subresource part = request.kind().subresource(request.subresource()).orElseThrow();
        ObjectNode options = Json.object().put("kind", part.kind()).put("apiVersion", part.version());
        if (request.subresource().equals("proxy")) {
            ProxyPath path = ProxyPath.of(
                    http.path(), http.query(), !request.key().namespace().isEmpty());
            options.put("path", path.rest());
            return options;
        }
        MultiMap parameters = http.params();
        for (String name : parameters.names()) {
            if (FLAGS.contains(name)) {
                options.put(name, Set.of("true", "1").contains(String.valueOf(parameters.get(name))));
            } else if (LISTS.contains(name)) {
                ArrayNode words = options.putArray(name);
                parameters.getAll(name).forEach(words::add);
            } else if (name.equals("ports")) {
                ArrayNode ports = options.putArray(name);
                parameters.getAll(name).stream()
                        .filter(port -> port.matches("\\d{1,5}"))
                        .forEach(port -> ports.add(Integer.parseInt(port)));
            } else if (name.equals("container")) {
                options.put(name, String.valueOf(parameters.get(name)));
            }
        }
        return options;
    }
}
