package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A pod that asks for a special resource may run on nodes that are tainted by its name: others are kept off them. */
public final class ExtendedResourceToleration implements Admission {
    @Override
    public String name() {
        return "ExtendedResourceToleration";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (!review.is(Operation.CREATE, Resources.PODS) && !review.is(Operation.UPDATE, Resources.PODS)) {
            return DONE;
        }
        ObjectNode spec = Json.child(review.object(), "spec");
        Set<String> asked = new TreeSet<>();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                Json.at(container, "resources", "requests").fieldNames().forEachRemaining(name -> {
                    if (extended(name)) {
                        asked.add(name);
                    }
                });
            }
        }
        asked.forEach(name -> tolerate(spec, name));
        return DONE;
    }

    /** As upstream's IsExtendedResourceName: of a domain that is not Kubernetes' own. */
    private static boolean extended(String name) {
        return name.contains("/") && !name.contains("kubernetes.io/") && !name.startsWith("requests.");
    }

    private static void tolerate(ObjectNode spec, String resource) {
        ObjectNode wanted =
                Json.object().put("key", resource).put("operator", "Exists").put("effect", "NoSchedule");
        ArrayNode tolerations =
                spec.get("tolerations") instanceof ArrayNode present ? present : spec.putArray("tolerations");
        for (JsonNode toleration : tolerations) {
            if (toleration.equals(wanted)) {
                return;
            }
        }
        tolerations.add(wanted);
    }
}
