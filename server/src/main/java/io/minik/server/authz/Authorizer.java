package io.minik.server.authz;

import io.minik.server.authn.User;
import io.minik.server.request.Target;
import io.vertx.core.Future;

/**
 * Whether somebody may do what he asks. Called on the request's loop, must not block: who answers from memory gives a Future
 * that is complete already, and makes none for what is allowed.
 */
public interface Authorizer {
    Future<Decision> authorize(User user, Target asked);

    /** @param reason for audit and for the 403's text; may be empty */
    record Decision(Outcome outcome, String reason) {
        public boolean allowed() {
            return outcome == Outcome.ALLOW;
        }
    }

    enum Outcome {
        ALLOW,
        DENY,
        NO_OPINION
    }
}
