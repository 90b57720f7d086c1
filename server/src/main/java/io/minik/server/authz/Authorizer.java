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

    /**
     * @param reason for audit and for the 403's text; may be empty
     * @param error what kept somebody from an opinion; empty: nothing. Who is not allowed then is told of it instead
     */
    record Decision(Outcome outcome, String reason, String error) {
        public Decision(Outcome outcome, String reason) {
            this(outcome, reason, "");
        }

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
