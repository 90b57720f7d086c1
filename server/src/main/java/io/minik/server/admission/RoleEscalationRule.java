package io.minik.server.admission;

import io.minik.api.object.KubeObject;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authz.RoleEscalation;
import io.vertx.core.Future;

/** Nobody grants what he does not hold: asks {@link RoleEscalation} on writes of the RBAC kinds. */
public final class RoleEscalationRule implements Admission {
    private final RoleEscalation escalation;

    public RoleEscalationRule(RoleEscalation escalation) {
        this.escalation = escalation;
    }

    @Override
    public String name() {
        return "RoleEscalation";
    }

    @Override
    public Future<Void> validate(Review review) {
        if (review.operation() != Operation.DELETE && review.resource().group().equals("rbac.authorization.k8s.io")) {
            return escalation.check(review.user(), review.resource(), KubeObject.of(review.object()), review.old());
        }
        return DONE;
    }
}
