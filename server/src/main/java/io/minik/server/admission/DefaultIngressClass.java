package io.minik.server.admission;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.Comparator;

/** An Ingress that names no class, in neither way, gets the default one; of several, the newest. */
public final class DefaultIngressClass implements Admission {
    private static final Resource INGRESSES = new Resource("networking.k8s.io", "v1", "ingresses", "Ingress", true);
    private static final Resource CLASSES =
            new Resource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false);
    private static final String DEFAULT = "ingressclass.kubernetes.io/is-default-class";
    private static final String OLD_CLASS = "kubernetes.io/ingress.class";

    @Override
    public String name() {
        return "DefaultIngressClass";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (!review.is(Operation.CREATE, INGRESSES)
                || Json.at(review.object(), "spec").has("ingressClassName")
                || Json.at(review.object(), "metadata", "annotations").has(OLD_CLASS)) {
            return DONE;
        }
        review.lookup().list(CLASSES, "").stream()
                .filter(found -> "true".equals(found.annotations().get(DEFAULT)))
                .max(Comparator.comparing((KubeObject found) -> found.meta().creationTimestamp())
                        .thenComparing(KubeObject::name, Comparator.reverseOrder()))
                .ifPresent(found -> Json.child(review.object(), "spec").put("ingressClassName", found.name()));
        return DONE;
    }
}
