package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A namespace's LimitRanges: defaults for containers that name no resources, and bounds for containers, pods and claims. */
public final class LimitRanger implements Admission {
    private static final String ANNOTATION = "kubernetes.io/limit-ranger";
    private static final int RATIO_DIGITS = 6;

    @Override
    public String name() {
        return "LimitRanger";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (!review.is(Operation.CREATE, Resources.PODS)) {
            return DONE;
        }
        List<String> set = new ArrayList<>();
        for (JsonNode limit : limits(review, "Container")) {
            for (String list : List.of("containers", "initContainers")) {
                for (JsonNode container : Json.items(review.object(), "spec", list)) {
                    String what = list.equals("containers") ? "container " : "init container ";
                    fill(container, limit, what + Json.text(container, "name"), set);
                }
            }
        }
        if (!set.isEmpty()) {
            Json.child(Json.child(review.object(), "metadata"), "annotations")
                    .put(ANNOTATION, "LimitRanger plugin set: " + String.join("; ", set));
        }
        return DONE;
    }

    @Override
    public Future<Void> validate(Review review) {
        List<String> errors = new ArrayList<>();
        if (review.is(Operation.CREATE, Resources.PODS)) {
            for (JsonNode limit : limits(review, "Container")) {
                for (String list : List.of("containers", "initContainers")) {
                    for (JsonNode container : Json.items(review.object(), "spec", list)) {
                        check(limit, "Container", container.path("resources"), errors);
                    }
                }
            }
            for (JsonNode limit : limits(review, "Pod")) {
                check(limit, "Pod", podTotals(review.object()), errors);
            }
        } else if (review.is(Operation.CREATE, Resources.PERSISTENT_VOLUME_CLAIMS)) {
            for (JsonNode limit : limits(review, "PersistentVolumeClaim")) {
                check(limit, "PersistentVolumeClaim", Json.at(review.object(), "spec", "resources"), errors);
            }
        }
        if (!errors.isEmpty()) {
            String text = errors.size() == 1 ? errors.get(0) : "[" + String.join(", ", errors) + "]";
            throw ApiException.forbidden(review.resource(), review.key().name(), text);
        }
        return DONE;
    }

    private static List<JsonNode> limits(Review review, String type) {
        Collection<KubeObject> ranges =
                review.lookup().list(Resources.LIMIT_RANGES, review.key().namespace());
        List<JsonNode> limits = new ArrayList<>();
        for (KubeObject range : ranges) {
            for (JsonNode limit : Json.items(range.compact().tree(), "spec", "limits")) {
                if (Json.text(limit, "type").equals(type)) {
                    limits.add(limit);
                }
            }
        }
        return limits;
    }

    private static void fill(JsonNode container, JsonNode limit, String where, List<String> set) {
        ObjectNode resources = Json.child((ObjectNode) container, "resources");
        List<String> limits = copy(limit.path("default"), resources, "limits");
        List<String> requests = copy(limit.path("defaultRequest"), resources, "requests");
        if (!requests.isEmpty()) {
            set.add(String.join(", ", requests) + " request for " + where);
        }
        if (!limits.isEmpty()) {
            set.add(String.join(", ", limits) + " limit for " + where);
        }
    }

    private static List<String> copy(JsonNode defaults, ObjectNode resources, String field) {
        List<String> added = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : defaults.properties()) {
            if (!resources.path(field).has(entry.getKey())) {
                Json.child(resources, field).set(entry.getKey(), entry.getValue());
                added.add(entry.getKey());
            }
        }
        return added;
    }

    /** Sums over containers, as a {@code resources} node: what a Pod bound compares with. */
    private static ObjectNode podTotals(ObjectNode pod) {
        ObjectNode totals = Json.object();
        for (String field : List.of("requests", "limits")) {
            Map<String, Quantity> sums = new TreeMap<>();
            for (JsonNode container : Json.items(pod, "spec", "containers")) {
                Json.strings(container, "resources", field)
                        .forEach((name, amount) -> sums.merge(name, Quantity.parse(amount), Quantity::add));
            }
            ObjectNode node = totals.putObject(field);
            sums.forEach((name, sum) -> node.put(name, sum.toString()));
        }
        return totals;
    }

    private static void check(JsonNode limit, String type, JsonNode resources, List<String> errors) {
        for (Map.Entry<String, String> bound : Json.strings(limit, "min").entrySet()) {
            String name = bound.getKey();
            Optional<Quantity> request = amount(resources, "requests", name);
            Quantity min = Quantity.parse(bound.getValue());
            if (request.isEmpty()) {
                errors.add("minimum " + name + " usage per " + type + " is " + min + ".  No request is specified");
            } else if (request.get().compareTo(min) < 0) {
                errors.add(
                        "minimum " + name + " usage per " + type + " is " + min + ", but request is " + request.get());
            }
        }
        for (Map.Entry<String, String> bound : Json.strings(limit, "max").entrySet()) {
            String name = bound.getKey();
            boolean claim = type.equals("PersistentVolumeClaim");
            Optional<Quantity> used = amount(resources, claim ? "requests" : "limits", name);
            Quantity max = Quantity.parse(bound.getValue());
            if (used.isEmpty()) {
                errors.add("maximum " + name + " usage per " + type + " is " + max + ".  No limit is specified");
            } else if (used.get().compareTo(max) > 0) {
                errors.add("maximum " + name + " usage per " + type + " is " + max + ", but "
                        + (claim ? "request" : "limit") + " is " + used.get());
            }
        }
        Json.strings(limit, "maxLimitRequestRatio").forEach((name, ratio) -> {
            Optional<Quantity> request = amount(resources, "requests", name);
            Optional<Quantity> most = amount(resources, "limits", name);
            if (request.isEmpty() || most.isEmpty() || request.get().signum() == 0) {
                errors.add(name + " max limit to request ratio per " + type + " is " + ratio
                        + ", but no request is specified or request is 0");
                return;
            }
            BigDecimal actual = most.get().amount().divide(request.get().amount(), RATIO_DIGITS, RoundingMode.HALF_UP);
            if (actual.compareTo(Quantity.parse(ratio).amount()) > 0) {
                errors.add(name + " max limit to request ratio per " + type + " is " + ratio
                        + ", but provided ratio is " + actual.setScale(RATIO_DIGITS, RoundingMode.HALF_UP));
            }
        });
    }

    private static Optional<Quantity> amount(JsonNode resources, String field, String name) {
        JsonNode value = Json.at(resources, field, name);
        return value.isMissingNode() ? Optional.empty() : Quantity.find(value.asText());
    }
}
