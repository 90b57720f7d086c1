package io.minik.server.controllers.accounts;

import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Deletes bootstrap tokens when their time is over; one whose time can't be read is over. A timer per token waits. */
public final class TokenCleaner implements Controller {
    private static final String TYPE = "bootstrap.kubernetes.io/token";
    private static final String HOME = "kube-system";

    private final ControllerContext context;
    private final Informer secrets;
    private final ReconcileLoop work;

    public TokenCleaner(ControllerContext context) {
        this.context = context;
        this.secrets = context.informer(Resources.SECRETS);
        this.work = context.reconcile("tokencleaner", this::reconcile)
                .watch(secrets, secret -> isToken(secret) ? List.of(secret.key()) : List.of());
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private static boolean isToken(KubeObject secret) {
        return secret.namespace().equals(HOME) && secret.text("type").equals(TYPE);
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> token = secrets.get(key)
                .filter(secret -> isToken(secret) && !secret.meta().deleting());
        String expiration =
                token.map(secret -> secret.text("data", "expiration")).orElse("");
        if (token.isEmpty() || expiration.isEmpty()) {
            return Outcomes.done();
        }
        Duration left = Duration.between(
                context.loop().now(), Outcomes.instant(decoded(expiration)).orElse(Instant.EPOCH));
        if (!left.isNegative() && !left.isZero()) {
            return Outcomes.again(left);
        }
        return Outcomes.done(Outcomes.ignoring(
                context.client()
                        .delete(
                                Resources.SECRETS,
                                key,
                                DeleteOptions.onlyIf(token.get().uid())),
                Reason.NotFound,
                Reason.Conflict));
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
