package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.CronSchedule;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What makes pods: controllers of apps and batch, and what acts on them. */
final class WorkloadRules {
    private final Causes causes;

    WorkloadRules(Causes causes) {
        this.causes = causes;
    }

    void replicationController(JsonNode spec) {
        JsonNode selector = spec.path("selector");
        if (selector.isEmpty()) {
            causes.required("spec.selector");
        }
        JsonNode template = spec.path("template");
        if (template.isMissingNode()) {
            causes.required("spec.template");
            return;
        }
        if (!LabelSelector.of(Json.strings(selector)).matches(Json.strings(template, "metadata", "labels"))) {
            mismatch(template);
        }
        template(template, Map.of(), "ReplicationController");
    }

    void deployment(JsonNode spec) {
        selected(spec, Map.of(), "ReplicaSet");
        JsonNode strategy = spec.path("strategy");
        JsonNode rolling = strategy.path("rollingUpdate");
        if (Json.text(strategy, "type").equals("Recreate") && !rolling.isMissingNode()) {
            causes.forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
        }
        if (Json.text(strategy, "type").equals("RollingUpdate")) {
            intOrPercent(rolling.path("maxUnavailable"), "spec.strategy.rollingUpdate.maxUnavailable", true);
            intOrPercent(rolling.path("maxSurge"), "spec.strategy.rollingUpdate.maxSurge", false);
            if (zero(rolling.path("maxUnavailable")) && zero(rolling.path("maxSurge"))) {
                causes.invalid(
                        "spec.strategy.rollingUpdate.maxUnavailable",
                        rolling.path("maxUnavailable"),
                        "may not be 0 when `maxSurge` is 0");
            }
        }
        if (spec.has("progressDeadlineSeconds")
                && Json.longOr(0, spec, "progressDeadlineSeconds") <= Json.longOr(0, spec, "minReadySeconds")) {
            causes.invalid(
                    "spec.progressDeadlineSeconds",
                    spec.path("progressDeadlineSeconds"),
                    "must be greater than minReadySeconds");
        }
    }

    void daemonSet(JsonNode spec) {
        selected(spec, Map.of(), "DaemonSet");
        JsonNode rolling = Json.at(spec, "updateStrategy", "rollingUpdate");
        if (Json.text(spec, "updateStrategy", "type").equals("RollingUpdate")) {
            String path = "spec.updateStrategy.rollingUpdate";
            intOrPercent(rolling.path("maxUnavailable"), path + ".maxUnavailable", true);
            intOrPercent(rolling.path("maxSurge"), path + ".maxSurge", true);
            boolean surge = !zero(rolling.path("maxSurge"));
            boolean unavailable = !zero(rolling.path("maxUnavailable"));
            if (surge && unavailable) {
                causes.invalid(
                        path + ".maxSurge", rolling.path("maxSurge"), "may not be set when maxUnavailable is non-zero");
            } else if (!surge && !unavailable) {
                causes.required(path + ".maxUnavailable", "cannot be 0 when maxSurge is 0");
            }
        }
    }

    void statefulSet(JsonNode spec) {
        Map<String, JsonNode> claims = new HashMap<>();
        JsonNode templates = spec.path("volumeClaimTemplates");
        for (int at = 0; at < templates.size(); at++) {
            claims.put(Json.text(templates.get(at), "metadata", "name"), templates.get(at));
            new SmallKindRules(causes)
                    .claim(templates.get(at).path("spec"), "spec.volumeClaimTemplates[" + at + "].spec");
        }
        selected(spec, claims, "StatefulSet");
        JsonNode unavailable = Json.at(spec, "updateStrategy", "rollingUpdate", "maxUnavailable");
        String path = "spec.updateStrategy.rollingUpdate.maxUnavailable";
        intOrPercent(unavailable, path, true);
        if (!unavailable.isMissingNode() && zero(unavailable)) {
            causes.invalid(path, unavailable, "cannot be 0");
        }
        if (Json.text(spec, "updateStrategy", "type").equals("OnDelete")
                && Json.at(spec, "updateStrategy").has("rollingUpdate")) {
            causes.invalid(
                    "spec.updateStrategy.rollingUpdate",
                    Json.at(spec, "updateStrategy", "rollingUpdate"),
                    "only allowed for updateStrategy 'RollingUpdate'");
        }
    }

    /** A required selector that the template's labels must match. @param kind that the pods are of: a Deployment's have a ReplicaSet */
    void selected(JsonNode spec, Map<String, JsonNode> claims, String kind) {
        JsonNode selector = spec.path("selector");
        JsonNode template = spec.path("template");
        if (selector.isMissingNode()) {
            causes.required("spec.selector");
        } else if (selector.path("matchLabels").isEmpty()
                && selector.path("matchExpressions").isEmpty()) {
            String word = kind.equals("ReplicaSet") ? "deployment" : kind.toLowerCase(Locale.ROOT);
            causes.invalid("spec.selector", selector, "empty selector is invalid for " + word);
        }
        if (template.isMissingNode() && !selector.isMissingNode()) {
            causes.required("spec.template");
            return;
        }
        boolean operators = Json.items(selector, "matchExpressions").stream()
                .allMatch(expression ->
                        Set.of("In", "NotIn", "Exists", "DoesNotExist").contains(Json.text(expression, "operator")));
        if (operators && !LabelSelector.of(selector).matches(Json.strings(template, "metadata", "labels"))) {
            mismatch(template);
        }
        template(template, claims, kind);
    }

    private void mismatch(JsonNode template) {
        JsonNode labels = Json.at(template, "metadata", "labels");
        causes.invalid(
                "spec.template.metadata.labels",
                labels.isMissingNode() ? NullNode.getInstance() : labels,
                "`selector` does not match template `labels`");
    }

    private void template(JsonNode template, Map<String, JsonNode> claims, String kind) {
        String path = "spec.template";
        JsonNode spec = template.path("spec");
        new PodRules(causes).spec(spec, path + ".spec", true, claims);
        new PodAnnotationRules(causes).check(Json.at(template, "metadata", "annotations"), spec, path + ".annotations");
        String policy = Json.text(spec, "restartPolicy");
        if (policy.equals("OnFailure") || policy.equals("Never")) {
            causes.unsupported(path + ".spec.restartPolicy", policy, Set.of("Always"));
        }
        if (spec.has("activeDeadlineSeconds")) {
            causes.forbidden(
                    path + ".spec.activeDeadlineSeconds", "activeDeadlineSeconds in " + kind + " is not Supported");
        }
        if (spec.path("ephemeralContainers").size() > 0) {
            causes.forbidden(path + ".spec.ephemeralContainers", "ephemeral containers not allowed in pod template");
        }
    }

    /** Unless its author cares for the selector, a Job selects by its own uid, and its pods carry its labels. */
    void jobSelector(JsonNode job) {
        JsonNode spec = job.path("spec");
        JsonNode selector = spec.path("selector");
        if (selector.isMissingNode()) {
            causes.required("spec.selector");
            return;
        }
        Map<String, String> labels = Json.strings(spec, "template", "metadata", "labels");
        if (!Json.bool(spec, "manualSelector")) {
            String uid = Json.text(job, "metadata", "uid");
            String name = Json.text(job, "metadata", "name");
            for (String prefix : List.of("", "batch.kubernetes.io/")) {
                labelled(labels, prefix + "controller-uid", uid);
                labelled(labels, prefix + "job-name", name);
            }
            Map<String, String> own = Map.of(
                    "batch.kubernetes.io/controller-uid", uid,
                    "controller-uid", uid,
                    "batch.kubernetes.io/job-name", name,
                    "job-name", name);
            if (!LabelSelector.of(selector).matches(own)) {
                causes.invalid("spec.selector", selector, "`selector` not auto-generated");
            }
        }
        if (!LabelSelector.of(selector).matches(labels)) {
            mismatch(spec.path("template"));
        }
    }

    private void labelled(Map<String, String> labels, String key, String value) {
        String path = "spec.template.metadata.labels";
        String present = labels.get(key);
        if (present == null) {
            causes.required(Causes.at(path, key), "must be '" + value + "'");
        } else if (!present.equals(value)) {
            causes.invalid(Causes.at(path, key), present, "must be '" + value + "'");
        }
    }

    void job(JsonNode spec, String path) {
        JsonNode template = spec.path("template");
        JsonNode pod = template.path("spec");
        new PodRules(causes).spec(pod, path + ".template.spec", true);
        new PodAnnotationRules(causes)
                .check(Json.at(template, "metadata", "annotations"), pod, path + ".template.annotations");
        String policy = Json.text(pod, "restartPolicy");
        if (!policy.equals("OnFailure") && !policy.equals("Never")) {
            causes.required(path + ".template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
            boolean known = policy.equals("Always");
            if (known) {
                causes.unsupported(path + ".template.spec.restartPolicy", policy, List.of("OnFailure", "Never"));
            }
        }
        new JobPolicyRules(causes, spec, path).check();
        if (spec.has("podFailurePolicy") && !policy.equals("Never")) {
            causes.invalid(
                    path + ".template.spec.restartPolicy",
                    policy,
                    "only \"Never\" is supported when podFailurePolicy is specified");
        }
    }

    void cronJob(JsonNode spec) {
        String schedule = Json.text(spec, "schedule");
        if (schedule.contains("TZ")) {
            causes.invalid(
                    "spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        } else if (!schedule.isEmpty()) {
            try {
                CronSchedule.parse(schedule);
            } catch (IllegalArgumentException notOne) {
                causes.invalid("spec.schedule", schedule, String.valueOf(notOne.getMessage()));
            }
        }
        String zone = Json.text(spec, "timeZone");
        if (spec.has("timeZone") && zone.isEmpty()) {
            causes.invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string");
        }
        if (zone.equalsIgnoreCase("Local")) {
            causes.invalid(
                    "spec.timeZone",
                    zone,
                    "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        } else if (!zone.isEmpty() && !ZoneId.getAvailableZoneIds().contains(zone)) {
            causes.invalid("spec.timeZone", zone, "unknown time zone " + zone);
        }
        JsonNode job = Json.at(spec, "jobTemplate", "spec");
        if (Json.bool(job, "manualSelector")) {
            causes.unsupported("spec.jobTemplate.spec.manualSelector", "true", List.of("false"));
        }
        job(job, "spec.jobTemplate.spec");
    }

    void disruptionBudget(JsonNode spec) {
        if (spec.has("minAvailable") && spec.has("maxUnavailable")) {
            causes.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
        }
        intOrPercent(spec.path("minAvailable"), "spec.minAvailable", true);
        intOrPercent(spec.path("maxUnavailable"), "spec.maxUnavailable", true);
    }

    private void intOrPercent(JsonNode value, String path, boolean atMostHundred) {
        if (value.isTextual()) {
            String text = value.textValue();
            if (!text.matches("[0-9]{1,9}%")) {
                causes.invalid(
                        path,
                        text,
                        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or"
                                + " '93%', regex used for validation is '[0-9]+%')");
            } else if (atMostHundred && Integer.parseInt(text.substring(0, text.length() - 1)) > 100) {
                causes.invalid(path, text, "must not be greater than 100%");
            }
        } else if (value.isInt() && value.intValue() < 0) {
            causes.invalid(path, value, "must be greater than or equal to 0");
        }
    }

    private static boolean zero(JsonNode value) {
        return value.isTextual() ? value.textValue().equals("0%") : value.asInt() == 0;
    }
}
