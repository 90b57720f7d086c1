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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A pod's priority is its class's value; without a class, the cluster's default class decides, or 0. */
public final class Priority implements Admission {
    private static final String PREEMPT = "PreemptLowerPriority";

    @Override
    public String name() {
        return "Priority";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (review.is(Operation.UPDATE, Resources.PODS)) {
            keep(review);
            return DONE;
        }
        if (!review.is(Operation.CREATE, Resources.PODS)) {
            return DONE;
        }
        ObjectNode spec = Json.child(review.object(), "spec");
        String name = Json.text(spec, "priorityClassName");
        Optional<KubeObject> chosen = name.isEmpty() ? defaultClass(review) : Optional.of(named(review, name));
        int value = chosen.map(found -> found.at("value").asInt(0)).orElse(0);
        JsonNode given = spec.path("priority");
        if (given.isNumber() && given.asInt() != value) {
            throw ApiException.forbidden(
                    Resources.PODS,
                    review.key().name(),
                    "the integer value of priority (" + given.asInt()
                            + ") must not be provided in pod spec; priority admission controller computed " + value
                            + " from the given PriorityClass name");
        }
        chosen.ifPresent(found -> spec.put("priorityClassName", found.name()));
        spec.put("priority", value);
        if (!spec.has("preemptionPolicy")) {
            spec.put(
                    "preemptionPolicy",
                    chosen.map(found -> Json.textOr(PREEMPT, found.tree(), "preemptionPolicy"))
                            .orElse(PREEMPT));
        }
        return DONE;
    }

    /** Whoever replaces a pod need not know what it was given here when it was made. */
    private static void keep(Review review) {
        ObjectNode spec = Json.child(review.object(), "spec");
        review.old().ifPresent(old -> {
            for (String field : List.of("priority", "preemptionPolicy")) {
                JsonNode given = old.at("spec", field);
                if (!spec.hasNonNull(field) && !given.isMissingNode()) {
                    spec.set(field, given);
                }
            }
        });
    }

    private static KubeObject named(Review review, String name) {
        return review.lookup()
                .find(Resources.PRIORITY_CLASSES, ObjectKey.cluster(name))
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.forbidden(
                        Resources.PODS, review.key().name(), "no PriorityClass with name " + name + " was found"));
    }

    private static Optional<KubeObject> defaultClass(Review review) {
        return review.lookup().list(Resources.PRIORITY_CLASSES, "").stream()
                .map(KubeObject::compact)
                .filter(found -> Json.bool(found.tree(), "globalDefault"))
                .min(Comparator.comparingInt(found -> found.at("value").asInt(0)));
    }
}
