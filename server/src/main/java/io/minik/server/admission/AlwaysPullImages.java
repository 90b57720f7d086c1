package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.List;

/** Each image is pulled by who uses it, with his own credentials: what lies on a node already belongs to somebody else. */
public final class AlwaysPullImages implements Admission {
    private static final List<String> LISTS = List.of("initContainers", "containers", "ephemeralContainers");

    @Override
    public String name() {
        return "AlwaysPullImages";
    }

    @Override
    public Future<Void> mutate(Review review) {
        boolean written = review.operation() == Operation.CREATE || review.operation() == Operation.UPDATE;
        boolean whole = review.subresource().isEmpty() || review.subresource().equals("ephemeralcontainers");
        if (written && whole && review.resource().equals(Resources.PODS)) {
            for (String list : LISTS) {
                for (JsonNode container : review.object().path("spec").path(list)) {
                    if (container instanceof ObjectNode present) {
                        present.put("imagePullPolicy", "Always");
                    }
                }
            }
        }
        return DONE;
    }
}
