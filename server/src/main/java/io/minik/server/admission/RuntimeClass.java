package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** A pod that names a runtime class gets its overhead, node selector and tolerations; the class must exist. */
public final class RuntimeClass implements Admission {
    @Override
    public String name() {
        return "RuntimeClass";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (!review.is(Operation.CREATE, Resources.PODS)) {
            return DONE;
        }
        ObjectNode spec = Json.child(review.object(), "spec");
        String name = Json.text(spec, "runtimeClassName");
        if (name.isEmpty()) {
            if (!spec.path("overhead").isEmpty()) {
                throw rejected(review, "Pod Overhead set without corresponding RuntimeClass defined Overhead");
            }
            return DONE;
        }
        KubeObject found = review.lookup()
                .find(Resources.RUNTIME_CLASSES, ObjectKey.cluster(name))
                .map(KubeObject::compact)
                .orElseThrow(() -> rejected(review, "RuntimeClass \"" + name + "\" not found"));
        overhead(review, spec, found.at("overhead", "podFixed"));
        selector(review, spec, found.at("scheduling", "nodeSelector"));
        List<JsonNode> tolerations = Json.items(spec, "tolerations");
        for (JsonNode toleration : Json.items(found.tree(), "scheduling", "tolerations")) {
            if (!tolerations.contains(toleration)) {
                spec.withArray("tolerations").add(toleration.deepCopy());
            }
        }
        return DONE;
    }

    private static void overhead(Review review, ObjectNode spec, JsonNode fixed) {
        JsonNode given = spec.path("overhead");
        if (!given.isEmpty() && !given.equals(fixed)) {
            throw rejected(review, "Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }
        if (!fixed.isEmpty()) {
            spec.set("overhead", fixed.deepCopy());
        }
    }

    private static void selector(Review review, ObjectNode spec, JsonNode wanted) {
        for (Map.Entry<String, JsonNode> label : wanted.properties()) {
            ObjectNode selector = Json.child(spec, "nodeSelector");
            JsonNode given = selector.path(label.getKey());
            if (given.isTextual() && !given.equals(label.getValue())) {
                throw rejected(
                        review,
                        "conflict: runtimeClass.scheduling.nodeSelector[" + label.getKey() + "] = "
                                + label.getValue().asText() + "; pod.spec.nodeSelector[" + label.getKey() + "] = "
                                + given.asText());
            }
            selector.set(label.getKey(), label.getValue());
        }
    }

    private static ApiException rejected(Review review, String why) {
        return ApiException.forbidden(Resources.PODS, review.key().name(), "pod rejected: " + why);
    }
}
