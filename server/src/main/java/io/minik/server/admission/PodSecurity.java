package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.minik.server.podsecurity.PodSecurityConfig;
import io.minik.server.podsecurity.Policy;
import io.minik.server.podsecurity.Standards;
import io.minik.server.podsecurity.Verdict;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Holds pods to the standards that their namespace's labels name: refuses them, notes in the audit log, warns. What makes
 * pods later is warned of, never refused: its pods will be.
 */
public final class PodSecurity implements Admission {
    private static final Set<String> IGNORED =
            Set.of("exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status");
    private static final String SECCOMP_OF_POD = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP_OF_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";

    private final PodSecurityConfig config;

    public PodSecurity(PodSecurityConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return "PodSecurity";
    }

    @Override
    public Future<Void> validate(Review review) {
        if (review.operation() == Operation.DELETE) {
            return DONE;
        }
        Resource resource = review.resource();
        if (resource.equals(Resources.NAMESPACES)) {
            if (review.subresource().isEmpty()) {
                namespace(review);
            }
        } else if (resource.equals(Resources.PODS)) {
            if (!IGNORED.contains(review.subresource())) {
                pod(review);
            }
        } else if (review.subresource().isEmpty()) {
            PodTemplates.find(resource, review.object()).ifPresent(template -> template(review, template));
        }
        return DONE;
    }

    private void namespace(Review review) {
        Policy.Parsed now = Policy.parse(labels(review.object()), config.defaults());
        Optional<Policy.Parsed> before =
                review.old().map(old -> Policy.parse(old.meta().labels(), config.defaults()));
        boolean kept = before.isPresent() && before.get().errors().equals(now.errors());
        if (!now.errors().isEmpty() && !kept) {
            throw ApiException.invalid(Resources.NAMESPACES, review.key().name(), now.errors());
        }
        if (config.namespaces().contains(review.key().name())) {
            exempt(review, now.policy(), before);
        } else if (before.isPresent()) {
            new ExistingPods(config)
                    .tightened(
                            review,
                            before.get().policy().enforce(),
                            now.policy().enforce());
        }
    }

    /** Labels of an exempt namespace look as if they did something. */
    private void exempt(Review review, Policy policy, Optional<Policy.Parsed> before) {
        boolean changed = before.isEmpty() || !before.get().policy().equals(policy);
        if (changed && !policy.fullyPrivileged() && Policy.labelled(labels(review.object()))) {
            review.warn("namespace \"" + review.key().name() + "\" is exempt from Pod Security, and the policy ("
                    + policy.compact() + ") will be ignored");
        }
    }

    private void pod(Review review) {
        if (isExempt(review)) {
            return;
        }
        Policy.Parsed asked = policy(review);
        if (asked.errors().isEmpty() && asked.policy().fullyPrivileged()) {
            annotate(review, "enforce-policy", asked.policy().enforce().toString());
            return;
        }
        boolean significant = review.old().isEmpty()
                || significant(review.object(), review.old().get().tree());
        if (significant) {
            evaluate(review, asked, review.object(), true);
        }
    }

    private void template(Review review, JsonNode template) {
        if (isExempt(review)) {
            return;
        }
        Policy.Parsed asked = policy(review);
        boolean silent =
                asked.policy().warn().privileged() && asked.policy().audit().privileged();
        if (!silent || !asked.errors().isEmpty()) {
            evaluate(review, asked, template, false);
        }
    }

    private boolean isExempt(Review review) {
        if (config.namespaces().contains(review.key().namespace())) {
            annotate(review, "exempt", "namespace");
            return true;
        }
        if (config.usernames().contains(review.user().name())) {
            annotate(review, "exempt", "user");
            return true;
        }
        return false;
    }

    private Policy.Parsed policy(Review review) {
        Map<String, String> labels = review.lookup()
                .find(Resources.NAMESPACES, ObjectKey.cluster(review.key().namespace()))
                .map(namespace -> namespace.meta().labels())
                .orElse(Map.of());
        return Policy.parse(labels, config.defaults());
    }

    private void evaluate(Review review, Policy.Parsed asked, JsonNode pod, boolean enforce) {
        JsonNode metadata = pod.path("metadata");
        JsonNode spec = pod.path("spec");
        if (config.runtimeClasses().contains(Json.text(spec, "runtimeClassName"))) {
            annotate(review, "exempt", "runtimeClass");
            return;
        }
        if (!asked.errors().isEmpty()) {
            annotate(review, "error", "Failed to parse policy: " + Causes.text(asked.errors()));
        }
        Policy policy = asked.policy();
        Verdict enforced = Verdict.ALLOWED;
        if (enforce) {
            annotate(review, "enforce-policy", policy.enforce().toString());
            enforced = Standards.evaluate(policy.enforce(), metadata, spec);
        }
        Verdict audited = Standards.evaluate(policy.audit(), metadata, spec);
        if (!audited.allowed()) {
            annotate(
                    review,
                    "audit-violations",
                    "would violate PodSecurity \"" + policy.audit() + "\": " + audited.details());
        }
        if (!enforced.allowed()) {
            throw ApiException.forbidden(
                    Resources.PODS,
                    review.key().name(),
                    "violates PodSecurity \"" + policy.enforce() + "\": " + enforced.details());
        }
        Verdict warned = Standards.evaluate(policy.warn(), metadata, spec);
        if (!warned.allowed()) {
            review.warn("would violate PodSecurity \"" + policy.warn() + "\": " + warned.details());
        }
    }

    private static void annotate(Review review, String key, String value) {
        review.annotate(Policy.LABEL_PREFIX + key, value);
    }

    private static Map<String, String> labels(JsonNode object) {
        return Json.strings(object, "metadata", "labels");
    }

    /** Of what may change of a pod only images, seccomp's annotations and ephemeral containers matter. */
    private static boolean significant(JsonNode now, JsonNode before) {
        if (annotation(now, SECCOMP_OF_POD).equals(annotation(before, SECCOMP_OF_POD))) {
            for (String list : List.of("containers", "initContainers")) {
                List<JsonNode> present = Json.items(now, "spec", list);
                List<JsonNode> old = Json.items(before, "spec", list);
                if (present.size() != old.size()) {
                    return true;
                }
                for (int at = 0; at < present.size(); at++) {
                    if (changed(present.get(at), old.get(at), now, before)) {
                        return true;
                    }
                }
            }
            List<JsonNode> old = Json.items(before, "spec", "ephemeralContainers");
            return Json.items(now, "spec", "ephemeralContainers").stream().anyMatch(container -> old.stream()
                    .filter(was -> Json.text(was, "name").equals(Json.text(container, "name")))
                    .findFirst()
                    .map(was -> changed(container, was, now, before))
                    .orElse(true));
        }
        return true;
    }

    private static boolean changed(JsonNode container, JsonNode old, JsonNode now, JsonNode before) {
        String key = SECCOMP_OF_CONTAINER + Json.text(container, "name");
        return !Json.text(container, "image").equals(Json.text(old, "image"))
                || !annotation(now, key).equals(annotation(before, key));
    }

    private static String annotation(JsonNode pod, String key) {
        return Json.text(pod, "metadata", "annotations", key);
    }
}
