package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;

/** Pods stay on a node that is not ready or unreachable for a while, unless they say how long themselves. */
public final class DefaultTolerationSeconds implements Admission {
    private static final String NO_EXECUTE = "NoExecute";

    private final Periods periods;

    public DefaultTolerationSeconds(Periods periods) {
        this.periods = periods;
    }

    /** Seconds by the state of the node. */
    public record Periods(int notReadySeconds, int unreachableSeconds) {
        /** The periods that upstream's admission has. */
        public static final Periods DEFAULT = new Periods(300, 300);
    }

    @Override
    public String name() {
        return "DefaultTolerationSeconds";
    }

    @Override
    public Future<Void> mutate(Review review) {
        boolean create = review.is(Operation.CREATE, Resources.PODS);
        boolean update = review.is(Operation.UPDATE, Resources.PODS);
        if (!create && !update) {
            return DONE;
        }
        ObjectNode spec = Json.child(review.object(), "spec");
        tolerate(spec, "node.kubernetes.io/not-ready", periods.notReadySeconds());
        tolerate(spec, "node.kubernetes.io/unreachable", periods.unreachableSeconds());
        return DONE;
    }

    private static void tolerate(ObjectNode spec, String taint, int seconds) {
        if (Json.items(spec, "tolerations").stream().noneMatch(toleration -> covers(toleration, taint))) {
            ArrayNode tolerations =
                    spec.get("tolerations") instanceof ArrayNode present ? present : spec.putArray("tolerations");
            tolerations
                    .addObject()
                    .put("key", taint)
                    .put("operator", "Exists")
                    .put("effect", NO_EXECUTE)
                    .put("tolerationSeconds", seconds);
        }
    }

    private static boolean covers(JsonNode toleration, String taint) {
        String key = Json.text(toleration, "key");
        String effect = Json.text(toleration, "effect");
        return (key.isEmpty() || key.equals(taint)) && (effect.isEmpty() || effect.equals(NO_EXECUTE));
    }
}
