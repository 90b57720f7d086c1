package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Seconds;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Outcomes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A Deployment's status and conditions, as the rollout stands. Pure. */
final class DeploymentStatus {
    private static final String PROGRESSING = "Progressing";
    private static final String DONE = "NewReplicaSetAvailable";

    private DeploymentStatus() {}

    /** The deployment with its status of now. */
    static KubeObject of(Rollout rollout, Instant now, String time) {
        KubeObject deployment = rollout.deployment();
        KubeObject counted = deployment.edit(tree -> count(rollout, Json.child(tree, "status"), time));
        boolean deadline = deployment.at("spec", "progressDeadlineSeconds").isNumber();
        boolean paused = Json.bool(deployment.tree(), "spec", "paused");
        if (!deadline) {
            return counted;
        }
        return counted.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            if (paused) {
                if (!reason(status).equals("DeploymentPaused")) {
                    progress(status, "Unknown", "DeploymentPaused", "Deployment is paused", time);
                }
                return;
            }
            if (reason(status).equals("DeploymentPaused")) {
                progress(status, "Unknown", "DeploymentResumed", "Deployment is resumed", time);
            }
            judge(rollout, counted, status, now, time);
        });
    }

    private static void count(Rollout rollout, ObjectNode status, String time) {
        int available = Rollout.sum(rollout.all(), "availableReplicas");
        int wanted = rollout.wanted();
        status.put("observedGeneration", rollout.deployment().meta().generation());
        Conditions.putUnlessZero(status, "replicas", Rollout.sum(rollout.all(), "replicas"));
        Conditions.putUnlessZero(
                status,
                "updatedReplicas",
                rollout.current().map(set -> Rollout.status(set, "replicas")).orElse(0));
        Conditions.putUnlessZero(status, "readyReplicas", Rollout.sum(rollout.all(), "readyReplicas"));
        Conditions.putUnlessZero(status, "availableReplicas", available);
        Conditions.putUnlessZero(status, "unavailableReplicas", Math.max(0, Rollout.sum(rollout.all()) - available));
        boolean enough = available >= wanted - rollout.maxUnavailable();
        set(
                status,
                "Available",
                enough ? "True" : "False",
                enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
                time);
        Optional<JsonNode> failure = rollout.all().stream()
                .map(set -> Conditions.find(set.at("status"), "ReplicaFailure"))
                .flatMap(Optional::stream)
                .findFirst();
        if (failure.isPresent()) {
            set(
                    status,
                    "ReplicaFailure",
                    Json.text(failure.get(), "status"),
                    Json.text(failure.get(), "reason"),
                    Json.text(failure.get(), "message"),
                    time);
        } else {
            Conditions.remove(status, "ReplicaFailure");
        }
    }

    private static void judge(Rollout rollout, KubeObject counted, ObjectNode status, Instant now, String time) {
        String subject = rollout.current()
                .map(set -> "ReplicaSet \"" + set.name() + "\"")
                .orElse("Deployment \"" + rollout.deployment().name() + "\"");
        JsonNode before = rollout.deployment().at("status");
        if (rollout.complete(counted) && rollout.current().isPresent()) {
            if (!reason(status).equals(DONE)) {
                progress(status, "True", DONE, subject + " has successfully progressed.", time);
            }
        } else if (reason(status).isEmpty()) {
            progress(
                    status,
                    "True",
                    "NewReplicaSetCreated",
                    "Created new replica set \""
                            + rollout.current().map(KubeObject::name).orElse("") + "\"",
                    time);
        } else if (moved(before, status) || (reason(status).equals(DONE) && !settled(rollout, before))) {
            progress(status, "True", "ReplicaSetUpdated", subject + " is progressing.", time);
        } else if (timedOut(rollout, status, now)) {
            progress(status, "False", "ProgressDeadlineExceeded", subject + " has timed out progressing.", time);
        }
    }

    private static boolean moved(JsonNode before, JsonNode after) {
        return count(after, "updatedReplicas") > count(before, "updatedReplicas")
                || count(after, "readyReplicas") > count(before, "readyReplicas")
                || count(after, "availableReplicas") > count(before, "availableReplicas")
                || count(after, "replicas") - count(after, "updatedReplicas")
                        < count(before, "replicas") - count(before, "updatedReplicas");
    }

    /** It was told complete for this generation: pods that die now are no rollout. */
    private static boolean settled(Rollout rollout, JsonNode before) {
        return Json.longOr(0, before, "observedGeneration")
                        >= rollout.deployment().meta().generation()
                && rollout.old().stream().allMatch(set -> Rollout.replicas(set) == 0);
    }

    private static int count(JsonNode status, String field) {
        return Json.intOr(0, status, field);
    }

    private static boolean timedOut(Rollout rollout, JsonNode status, Instant now) {
        return !reason(status).equals(DONE)
                && untilDeadline(rollout.deployment(), status, now)
                        .map(left -> left.isNegative() || left.isZero())
                        .orElse(false);
    }

    /** When to look whether the rollout got stuck; empty: it is done, told stuck, or has no deadline. */
    static Optional<Duration> nextLook(KubeObject told, Instant now) {
        String reason = reason(told.at("status"));
        boolean waits = !reason.equals(DONE)
                && !reason.equals("ProgressDeadlineExceeded")
                && !Json.bool(told.tree(), "spec", "paused");
        return waits ? untilDeadline(told, told.at("status"), now) : Optional.empty();
    }

    private static Optional<Duration> untilDeadline(KubeObject deployment, JsonNode status, Instant now) {
        long seconds = Json.longOr(0, deployment.tree(), "spec", "progressDeadlineSeconds");
        return Conditions.find(status, PROGRESSING)
                .filter(ignored -> seconds > 0)
                .flatMap(condition -> Outcomes.instant(Json.text(condition, "lastUpdateTime")))
                .map(since ->
                        Duration.between(now, Seconds.after(since, seconds)).plusSeconds(1));
    }

    private static String reason(JsonNode status) {
        return Conditions.find(status, PROGRESSING)
                .map(condition -> Json.text(condition, "reason"))
                .orElse("");
    }

    private static void progress(ObjectNode status, String value, String reason, String message, String time) {
        Conditions.set(status, PROGRESSING, value, reason, message, time).put("lastUpdateTime", time);
    }

    private static void set(ObjectNode status, String type, String value, String reason, String message, String time) {
        boolean changed = Conditions.find(status, type)
                .map(condition -> !Json.text(condition, "status").equals(value)
                        || !Json.text(condition, "reason").equals(reason))
                .orElse(true);
        if (changed) {
            Conditions.set(status, type, value, reason, message, time).put("lastUpdateTime", time);
        }
    }
}
