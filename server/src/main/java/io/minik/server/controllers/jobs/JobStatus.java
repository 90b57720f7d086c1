package io.minik.server.controllers.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.jobs.JobProgress.Verdict;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** A Job's status as its pods stand. Pure. */
final class JobStatus {
    /** Ends told between two writes; as upstream, so that the status stays small. */
    private static final int MOST_UNCOUNTED = 500;

    private JobStatus() {}

    /** @param settled whether all that we did is seen: only then may the job be said to be over */
    static KubeObject of(JobProgress progress, Optional<Verdict> verdict, JobPlan plan, boolean settled, String time) {
        return progress.job.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            boolean counted = countEnds(progress, status);
            countPods(progress, plan, status);
            if (JobPods.indexed(progress.job)) {
                tellIndexes(progress, status);
            }
            if (verdict.isEmpty()) {
                tellSuspension(progress, status, time);
            } else {
                conclude(progress, verdict.get(), counted && settled, status, time);
            }
            if (!progress.suspended() && !status.has("startTime")) {
                status.put("startTime", time);
            }
        });
    }

    private static void countPods(JobProgress progress, JobPlan plan, ObjectNode status) {
        List<KubeObject> active = progress.active();
        List<KubeObject> stay = active.stream()
                .filter(pod -> !plan.remove().contains(pod) && !plan.stop().contains(pod))
                .toList();
        Conditions.putUnlessZero(status, "active", stay.size());
        status.put("ready", stay.stream().filter(Pods::ready).count());
        status.put("terminating", progress.terminating().size() + active.size() - stay.size());
    }

    private static void tellIndexes(JobProgress progress, ObjectNode status) {
        String done = CompletedIndexes.text(progress.indexes.completed());
        if (done.isEmpty()) {
            status.remove("completedIndexes");
        } else {
            status.put("completedIndexes", done);
        }
        Conditions.putUnlessZero(
                status, "succeeded", progress.indexes.completed().size());
        if (JobIndexes.limitedEach(progress.job)) {
            status.put("failedIndexes", CompletedIndexes.text(progress.indexes.failed()));
        }
    }

    private static void tellSuspension(JobProgress progress, ObjectNode status, String time) {
        boolean said = Conditions.isTrue(status, "Suspended");
        if (progress.suspended() && !said) {
            condition(status, "Suspended", "True", "JobSuspended", "Job suspended", time);
        } else if (!progress.suspended() && said) {
            condition(status, "Suspended", "False", "JobResumed", "Job resumed", time);
            // Its time begins anew.
            status.put("startTime", time);
        }
    }

    private static void condition(
            ObjectNode status, String type, String value, String reason, String message, String time) {
        Conditions.set(status, type, value, reason, message, time).put("lastProbeTime", time);
    }

    private static void conclude(
            JobProgress progress, Verdict verdict, boolean counted, ObjectNode status, String time) {
        if (!Conditions.isTrue(status, verdict.announcement())) {
            condition(status, verdict.announcement(), "True", verdict.reason(), verdict.message(), time);
        }
        // The end is told once all pods are at theirs, so that nothing runs behind a job that says it is over.
        if (counted && progress.pods.stream().allMatch(Pods::finished)) {
            condition(status, verdict.condition(), "True", verdict.reason(), verdict.message(), time);
            if (verdict.complete()) {
                status.put("completionTime", time);
            }
        }
    }

    /** Answers whether nothing is left to be counted. */
    private static boolean countEnds(JobProgress progress, ObjectNode status) {
        Set<String> held = new HashSet<>();
        progress.pods.stream().filter(JobPods::tracked).forEach(pod -> held.add(pod.uid()));
        ObjectNode uncounted = status.putObject("uncountedTerminatedPods");
        boolean nothingLeft =
                count(progress, "succeeded", progress.uncountedSucceeded, held, progress::countsAsSuccess, status);
        nothingLeft &= count(progress, "failed", progress.uncountedFailed, held, progress::countsAsFailure, status);
        return nothingLeft && uncounted.isEmpty();
    }

    private static boolean count(
            JobProgress progress,
            String field,
            Set<String> before,
            Set<String> held,
            Predicate<KubeObject> ends,
            ObjectNode status) {
        ArrayNode list = Json.array();
        int counted = Json.intOr(0, progress.job.tree(), "status", field);
        for (String uid : before.stream().sorted().toList()) {
            if (held.contains(uid)) {
                list.add(uid);
            } else {
                counted++;
            }
        }
        List<String> fresh =
                progress.pods.stream().filter(ends).map(KubeObject::uid).toList();
        fresh.stream().limit(Math.max(0, MOST_UNCOUNTED - list.size())).forEach(list::add);
        Conditions.putUnlessZero(status, field, counted);
        if (!list.isEmpty()) {
            JsonNode uncounted = status.path("uncountedTerminatedPods");
            ((ObjectNode) uncounted).set(field, list);
        }
        return fresh.isEmpty();
    }
}
