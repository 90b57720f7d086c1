package io.minik.server.reviews;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.authn.RequestAuthenticator;
import io.minik.server.authn.User;
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
                        status.set("user", userInfo(found.get().user()));
                        found.get().audiences().forEach(status.putArray("audiences")::add);
                    } else {
                        status.putObject("user");
                        status.put("error", "[invalid bearer token]");
                    }
                }));
    }

    Future<KubeObject> selfSubjectReview(Request request, KubeObject review) {
        return Future.succeededFuture(
                review.edit(tree -> tree.putObject("status").set("userInfo", userInfo(request.user()))));
    }

    /** authentication.k8s.io/v1 UserInfo; empty fields are left out. */
    private static ObjectNode userInfo(User user) {
        ObjectNode tree = Json.object().put("username", user.name());
        if (!user.uid().isEmpty()) {
            tree.put("uid", user.uid());
        }
        if (!user.groups().isEmpty()) {
            user.groups().forEach(tree.putArray("groups")::add);
        }
        if (!user.extra().isEmpty()) {
            ObjectNode extra = tree.putObject("extra");
            user.extra().forEach((key, values) -> values.forEach(extra.withArray(key)::add));
        }
        return tree;
    }
}
