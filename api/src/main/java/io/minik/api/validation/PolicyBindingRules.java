package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Bindings of admission policies, and which requests they and their policies are about. */
final class PolicyBindingRules {
    private static final Set<String> ACTIONS = Set.of("Deny", "Warn", "Audit");
    private static final Set<String> MATCH_POLICIES = Set.of("Equivalent", "Exact");
    private static final List<String> NOT_FOUND_ACTIONS = List.of("Deny", "Allow");

    private final Causes causes;

    PolicyBindingRules(Causes causes) {
        this.causes = causes;
    }

    void validating(JsonNode spec) {
        binding(spec);
        JsonNode actions = spec.path("validationActions");
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < actions.size(); at++) {
            String action = actions.get(at).asText();
            if (!ACTIONS.contains(action)) {
                causes.unsupported(Causes.at("spec.validationActions", at), action, ACTIONS);
            }
            if (!seen.add(action)) {
                causes.duplicate(Causes.at("spec.validationActions", at), action);
            }
        }
        if (seen.containsAll(List.of("Deny", "Warn"))) {
            causes.invalid(
                    "spec.validationActions",
                    actions,
                    "must not contain both Deny and Warn (repeating the same validation failure information in the API"
                            + " response and headers serves no purpose)");
        }
        if (seen.isEmpty()) {
            causes.required("spec.validationActions", "at least one validation action is required");
        }
    }

    /** What bindings of all policies have. */
    void binding(JsonNode spec) {
        String policy = Json.text(spec, "policyName");
        if (policy.isEmpty()) {
            causes.required("spec.policyName");
        } else {
            causes.invalid("spec.policyName", policy, Names.dns1123Subdomain(policy));
        }
        if (spec.has("paramRef")) {
            paramRef(spec.path("paramRef"));
        }
        if (spec.has("matchResources")) {
            // The field is written so upstream.
            matchResources("spec.matchResouces", spec.path("matchResources"));
        }
    }

    private void paramRef(JsonNode reference) {
        String path = "spec.paramRef";
        String name = Json.text(reference, "name");
        boolean selects = reference.path("selector").isObject();
        if (!name.isEmpty()) {
            causes.invalid(path + ".name", name, Names.pathSegment(name));
        }
        if (!name.isEmpty() && selects) {
            causes.forbidden(path + ".name", "name and selector are mutually exclusive");
            causes.forbidden(path + ".selector", "name and selector are mutually exclusive");
        }
        if (selects) {
            new MetaRules(causes).selector(reference.path("selector"), path + ".selector");
        }
        if (name.isEmpty() && !selects) {
            causes.required(path, "one of name or selector must be specified");
        }
        String action = Json.text(reference, "parameterNotFoundAction");
        if (action.isEmpty()) {
            causes.required(path + ".parameterNotFoundAction");
        } else if (!NOT_FOUND_ACTIONS.contains(action)) {
            causes.unsupported(path + ".parameterNotFoundAction", action, NOT_FOUND_ACTIONS);
        }
    }

    /** What policies and bindings say alike. */
    void matchResources(String path, JsonNode said) {
        String policy = Json.text(said, "matchPolicy");
        if (!policy.isEmpty() && !MATCH_POLICIES.contains(policy)) {
            causes.unsupported(path + ".matchPolicy", policy, MATCH_POLICIES);
        }
        MetaRules meta = new MetaRules(causes);
        meta.selector(said.path("namespaceSelector"), path + ".namespaceSelector");
        meta.selector(said.path("objectSelector"), path + ".objectSelector");
        for (String list : List.of("resourceRules", "excludeResourceRules")) {
            for (int at = 0; at < said.path(list).size(); at++) {
                namedRule(Causes.at(path + "." + list, at), said.path(list).get(at));
            }
        }
    }

    private void namedRule(String path, JsonNode rule) {
        Set<String> names = new HashSet<>();
        for (int at = 0; at < rule.path("resourceNames").size(); at++) {
            String name = rule.path("resourceNames").get(at).asText();
            String here = Causes.at(path + ".resourceNames", at);
            causes.invalid(here, name, Names.pathSegment(name));
            if (!names.add(name)) {
                causes.duplicate(here, name);
            }
        }
        new AdmissionRules(causes).rule(path, rule);
    }
}
