package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.Optional;

/** A claim grows only once it is bound, and only if its class says that volumes can. */
public final class PersistentVolumeClaimResize implements Admission {
    @Override
    public String name() {
        return "PersistentVolumeClaimResize";
    }

    @Override
    public Future<Void> validate(Review review) {
        if (!review.is(Operation.UPDATE, Resources.PERSISTENT_VOLUME_CLAIMS)) {
            return DONE;
        }
        KubeObject old = review.old().orElseThrow();
        Optional<Quantity> before = size(old.tree());
        Optional<Quantity> after = size(review.object());
        if (before.isEmpty() || after.isEmpty() || after.get().compareTo(before.get()) <= 0) {
            return DONE;
        }
        if (!old.text("status", "phase").equals("Bound")) {
            throw forbidden(review, "Only bound persistent volume claims can be expanded");
        }
        if (!grows(review, old)) {
            throw forbidden(
                    review,
                    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must"
                            + " support resize");
        }
        return DONE;
    }

    private static Optional<Quantity> size(JsonNode claim) {
        return Quantity.find(
                Json.at(claim, "spec", "resources", "requests", "storage").asText());
    }

    private static boolean grows(Review review, KubeObject old) {
        String name = Json.text(review.object(), "spec", "storageClassName");
        return !name.isEmpty()
                && name.equals(old.text("spec", "storageClassName"))
                && review.lookup()
                        .find(Resources.STORAGE_CLASSES, ObjectKey.cluster(name))
                        .map(found -> found.part("allowVolumeExpansion").asBoolean(false))
                        .orElse(false);
    }

    private static ApiException forbidden(Review review, String why) {
        return ApiException.forbidden(review.resource(), review.key().name(), why);
    }
}
