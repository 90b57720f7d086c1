package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** admissionregistration.k8s.io: whom the API server asks about its own requests. */
final class AdmissionRules {
    private static final Set<String> OPERATIONS = Set.of("*", "CREATE", "UPDATE", "DELETE", "CONNECT");
    private static final Set<String> SCOPES = Set.of("*", "Cluster", "Namespaced");
    private static final int LONGEST_TIMEOUT_SECONDS = 30;
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
            if (!name.isEmpty() && !names.add(name)) {
                causes.duplicate(path + ".name", name);
            }
            qualified(path + ".name", name);
            rules(path + ".rules", webhook.path("rules"));
            long timeout = Json.longOr(1, webhook, "timeoutSeconds");
            if (timeout < 1 || timeout > LONGEST_TIMEOUT_SECONDS) {
                causes.invalid(path + ".timeoutSeconds", timeout, "the timeout value must be between 1 and 30 seconds");
            }
            new WebhookRules(causes).client(path + ".clientConfig", webhook.path("clientConfig"));
            new PolicyRules(causes).matchConditions(path + ".matchConditions", webhook.path("matchConditions"), false);
            new WebhookRules(causes)
                    .reviews(
                            path + ".admissionReviewVersions",
                            webhook.path("admissionReviewVersions"),
                            "must specify one of v1, v1beta1",
                            true);
            if (!webhook.has("sideEffects")) {
                causes.required(path + ".sideEffects", "must specify one of None, NoneOnDryRun");
            }
            for (String selector : List.of("namespaceSelector", "objectSelector")) {
                new MetaRules(causes).selector(webhook.path(selector), path + "." + selector);
            }
        }
    }

    private void qualified(String path, String name) {
        if (name.isEmpty()) {
            causes.required(path);
            return;
        }
        causes.invalid(path, name, Names.dns1123Subdomain(name));
        if (name.split("\\.", -1).length < DOMAIN_SEGMENTS) {
            causes.invalid(path, name, "should be a domain with at least three segments separated by dots");
        }
    }

    private void rules(String path, JsonNode rules) {
        for (int at = 0; at < rules.size(); at++) {
            rule(Causes.at(path, at), rules.get(at));
        }
    }

    /** @param rule with operations, of a webhook or a policy */
    void rule(String path, JsonNode rule) {
        JsonNode operations = rule.path("operations");
        alone(path + ".operations", operations, "operations");
        for (int at = 0; at < operations.size(); at++) {
            if (!OPERATIONS.contains(operations.get(at).asText())) {
                causes.unsupported(
                        Causes.at(path + ".operations", at), operations.get(at).asText(), OPERATIONS);
            }
        }
        alone(path + ".apiGroups", rule.path("apiGroups"), "API groups");
        alone(path + ".apiVersions", rule.path("apiVersions"), "API versions");
        for (int at = 0; at < rule.path("apiVersions").size(); at++) {
            if (rule.path("apiVersions").get(at).asText().isEmpty()) {
                causes.required(Causes.at(path + ".apiVersions", at));
            }
        }
        resources(path + ".resources", rule.path("resources"));
        String scope = Json.text(rule, "scope");
        if (rule.has("scope") && !SCOPES.contains(scope)) {
            causes.unsupported(path + ".scope", scope, SCOPES);
        }
    }

    /** What one entry means already, no other may say again. */
    private void resources(String path, JsonNode resources) {
        if (resources.isEmpty()) {
            causes.required(path);
        }
        Set<String> wholes = new HashSet<>();
        Set<String> parts = new HashSet<>();
        boolean plain = false;
        for (int at = 0; at < resources.size(); at++) {
            String said = resources.get(at).asText();
            String here = Causes.at(path, at);
            int slash = said.indexOf('/');
            if (said.isEmpty()) {
                causes.required(here);
            } else if (slash < 0) {
                plain = !said.equals("*");
            } else {
                String resource = said.substring(0, slash);
                String part = said.substring(slash + 1);
                if (wholes.contains(resource)) {
                    causes.invalid(here, said, "if '" + resource + "/*' is present, must not specify " + said);
                }
                if (parts.contains(part)) {
                    causes.invalid(here, said, "if '*/" + part + "' is present, must not specify " + said);
                }
                if (part.equals("*")) {
                    wholes.add(resource);
                }
                if (resource.equals("*")) {
                    parts.add(part);
                }
            }
        }
        Set<String> all = stringsOf(resources);
        if (resources.size() > 1 && all.contains("*/*")) {
            causes.invalid(path, resources, "if '*/*' is present, must not specify other resources");
        }
        if (all.contains("*") && plain) {
            causes.invalid(path, resources, "if '*' is present, must not specify other resources without subresources");
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
}
