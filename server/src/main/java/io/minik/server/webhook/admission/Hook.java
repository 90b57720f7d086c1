package io.minik.server.webhook.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.admission.Lookup;
import io.minik.server.matching.Compiled;
import io.minik.server.matching.MatchConditions;
import io.minik.server.matching.RuleMatch;
import io.minik.server.webhook.ClientConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One webhook of a configuration, as requests need it.
 *
 * @param uid of the configuration's name, its own and its place
 * @param review the version of AdmissionReview that it wants of those that we know; empty: none of them
 */
record Hook(
        String uid,
        String configuration,
        String name,
        RuleMatch rules,
        MatchConditions conditions,
        ClientConfig where,
        Policy policy,
        Duration timeout,
        String review) {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final Set<String> QUIET = Set.of("None", "NoneOnDryRun");

    /** Kubernetes' default, which a stored configuration has. */
    private static final int TIMEOUT_SECONDS = 10;

    static final Compiled<List<Hook>> MUTATING = new Compiled<>(
            new Resource(GROUP, "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false),
            Hook::all);
    static final Compiled<List<Hook>> VALIDATING = new Compiled<>(
            new Resource(GROUP, "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false),
            Hook::all);

    /**
     * @param ignored whether a request goes on if it cannot be asked
     * @param quiet whether it may be asked about a dry run
     * @param reinvocable asked again if others changed the object after it
     */
    record Policy(boolean ignored, boolean quiet, boolean reinvocable) {}

    /** All of all configurations, in order. */
    static List<Hook> present(Compiled<List<Hook>> kind, Lookup lookup) {
        List<List<Hook>> configurations = kind.all(lookup);
        if (configurations.size() <= 1) {
            return configurations.isEmpty() ? List.of() : configurations.get(0);
        }
        List<Hook> all = new ArrayList<>();
        configurations.forEach(all::addAll);
        return all;
    }

    private static List<Hook> all(KubeObject configuration) {
        List<Hook> hooks = new ArrayList<>();
        for (JsonNode webhook : Json.items(configuration.tree(), "webhooks")) {
            String name = Json.text(webhook, "name");
            hooks.add(new Hook(
                    configuration.name() + "/" + name + "/" + hooks.size(),
                    configuration.name(),
                    name,
                    RuleMatch.ofWebhook(webhook),
                    MatchConditions.ofWebhook(webhook.path("matchConditions")),
                    ClientConfig.of(webhook.path("clientConfig")),
                    new Policy(
                            Json.text(webhook, "failurePolicy").equals("Ignore"),
                            QUIET.contains(Json.text(webhook, "sideEffects")),
                            Json.text(webhook, "reinvocationPolicy").equals("IfNeeded")),
                    Duration.ofSeconds(Json.intOr(TIMEOUT_SECONDS, webhook, "timeoutSeconds")),
                    ClientConfig.review(Json.stringList(webhook, "admissionReviewVersions"))
                            .orElse("")));
        }
        return List.copyOf(hooks);
    }
}
