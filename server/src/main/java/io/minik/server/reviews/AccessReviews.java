package io.minik.server.reviews;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Cause;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Attributes;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.server.authz.ClusterAuthorizer;
import io.minik.server.registry.Connector.Scope;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** May they: SubjectAccessReview and its local and self forms, SelfSubjectRulesReview. */
final class AccessReviews {
    private static final String ONE_OF = "exactly one of nonResourceAttributes or resourceAttributes must be specified";

    private final ClusterAuthorizer authorizer;

    AccessReviews(ClusterAuthorizer authorizer) {
        this.authorizer = authorizer;
    }

    Future<KubeObject> subject(Scope scope, KubeObject review) {
        List<Cause> causes = attributeCauses(review);
        causes.addAll(subjectCauses(review));
        return answer(scope, review, userOf(review.at("spec")), causes);
    }

    Future<KubeObject> local(Scope scope, KubeObject review) {
        List<Cause> causes = attributeCauses(review);
        causes.addAll(subjectCauses(review));
        String namespace = review.text("spec", "resourceAttributes", "namespace");
        if (!review.at("spec", "resourceAttributes").isObject()) {
            causes.add(invalid("spec.resourceAttributes", "must be specified"));
        } else if (!namespace.equals(scope.key().namespace())) {
            causes.add(new Cause(
                    "FieldValueInvalid",
                    "Invalid value: \"" + namespace + "\": must match metadata.namespace",
                    "spec.resourceAttributes.namespace"));
        }
        return answer(scope, review, userOf(review.at("spec")), causes);
    }

    Future<KubeObject> self(Scope scope, KubeObject review) {
        return answer(scope, review, scope.user(), attributeCauses(review));
    }

    Future<KubeObject> selfRules(Scope scope, KubeObject review) {
        String namespace = review.text("spec", "namespace");
        if (namespace.isEmpty()) {
            return Future.failedFuture(ApiException.badRequest("no namespace on request"));
        }
        return Future.succeededFuture(
                review.edit(tree -> tree.set("status", authorizer.rulesReview(scope.user(), namespace))));
    }

    private Future<KubeObject> answer(Scope scope, KubeObject review, User user, List<Cause> causes) {
        if (!causes.isEmpty()) {
            return Future.failedFuture(ApiException.invalid(scope.resource(), review.name(), causes));
        }
        Decision decision = authorizer.authorize(attributes(user, review.at("spec")));
        return Future.succeededFuture(review.edit(tree -> {
            ObjectNode status = tree.putObject("status").put("allowed", decision.allowed());
            if (decision.outcome() == Outcome.DENY) {
                status.put("denied", true);
            }
            if (!decision.reason().isEmpty()) {
                status.put("reason", decision.reason());
            }
        }));
    }

    private static Attributes attributes(User user, JsonNode spec) {
        JsonNode resource = spec.path("resourceAttributes");
        if (resource.isObject()) {
            return new Attributes(
                            user,
                            Json.text(resource, "verb"),
                            Json.text(resource, "group"),
                            Json.text(resource, "version"),
                            Json.text(resource, "resource"),
                            Json.text(resource, "subresource"),
                            Json.text(resource, "namespace"),
                            Json.text(resource, "name"),
                            true,
                            "")
                    .selecting(fields(resource.path("fieldSelector")));
        }
        JsonNode other = spec.path("nonResourceAttributes");
        return new Attributes(user, Json.text(other, "verb"), "", "", "", "", "", "", false, Json.text(other, "path"));
    }

    /** @param selector raw, or its requirements; what is no equality narrows no right and is left out */
    private static String fields(JsonNode selector) {
        List<String> terms = new ArrayList<>();
        String raw = Json.text(selector, "rawSelector");
        if (!raw.isEmpty()) {
            terms.add(raw);
        }
        for (JsonNode requirement : selector.path("requirements")) {
            List<String> values = Json.stringList(requirement, "values");
            if (Json.text(requirement, "operator").equals("In") && values.size() == 1) {
                terms.add(Json.text(requirement, "key") + "=" + values.get(0));
            }
        }
        return String.join(",", terms);
    }

    private static User userOf(JsonNode spec) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        spec.path("extra")
                .properties()
                .forEach(entry -> extra.put(entry.getKey(), List.copyOf(Json.stringList(entry.getValue()))));
        return new User(
                Json.text(spec, "user"), Json.text(spec, "uid"), List.copyOf(Json.stringList(spec, "groups")), extra);
    }

    private static List<Cause> attributeCauses(KubeObject review) {
        boolean resource = review.at("spec", "resourceAttributes").isObject();
        boolean other = review.at("spec", "nonResourceAttributes").isObject();
        List<Cause> causes = new ArrayList<>();
        if (resource == other) {
            causes.add(invalid(resource ? "spec.nonResourceAttributes" : "spec.resourceAttributes", ONE_OF));
        }
        return causes;
    }

    private static List<Cause> subjectCauses(KubeObject review) {
        return review.text("spec", "user").isEmpty()
                        && review.at("spec", "groups").isEmpty()
                ? List.of(new Cause(
                        "FieldValueInvalid",
                        "Invalid value: \"\": at least one of user or group must be specified",
                        "spec.user"))
                : List.of();
    }

    private static Cause invalid(String field, String why) {
        return new Cause("FieldValueInvalid", "Invalid value: null: " + why, field);
    }
}
