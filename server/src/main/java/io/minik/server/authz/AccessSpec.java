package io.minik.server.authz;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.cel.Decl;
import io.minik.api.selector.FieldSelector;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import java.util.List;
import java.util.Map;

/** A question as SubjectAccessReviews put it: what a webhook is sent, and what match conditions speak of. */
final class AccessSpec {
    private static final Decl REQUIREMENTS = Decl.object(
            "authorization.k8s.io.FieldSelectorAttributes",
            Map.of(
                    "rawSelector",
                    Decl.STRING,
                    "requirements",
                    Decl.list(Decl.object(
                            "authorization.k8s.io.SelectorRequirement",
                            Map.of("key", Decl.STRING, "operator", Decl.STRING, "values", Decl.list(Decl.STRING))))));

    /** Of match conditions' {@code request}. */
    static final Decl DECL = Decl.object(
            "authorization.k8s.io.SubjectAccessReviewSpec",
            Map.of(
                    "resourceAttributes",
                    Decl.object(
                            "authorization.k8s.io.ResourceAttributes",
                            Map.of(
                                    "namespace", Decl.STRING,
                                    "verb", Decl.STRING,
                                    "group", Decl.STRING,
                                    "version", Decl.STRING,
                                    "resource", Decl.STRING,
                                    "subresource", Decl.STRING,
                                    "name", Decl.STRING,
                                    "fieldSelector", REQUIREMENTS)),
                    "nonResourceAttributes",
                    Decl.object(
                            "authorization.k8s.io.NonResourceAttributes",
                            Map.of("path", Decl.STRING, "verb", Decl.STRING)),
                    "user",
                    Decl.STRING,
                    "groups",
                    Decl.list(Decl.STRING),
                    "extra",
                    Decl.map(Decl.list(Decl.STRING)),
                    "uid",
                    Decl.STRING));

    private AccessSpec() {}

    static ObjectNode of(User user, Target asked) {
        ObjectNode spec = Json.object();
        if (asked.resourceRequest()) {
            ObjectNode resource = spec.putObject("resourceAttributes");
            put(resource, "namespace", asked.namespace());
            put(resource, "verb", asked.verb());
            put(resource, "group", asked.group());
            put(resource, "version", asked.version());
            put(resource, "resource", asked.resource());
            put(resource, "subresource", asked.subresource());
            put(resource, "name", asked.name());
            selector(resource, asked.fields());
        } else {
            ObjectNode path = spec.putObject("nonResourceAttributes");
            put(path, "path", asked.path());
            put(path, "verb", asked.verb());
        }
        put(spec, "user", user.name());
        if (!user.groups().isEmpty()) {
            user.groups().forEach(spec.putArray("groups")::add);
        }
        if (!user.extra().isEmpty()) {
            ObjectNode extra = spec.putObject("extra");
            user.extra().forEach((key, values) -> values.forEach(extra.withArray(key)::add));
        }
        put(spec, "uid", user.uid());
        return spec;
    }

    private static void put(ObjectNode out, String field, String value) {
        if (!value.isEmpty()) {
            out.put(field, value);
        }
    }

    /** What can be said as requirements; the rest narrows nothing, and is left out as upstream leaves out what it can't read. */
    private static void selector(ObjectNode resource, List<FieldSelector.Term> fields) {
        ArrayNode requirements = Json.array();
        for (FieldSelector.Term term : fields) {
            requirements
                    .addObject()
                    .put("key", term.field())
                    .put("operator", term.negated() ? "NotIn" : "In")
                    .putArray("values")
                    .add(term.value());
        }
        if (!requirements.isEmpty()) {
            resource.putObject("fieldSelector").set("requirements", requirements);
        }
    }

    /** @param version v1, or v1beta1, which calls the groups otherwise */
    static ObjectNode review(ObjectNode spec, String version) {
        ObjectNode review =
                Json.object().put("kind", "SubjectAccessReview").put("apiVersion", "authorization.k8s.io/" + version);
        review.putObject("metadata").putNull("creationTimestamp");
        ObjectNode sent = spec.deepCopy();
        if (version.equals("v1beta1") && sent.has("groups")) {
            sent.set("group", sent.remove("groups"));
        }
        review.set("spec", sent);
        review.putObject("status").put("allowed", false);
        return review;
    }
}
