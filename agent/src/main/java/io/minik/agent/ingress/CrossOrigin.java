package io.minik.agent.ingress;

import io.minik.agent.ingress.RouteOptions.Cors;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;

/** What browsers are told of other origins, for back ends that don't. */
final class CrossOrigin {
    private CrossOrigin() {}

    static void answer(Conversation conversation, Decision.Preflight preflight) {
        Cors cors = preflight.cors();
        HttpServerResponse response = conversation.response();
        if (tell(cors, preflight.origin(), response.headers())) {
            response.putHeader("Access-Control-Allow-Methods", cors.methods());
            response.putHeader("Access-Control-Allow-Headers", cors.headers());
            response.putHeader("Access-Control-Max-Age", Integer.toString(cors.maxAge()));
        }
        response.setStatusCode(204);
        response.end().onFailure(IngressLoop::quietly);
        conversation.finish(204);
    }

    /** @return whether that origin may ask */
    static boolean tell(Cors cors, String origin, MultiMap headers) {
        Optional<String> allowed = cors.allow(origin);
        allowed.ifPresent(value -> {
            headers.set("Access-Control-Allow-Origin", value);
            if (!value.equals("*")) {
                headers.add("Vary", "Origin");
            }
            if (cors.credentials()) {
                headers.set("Access-Control-Allow-Credentials", "true");
            }
            if (!cors.exposed().isEmpty()) {
                headers.set("Access-Control-Expose-Headers", cors.exposed());
            }
        });
        return allowed.isPresent();
    }
}
