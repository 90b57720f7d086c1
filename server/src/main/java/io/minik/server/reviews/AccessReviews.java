package io.minik.server.reviews;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.server.authz.ClusterAuthorizer;
import io.minik.server.request.Request;
import io.minik.server.request.Target;
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

    Future<KubeObject> subject(Request request, KubeObject review) {
        Causes causes = attributeCauses(review);
        checkSubject(review, causes);
        return answer(request, review, userOf(review.at("spec")), causes);
    }

    Future<KubeObject> local(Request request, KubeObject review) {
        Causes causes = attributeCauses(review);
        checkSubject(review, causes);
        String namespace = review.text("spec", "resourceAttributes", "namespace");
        if (!review.at("spec", "resourceAttributes").isObject()) {
            causes.invalid("spec.resourceAttributes", NullNode.getInstance(), "must be specified");
        } else if (!namespace.equals(request.key().namespace())) {
            causes.invalid("spec.resourceAttributes.namespace", namespace, "must match metadata.namespace");
        }
        return answer(request, review, userOf(review.at("spec")), causes);
    }

    Future<KubeObject> self(Request request, KubeObject review) {
        return answer(request, review, request.user(), attributeCauses(review));
    }

    Future<KubeObject> selfRules(Request request, KubeObject review) {
        String namespace = review.text("spec", "namespace");
        if (namespace.isEmpty()) {
            return Future.failedFuture(ApiException.badRequest("no namespace on request"));
        }
        return Future.succeededFuture(
                review.edit(tree -> tree.set("status", authorizer.rulesReview(request.user(), namespace))));
    }

    private Future<KubeObject> answer(Request request, KubeObject review, User user, Causes causes) {
        if (!causes.isEmpty()) {
            return Future.failedFuture(causes.refusal(request.resource(), review.name()));
        }
        return authorizer
                .authorize(user, target(review.at("spec")))
                .map(decision -> review.edit(tree -> {
                    ObjectNode status = tree.putObject("status").put("allowed", decision.allowed());
                    if (decision.outcome() == Outcome.DENY) {
                        status.put("denied", true);
                    }
                    if (!decision.reason().isEmpty()) {
                        status.put("reason", decision.reason());
                    }
                    if (!decision.error().isEmpty()) {
                        status.put("evaluationError", decision.error());
                    }
                }));
    }

    private static Target target(JsonNode spec) {
        JsonNode resource = spec.path("resourceAttributes");
        if (resource.isObject()) {
            return new Target(
                    true,
                    Json.text(resource, "verb"),
                    Json.text(resource, "group"),
                    Json.text(resource, "version"),
                    Json.text(resource, "resource"),
                    Json.text(resource, "subresource"),
                    Json.text(resource, "namespace"),
                    Json.text(resource, "name"),
                    "",
                    fields(resource.path("fieldSelector")));
        }
        JsonNode other = spec.path("nonResourceAttributes");
        return Target.ofPath(Json.text(other, "verb"), Json.text(other, "path"));
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

    private static Causes attributeCauses(KubeObject review) {
        boolean resource = review.at("spec", "resourceAttributes").isObject();
        boolean other = review.at("spec", "nonResourceAttributes").isObject();
        Causes causes = new Causes();
        if (resource == other) {
            String field = resource ? "spec.nonResourceAttributes" : "spec.resourceAttributes";
            causes.invalid(field, NullNode.getInstance(), ONE_OF);
        }
        return causes;
    }

    private static void checkSubject(KubeObject review, Causes causes) {
        if (review.text("spec", "user").isEmpty() && review.at("spec", "groups").isEmpty()) {
            causes.invalid("spec.user", "", "at least one of user or group must be specified");
        }
    }
}
