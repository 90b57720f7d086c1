package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;

/** apiregistration.k8s.io APIService: which group version, ranked how, served by whom. */
final class ApiServiceRules {
    private static final int HIGHEST_GROUP = 20_000;
    private static final int HIGHEST_VERSION = 1000;

    private final Causes causes;

    ApiServiceRules(Causes causes) {
        this.causes = causes;
    }

    void check(ObjectNode tree) {
        JsonNode spec = tree.path("spec");
        String group = Json.text(spec, "group");
        String version = Json.text(spec, "version");
        String name = Json.text(tree, "metadata", "name");
        if (!name.equals(version + "." + group)) {
            causes.invalid(
                    "metadata.name",
                    name,
                    "must be `spec.version+\".\"+spec.group`: \"" + version + "." + group + "\"");
        }
        if (group.isEmpty() && !version.equals("v1")) {
            causes.required("spec.group", "only v1 may have an empty group and it better be legacy kube");
        } else if (!group.isEmpty()) {
            causes.invalid("spec.group", group, Names.dns1123Subdomain(group));
        }
        causes.invalid("spec.version", version, Names.dns1035Label(version));
        priority(spec, "groupPriorityMinimum", HIGHEST_GROUP);
        priority(spec, "versionPriority", HIGHEST_VERSION);
        if (spec.path("service").isObject()) {
            remote(spec);
        } else {
            local(spec);
        }
    }

    private void priority(JsonNode spec, String field, int highest) {
        long value = Json.longOr(0, spec, field);
        if (value <= 0 || value > highest) {
            causes.invalid("spec." + field, value, "must be positive and less than " + highest);
        }
    }

    private void local(JsonNode spec) {
        String bundle = Json.text(spec, "caBundle");
        if (!bundle.isEmpty()) {
            int padding = bundle.endsWith("==") ? 2 : bundle.endsWith("=") ? 1 : 0;
            causes.invalid(
                    "spec.caBundle",
                    bundle.length() / 4 * 3 - padding + " bytes",
                    "local APIServices may not have a caBundle");
        }
        if (Json.bool(spec, "insecureSkipTLSVerify")) {
            causes.invalid(
                    "spec.insecureSkipTLSVerify",
                    spec.path("insecureSkipTLSVerify"),
                    "local APIServices may not have insecureSkipTLSVerify");
        }
    }

    private void remote(JsonNode spec) {
        if (Json.text(spec, "service", "namespace").isEmpty()) {
            causes.required("spec.service.namespace");
        }
        if (Json.text(spec, "service", "name").isEmpty()) {
            causes.required("spec.service.name");
        }
        if (Json.bool(spec, "insecureSkipTLSVerify")
                && !Json.text(spec, "caBundle").isEmpty()) {
            causes.invalid(
                    "spec.insecureSkipTLSVerify",
                    spec.path("insecureSkipTLSVerify"),
                    "may not be true if caBundle is present");
        }
    }
}
