package io.minik.server.admission;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.Map;

/** Claims and volumes are guarded from their first moment; a controller lets them go once nobody uses them. */
public final class StorageObjectInUse implements Admission {
    private static final Map<Resource, String> FINALIZERS = Map.of(
            Resources.PERSISTENT_VOLUME_CLAIMS, "kubernetes.io/pvc-protection",
            Resources.PERSISTENT_VOLUMES, "kubernetes.io/pv-protection");

    @Override
    public String name() {
        return "StorageObjectInUseProtection";
    }

    @Override
    public Future<Void> mutate(Review review) {
        String finalizer = FINALIZERS.get(review.resource());
        if (finalizer == null || !review.is(Operation.CREATE, review.resource())) {
            return DONE;
        }
        ObjectNode metadata = Json.child(review.object(), "metadata");
        if (!Json.stringList(metadata, "finalizers").contains(finalizer)) {
            ArrayNode finalizers =
                    metadata.get("finalizers") instanceof ArrayNode present ? present : metadata.putArray("finalizers");
            finalizers.add(finalizer);
        }
        return DONE;
    }
}
