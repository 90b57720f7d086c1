package io.minik.server.reviews;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.authn.RequestAuthenticator;
import io.minik.server.request.Request;
import io.vertx.core.Future;
import java.util.List;

/** Who is it: TokenReview, SelfSubjectReview. */
final class IdentityReviews {
    private final RequestAuthenticator authenticator;

    IdentityReviews(RequestAuthenticator authenticator) {
        this.authenticator = authenticator;
    }

    Future<KubeObject> tokenReview(Request request, KubeObject review) {
        String token = review.text("spec", "token");
        if (token.isEmpty()) {
            return Future.failedFuture(ApiException.badRequest("token is required for TokenReview in authentication"));
        }
        List<String> audiences = Json.stringList(review.tree(), "spec", "audiences");
        return authenticator
                .verifyToken(token, audiences)
                .map(found -> review.edit(tree -> {
                    ObjectNode status = tree.putObject("status");
                    if (found.isPresent()) {
                        status.put("authenticated", true);
                        status.set("user", found.get().user().tree());
                        found.get().audiences().forEach(status.putArray("audiences")::add);
                    } else {
                        status.putObject("user");
                        status.put("error", "[invalid bearer token]");
                    }
                }));
    }

    Future<KubeObject> selfSubjectReview(Request request, KubeObject review) {
        return Future.succeededFuture(review.edit(
                tree -> tree.putObject("status").set("userInfo", request.user().tree())));
    }
}
