package io.minik.server.admission;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;

/** Nothing is created in a namespace that is absent or going; the namespaces every cluster has can't be deleted. */
public final class NamespaceLifecycle implements Admission {
    private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

    @Override
    public String name() {
        return "NamespaceLifecycle";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (review.operation() != Operation.CREATE || !review.resource().namespaced()) {
            return DONE;
        }
        String namespace = review.key().namespace();
        KubeObject found = review.lookup()
                .find(Resources.NAMESPACES, ObjectKey.cluster(namespace))
                .orElseThrow(() -> ApiException.notFound(Resources.NAMESPACES, namespace));
        if (found.meta().deleting()) {
            String why = "unable to create new content in namespace " + namespace + " because it is being terminated";
            ApiException plain =
                    ApiException.forbidden(review.resource(), review.key().name(), why);
            Details details = plain.status().details();
            throw new ApiException(new Status(
                    Reason.Forbidden.code(),
                    Reason.Forbidden,
                    plain.status().message(),
                    new Details(
                            details.name(),
                            details.group(),
                            details.kind(),
                            "",
                            List.of(new Cause(
                                    "NamespaceTerminating",
                                    "namespace " + namespace + " is being terminated",
                                    "metadata.namespace")),
                            0)));
        }
        return DONE;
    }

    @Override
    public Future<Void> validate(Review review) {
        if (review.is(Operation.DELETE, Resources.NAMESPACES)
                && IMMORTAL.contains(review.key().name())) {
            throw ApiException.forbidden(
                    Resources.NAMESPACES, review.key().name(), "this namespace may not be deleted");
        }
        return DONE;
    }
}
