package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** admissionregistration.k8s.io and flowcontrol.apiserver.k8s.io: what the API server is told about its own requests. */
final class AdmissionRules {
    private static final Set<String> OPERATIONS = Set.of("*", "CREATE", "UPDATE", "DELETE", "CONNECT");
    private static final Set<String> ACTIONS = Set.of("Deny", "Warn", "Audit");
    private static final int LONGEST_TIMEOUT_SECONDS = 30;
    private static final int LARGEST_PRECEDENCE = 10_000;
    private static final int DOMAIN_SEGMENTS = 3;

    private final Causes causes;

    AdmissionRules(Causes causes) {
        this.causes = causes;
    }

    void webhooks(JsonNode configuration) {
        JsonNode webhooks = configuration.path("webhooks");
        Set<String> names = new HashSet<>();
        for (int at = 0; at < webhooks.size(); at++) {
            JsonNode webhook = webhooks.get(at);
            String path = "webhooks[" + at + "]";
            String name = Json.text(webhook, "name");
            if (!names.add(name)) {
                causes.duplicate(path + ".name", name);
            }
            if (name.split("\\.", -1).length < DOMAIN_SEGMENTS) {
                causes.invalid(
                        path + ".name", name, "should be a domain with at least three segments separated by dots");
            }
            rules(path + ".rules", webhook.path("rules"));
            long timeout = Json.longOr(1, webhook, "timeoutSeconds");
            if (timeout < 1 || timeout > LONGEST_TIMEOUT_SECONDS) {
                causes.invalid(path + ".timeoutSeconds", timeout, "the timeout value must be between 1 and 30 seconds");
            }
            new WebhookRules(causes).client(path + ".clientConfig", webhook.path("clientConfig"));
            if (webhook.path("admissionReviewVersions").isEmpty()) {
                causes.required(path + ".admissionReviewVersions", "must specify one of v1, v1beta1");
            }
        }
    }

    private void rules(String path, JsonNode rules) {
        for (int at = 0; at < rules.size(); at++) {
            JsonNode rule = rules.get(at);
            String here = Causes.at(path, at);
            for (JsonNode operation : rule.path("operations")) {
                if (!OPERATIONS.contains(operation.asText())) {
                    causes.unsupported(here + ".operations", operation.asText(), OPERATIONS);
                }
            }
            alone(here + ".operations", rule.path("operations"), "operations");
            alone(here + ".apiGroups", rule.path("apiGroups"), "API groups");
            alone(here + ".apiVersions", rule.path("apiVersions"), "API versions");
            if (rule.path("resources").isEmpty()) {
                causes.required(here + ".resources");
            }
        }
    }

    /** Something must be said, and {@code *} says all. */
    private void alone(String path, JsonNode values, String what) {
        if (values.isEmpty()) {
            causes.required(path);
        } else if (values.size() > 1 && stringsOf(values).contains("*")) {
            causes.invalid(path, values, "if '*' is present, must not specify other " + what);
        }
    }

    private static Set<String> stringsOf(JsonNode values) {
        Set<String> strings = new HashSet<>();
        values.forEach(value -> strings.add(value.asText()));
        return strings;
    }

    void policy(JsonNode spec) {
        if (spec.path("validations").isEmpty() && spec.path("auditAnnotations").isEmpty()) {
            String why = "validations or auditAnnotations must contain at least one item";
            causes.required("spec.validations", why);
            causes.required("spec.auditAnnotations", why);
        }
        if (spec.path("matchConstraints").isMissingNode()) {
            causes.required("spec.matchConstraints");
        } else {
            JsonNode rules = Json.at(spec, "matchConstraints", "resourceRules");
            if (rules.isEmpty()) {
                causes.required("spec.matchConstraints.resourceRules");
            }
            rules("spec.matchConstraints.resourceRules", rules);
        }
    }

    void policyBinding(JsonNode spec) {
        JsonNode actions = spec.path("validationActions");
        if (actions.isEmpty()) {
            causes.required("spec.validationActions");
        }
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < actions.size(); at++) {
            String action = actions.get(at).asText();
            if (!ACTIONS.contains(action)) {
                causes.unsupported("spec.validationActions[" + at + "]", action, ACTIONS);
            }
            if (!seen.add(action)) {
                causes.duplicate("spec.validationActions[" + at + "]", action);
            }
        }
        if (seen.containsAll(List.of("Deny", "Warn"))) {
            causes.invalid(
                    "spec.validationActions",
                    actions,
                    "must not contain both Deny and Warn (repeating the same validation failure information in the API"
                            + " response and headers serves no purpose)");
        }
    }

    void flowSchema(JsonNode schema) {
        JsonNode spec = schema.path("spec");
        long precedence = Json.longOr(1, spec, "matchingPrecedence");
        if (precedence <= 0) {
            causes.invalid("spec.matchingPrecedence", precedence, "must be a positive value");
        } else if (precedence > LARGEST_PRECEDENCE) {
            causes.invalid("spec.matchingPrecedence", precedence, "must not be greater than " + LARGEST_PRECEDENCE);
        }
        if (spec.has("distinguisherMethod")) {
            String type = Json.text(spec, "distinguisherMethod", "type");
            Set<String> types = Set.of("ByUser", "ByNamespace");
            if (!types.contains(type)) {
                causes.unsupported("spec.distinguisherMethod.type", type, types);
            }
        }
        if (Json.text(spec, "priorityLevelConfiguration", "name").isEmpty()) {
            causes.required("spec.priorityLevelConfiguration.name", "must reference a priority level");
        }
        JsonNode rules = spec.path("rules");
        for (int at = 0; at < rules.size(); at++) {
            String path = "spec.rules[" + at + "]";
            JsonNode rule = rules.get(at);
            if (rule.path("subjects").isEmpty()) {
                causes.required(path + ".subjects", "subjects must contain at least one value");
            }
            if (rule.path("resourceRules").isEmpty()
                    && rule.path("nonResourceRules").isEmpty()) {
                causes.required(path, "at least one of resourceRules and nonResourceRules has to be non-empty");
            }
        }
    }

    void priorityLevel(JsonNode level) {
        JsonNode spec = level.path("spec");
        String type = Json.text(spec, "type");
        boolean exempt = type.equals("Exempt");
        if (exempt != Json.text(level, "metadata", "name").equals("exempt")) {
            causes.invalid("spec.type", type, "type must be 'Exempt' if and only if `name` is 'exempt'");
        }
        if (exempt && spec.has("limited")) {
            causes.forbidden("spec.limited", "must be nil if the type is not Limited");
        } else if (type.equals("Limited") && !spec.has("limited")) {
            causes.required("spec.limited", "must not be empty when type is Limited");
        }
        if (!exempt && spec.has("exempt")) {
            causes.forbidden("spec.exempt", "must be nil if the type is Limited");
        }
    }
}
