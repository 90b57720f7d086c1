package io.minik.agent.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.core.Pod;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Asks the API for service account tokens bound to a pod. */
final class Tokens {
    /** API default of expirationSeconds. */
    static final long DEFAULT_SECONDS = 3600;

    private final ApiClient api;

    Tokens(ApiClient api) {
        this.api = api;
    }

    record Token(String text, Instant expires) {}

    Future<Token> request(Pod pod, Projection.TokenSource source) {
        ObjectKey account = ObjectKey.of(pod.namespace(), pod.spec().serviceAccountName());
        KubeObject request = KubeObject.named("authentication.k8s.io/v1", "TokenRequest", account, tree -> {
            ObjectNode spec = tree.putObject("spec").put("expirationSeconds", source.expirationSeconds());
            if (!source.audience().isEmpty()) {
                spec.putArray("audiences").add(source.audience());
            } else {
                spec.putArray("audiences");
            }
            spec.putObject("boundObjectRef")
                    .put("apiVersion", "v1")
                    .put("kind", "Pod")
                    .put("name", pod.name())
                    .put("uid", pod.uid());
        });
        return api.create(Resources.SERVICE_ACCOUNTS, account, "token", request)
                .map(answer -> new Token(Json.text(answer.tree(), "status", "token"), expires(answer)))
                .recover(error ->
                        Future.failedFuture(new VolumeFault("failed to fetch token: " + error.getMessage(), error)));
    }

    private static Instant expires(KubeObject answer) {
        String text = answer.text("status", "expirationTimestamp");
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new VolumeFault("failed to fetch token: the answer says no time of expiry: " + text, e);
        }
    }
}
