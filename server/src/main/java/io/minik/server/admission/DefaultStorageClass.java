package io.minik.server.admission;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.Comparator;

/** A claim that names no class gets the default one; of several, the newest. */
public final class DefaultStorageClass implements Admission {
    private static final String DEFAULT = "storageclass.kubernetes.io/is-default-class";
    private static final String OLD_CLASS = "volume.beta.kubernetes.io/storage-class";

    @Override
    public String name() {
        return "DefaultStorageClass";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (!review.is(Operation.CREATE, Resources.PERSISTENT_VOLUME_CLAIMS)
                || Json.at(review.object(), "spec").has("storageClassName")
                || Json.at(review.object(), "metadata", "annotations").has(OLD_CLASS)) {
            return DONE;
        }
        review.lookup().list(Resources.STORAGE_CLASSES, "").stream()
                .filter(found -> "true".equals(found.annotations().get(DEFAULT)))
                .max(Comparator.comparing((KubeObject found) -> found.meta().creationTimestamp())
                        .thenComparing(KubeObject::name, Comparator.reverseOrder()))
                .ifPresent(found -> Json.child(review.object(), "spec").put("storageClassName", found.name()));
        return DONE;
    }
}
