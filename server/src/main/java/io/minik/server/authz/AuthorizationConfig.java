package io.minik.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CelType;
import io.minik.api.cel.CompileFault;
import io.minik.api.cel.Program;
import io.minik.api.meta.Causes;
import io.minik.api.schema.Durations;
import io.minik.ground.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who is asked whether somebody may, in which order: apiserver.config.k8s.io AuthorizationConfiguration. */
public record AuthorizationConfig(List<Step> steps) {
    private static final Set<String> VERSIONS =
            Set.of("apiserver.config.k8s.io/v1", "apiserver.config.k8s.io/v1beta1", "apiserver.config.k8s.io/v1alpha1");
    private static final List<String> TYPES = List.of("AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook");
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration ALLOWED = Duration.ofMinutes(5);
    private static final Duration OTHERS = Duration.ofSeconds(30);
    private static final CelEnvironment CONDITIONS = CelEnvironment.of(Map.of("request", AccessSpec.DECL));

    /** What is asked where nothing is said. */
    public static final AuthorizationConfig USUAL = ofModes(List.of("Node", "RBAC"), Optional.empty());

    /** @param webhook of type Webhook alone */
    public record Step(String type, String name, Optional<Webhook> webhook) {}

    /**
     * @param kubeconfig file that names the server
     * @param version of the review: v1 or v1beta1
     * @param deniesOnFailure else it has no opinion where it can't be asked
     * @param allowedHeld and othersHeld: how long a decision is remembered; zero: not
     * @param conditions all must hold, or it is not asked
     */
    public record Webhook(
            String kubeconfig,
            String version,
            Duration timeout,
            boolean deniesOnFailure,
            Duration allowedHeld,
            Duration othersHeld,
            List<Program> conditions) {}

    /** As flags say it. @throws IllegalArgumentException that names the mode */
    public static AuthorizationConfig ofModes(List<String> modes, Optional<Webhook> webhook) {
        List<Step> steps = new ArrayList<>();
        for (String mode : modes) {
            if (!TYPES.contains(mode)) {
                throw new IllegalArgumentException("has no mode that there is: they are " + String.join(", ", TYPES));
            }
            if (steps.stream().anyMatch(step -> step.type().equals(mode))) {
                throw new IllegalArgumentException("has mode \"" + mode + "\" specified more than once");
            }
            boolean asks = mode.equals("Webhook");
            if (asks && webhook.isEmpty()) {
                throw new IllegalArgumentException("mode Webhook needs --authorization-webhook-config-file");
            }
            steps.add(new Step(mode, mode.toLowerCase(Locale.ROOT), asks ? webhook : Optional.empty()));
        }
        return new AuthorizationConfig(List.copyOf(steps));
    }

    /** @throws IllegalArgumentException that says which field is wrong, and why */
    public static AuthorizationConfig parse(JsonNode file) {
        require(VERSIONS.contains(Json.text(file, "apiVersion")), "apiVersion: must be apiserver.config.k8s.io/v1");
        require(
                Json.text(file, "kind").equals("AuthorizationConfiguration"),
                "kind: must be AuthorizationConfiguration");
        only(file, "", Set.of("apiVersion", "kind", "authorizers"));
        Causes causes = new Causes();
        List<Step> steps = new ArrayList<>();
        Set<String> names = new HashSet<>();
        if (file.path("authorizers").isEmpty()) {
            causes.required("authorizers", "at least one authorization mode must be defined");
        }
        for (int at = 0; at < file.path("authorizers").size(); at++) {
            String here = "authorizers[" + at + "]";
            JsonNode said = file.path("authorizers").get(at);
            only(said, here + ".", Set.of("type", "name", "webhook"));
            String type = Json.text(said, "type");
            String name = Json.text(said, "name");
            if (!TYPES.contains(type)) {
                causes.unsupported(here + ".type", type, TYPES);
            } else if (!type.equals("Webhook")
                    && steps.stream().anyMatch(step -> step.type().equals(type))) {
                causes.duplicate(here + ".type", type);
            }
            if (name.isEmpty()) {
                causes.required(here + ".name");
            } else if (!names.add(name)) {
                causes.duplicate(here + ".name", name);
            }
            boolean asks = type.equals("Webhook");
            if (asks != said.path("webhook").isObject()) {
                causes.required(
                        here + ".webhook",
                        asks ? "required when type=Webhook" : "webhook may only be specified when type=Webhook");
            }
            steps.add(new Step(
                    type,
                    name,
                    asks ? Optional.of(webhook(causes, here + ".webhook", said.path("webhook"))) : Optional.empty()));
        }
        require(causes.isEmpty(), causes.toString());
        return new AuthorizationConfig(List.copyOf(steps));
    }

    private static Webhook webhook(Causes causes, String at, JsonNode said) {
        only(
                said,
                at + ".",
                Set.of(
                        "authorizedTTL",
                        "unauthorizedTTL",
                        "cacheAuthorizedRequests",
                        "cacheUnauthorizedRequests",
                        "timeout",
                        "subjectAccessReviewVersion",
                        "matchConditionSubjectAccessReviewVersion",
                        "failurePolicy",
                        "connectionInfo",
                        "matchConditions"));
        String version = Json.text(said, "subjectAccessReviewVersion");
        if (!List.of("v1", "v1beta1").contains(version)) {
            causes.unsupported(at + ".subjectAccessReviewVersion", version, List.of("v1", "v1beta1"));
        }
        String policy = Json.text(said, "failurePolicy");
        if (!List.of("NoOpinion", "Deny").contains(policy)) {
            causes.unsupported(at + ".failurePolicy", policy, List.of("NoOpinion", "Deny"));
        }
        Duration timeout = duration(causes, at + ".timeout", Json.text(said, "timeout"), Duration.ZERO);
        if (timeout.isZero() || timeout.isNegative() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            causes.invalid(at + ".timeout", Json.text(said, "timeout"), "must be > 0s and <= 30s");
        }
        String kind = Json.text(said, "connectionInfo", "type");
        if (!kind.equals("KubeConfigFile")) {
            causes.unsupported(at + ".connectionInfo.type", kind, List.of("KubeConfigFile"));
        }
        String kubeconfig = Json.text(said, "connectionInfo", "kubeConfigFile");
        if (!kubeconfig.startsWith("/")) {
            causes.invalid(at + ".connectionInfo.kubeConfigFile", kubeconfig, "must be an absolute path");
        }
        Duration allowed = duration(causes, at + ".authorizedTTL", Json.text(said, "authorizedTTL"), ALLOWED);
        Duration others = duration(causes, at + ".unauthorizedTTL", Json.text(said, "unauthorizedTTL"), OTHERS);
        return new Webhook(
                kubeconfig,
                version,
                timeout,
                policy.equals("Deny"),
                Json.boolOr(true, said, "cacheAuthorizedRequests") ? allowed : Duration.ZERO,
                Json.boolOr(true, said, "cacheUnauthorizedRequests") ? others : Duration.ZERO,
                conditions(causes, at + ".matchConditions", said));
    }

    private static List<Program> conditions(Causes causes, String at, JsonNode said) {
        JsonNode conditions = said.path("matchConditions");
        if (!conditions.isEmpty()
                && !Json.text(said, "matchConditionSubjectAccessReviewVersion").equals("v1")) {
            causes.required(
                    at.replace("matchConditions", "matchConditionSubjectAccessReviewVersion"),
                    "required if match conditions are specified: v1");
        }
        List<Program> programs = new ArrayList<>();
        for (int each = 0; each < conditions.size(); each++) {
            String here = at + "[" + each + "].expression";
            String expression = Json.text(conditions.get(each), "expression");
            if (expression.isBlank()) {
                causes.required(here);
                continue;
            }
            try {
                Program program = CONDITIONS.compile(expression);
                CelType.refusal(List.of(CelType.BOOL), program.type())
                        .ifPresent(why -> causes.invalid(here, expression, why));
                programs.add(program);
            } catch (CompileFault e) {
                causes.invalid(here, expression, e.told());
            }
        }
        return List.copyOf(programs);
    }

    private static Duration duration(Causes causes, String at, String text, Duration unsaid) {
        try {
            Duration duration = text.isEmpty() ? unsaid : Durations.parse(text);
            if (duration.isNegative()) {
                causes.invalid(at, text, "must be greater than 0s");
            }
            return duration;
        } catch (IllegalArgumentException e) {
            causes.invalid(at, text, "is no duration");
            return unsaid;
        }
    }

    private static void only(JsonNode tree, String at, Set<String> fields) {
        tree.fieldNames().forEachRemaining(name -> require(fields.contains(name), at + name + ": unknown field"));
    }

    private static void require(boolean holds, String why) {
        if (!holds) {
            throw new IllegalArgumentException(why);
        }
    }
}
