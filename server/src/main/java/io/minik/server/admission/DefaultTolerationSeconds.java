package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.Json;
import io.minik.server.admission.Review.Operation;
import java.util.List;

/** Pods stay on a node that is not ready or unreachable for a while, unless they say how long themselves. */
public final class DefaultTolerationSeconds implements Admission {
    private static final List<String> TAINTS =
            List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
    private static final String NO_EXECUTE = "NoExecute";

    private final long seconds;

    public DefaultTolerationSeconds(long seconds) {
        this.seconds = seconds;
    }

    @Override
    public String name() {
        return "DefaultTolerationSeconds";
    }

    @Override
    public void mutate(Review review) {
        boolean create = review.is(Operation.CREATE, Resources.PODS);
        boolean update = review.is(Operation.UPDATE, Resources.PODS);
        if (!create && !update) {
            return;
        }
        ObjectNode spec = Json.child(review.object(), "spec");
        for (String taint : TAINTS) {
            if (Json.items(spec, "tolerations").stream().noneMatch(toleration -> covers(toleration, taint))) {
                ArrayNode tolerations =
                        spec.get("tolerations") instanceof ArrayNode present ? present : spec.putArray("tolerations");
                tolerations
                        .addObject()
                        .put("key", taint)
                        .put("operator", "Exists")
                        .put("effect", NO_EXECUTE)
                        .put("tolerationSeconds", (int) seconds);
            }
        }
    }

    private static boolean covers(JsonNode toleration, String taint) {
        String key = Json.text(toleration, "key");
        String effect = Json.text(toleration, "effect");
        return (key.isEmpty() || key.equals(taint)) && (effect.isEmpty() || effect.equals(NO_EXECUTE));
    }
}
