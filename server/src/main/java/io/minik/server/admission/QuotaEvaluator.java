package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How the objects of one resource count against ResourceQuotas. Pure. */
interface QuotaEvaluator {
    Resource resource();

    /** Whether a name of spec.hard is counted here. */
    boolean counts(String name);

    /** What one object uses, by the names of spec.hard. */
    Map<String, Quantity> usage(JsonNode object, Instant now);

    /** Whether a write may use more than before. */
    default boolean handles(Review review) {
        return review.operation() == Operation.CREATE && review.subresource().isEmpty();
    }

    /** Whether an object is in a scope of a quota; scopes are about pods, and one about claims. */
    default boolean inScope(Scope scope, JsonNode object) {
        return false;
    }

    /** What the object must say and does not, if these names are bounded: empty, or the words after "must specify". */
    default String missing(Set<String> bounded, JsonNode object) {
        return "";
    }

    /** Whether a quota is about this object. */
    default boolean matches(JsonNode quota, JsonNode object) {
        for (String name : Json.stringList(quota, "spec", "scopes")) {
            if (!inScope(new Scope(name, "Exists", List.of()), object)) {
                return false;
            }
        }
        for (JsonNode expression : Json.at(quota, "spec", "scopeSelector", "matchExpressions")) {
            Scope scope = new Scope(
                    Json.text(expression, "scopeName"),
                    Json.text(expression, "operator"),
                    Json.stringList(expression, "values"));
            if (!inScope(scope, object)) {
                return false;
            }
        }
        return true;
    }

    /** A condition on objects that a quota counts: core/v1 ScopedResourceSelectorRequirement. */
    record Scope(String name, String operator, List<String> values) {
        /** For scopes with values: whether the object's value, if it has one, is meant. */
        boolean admits(String value) {
            return switch (operator) {
                case "In" -> values.contains(value);
                case "NotIn" -> !values.contains(value);
                case "DoesNotExist" -> value.isEmpty();
                default -> !value.isEmpty();
            };
        }
    }

    /**
     * Counts objects, and nothing of what is in them.
     *
     * @param shortName by which quotas may name them too; empty if there is none
     */
    record Count(Resource resource, Optional<String> shortName) implements QuotaEvaluator {
        @Override
        public boolean counts(String name) {
            return name.equals(generic(resource))
                    || shortName.filter(name::equals).isPresent();
        }

        @Override
        public Map<String, Quantity> usage(JsonNode object, Instant now) {
            return shortName
                    .map(name -> Map.of(generic(resource), Quantity.of(1), name, Quantity.of(1)))
                    .orElseGet(() -> Map.of(generic(resource), Quantity.of(1)));
        }
    }

    /** The name under which any resource can be counted: {@code count/deployments.apps}. */
    static String generic(Resource resource) {
        return "count/" + resource.groupResource();
    }
}
