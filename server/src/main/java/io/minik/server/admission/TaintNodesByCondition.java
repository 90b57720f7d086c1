package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;

/** A new node gets no pods before the controller of nodes has seen that it is ready. */
public final class TaintNodesByCondition implements Admission {
    private static final String NOT_READY = "node.kubernetes.io/not-ready";

    @Override
    public String name() {
        return "TaintNodesByCondition";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (!review.is(Operation.CREATE, Resources.NODES)) {
            return DONE;
        }
        ObjectNode spec = Json.child(review.object(), "spec");
        ArrayNode taints = spec.get("taints") instanceof ArrayNode present ? present : spec.putArray("taints");
        for (JsonNode taint : taints) {
            if (Json.text(taint, "key").equals(NOT_READY)
                    && Json.text(taint, "effect").equals("NoSchedule")) {
                return DONE;
            }
        }
        taints.addObject().put("key", NOT_READY).put("effect", "NoSchedule");
        return DONE;
    }
}
