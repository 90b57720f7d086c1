package io.minik.server.controllers.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.jobs.PodFailurePolicy.Action;
import io.minik.server.controllers.jobs.PodFailurePolicy.Match;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Where a Job stands and how it ends. Pure. A pod's end is counted once: its uid goes into
 * status.uncountedTerminatedPods (of an indexed success, its index into completedIndexes), then its finalizer goes, then
 * the uid becomes a count. {@link JobPlan} says what comes next, {@link JobStatus} what is told.
 */
final class JobProgress {
    /** @param condition Complete or Failed */
    record Verdict(String condition, String reason, String message) {
        boolean complete() {
            return condition.equals("Complete");
        }

        /** The condition that announces it while the last pods end. */
        String announcement() {
            return complete() ? "SuccessCriteriaMet" : "FailureTarget";
        }
    }

    final KubeObject job;
    final List<KubeObject> pods;
    final Instant now;
    final Set<String> uncountedSucceeded;
    final Set<String> uncountedFailed;
    final JobIndexes indexes;
    private final Optional<Verdict> announced;

    JobProgress(KubeObject job, List<KubeObject> pods, Instant now) {
        this.job = job;
        this.pods = pods;
        this.now = now;
        this.uncountedSucceeded =
                new HashSet<>(Json.stringList(job.tree(), "status", "uncountedTerminatedPods", "succeeded"));
        this.uncountedFailed =
                new HashSet<>(Json.stringList(job.tree(), "status", "uncountedTerminatedPods", "failed"));
        this.announced = announced(job);
        this.indexes = JobIndexes.of(
                job,
                pods.stream().filter(this::succeeded).filter(this::fresh).toList(),
                // Once the end is announced pods are stopped: that is no failure of their indexes.
                announced.isPresent()
                        ? List.of()
                        : pods.stream().filter(this::failed).filter(this::fresh).toList(),
                active());
    }

    /** A verdict that was told stands, whatever the pods do since. */
    private static Optional<Verdict> announced(KubeObject job) {
        for (String condition : List.of("Complete", "Failed")) {
            String announcement = new Verdict(condition, "", "").announcement();
            Optional<JsonNode> said = Conditions.find(job.at("status"), announcement)
                    .filter(each -> Json.text(each, "status").equals("True"));
            if (said.isPresent()) {
                return said.map(each -> new Verdict(condition, Json.text(each, "reason"), Json.text(each, "message")));
            }
        }
        return Optional.empty();
    }

    static Optional<JsonNode> finished(KubeObject job) {
        for (String type : List.of("Complete", "Failed")) {
            if (Conditions.isTrue(job.at("status"), type)) {
                return Conditions.find(job.at("status"), type);
            }
        }
        return Optional.empty();
    }

    // ---- what the job says

    int number(String field, int fallback) {
        return Json.intOr(fallback, job.tree(), "spec", field);
    }

    boolean suspended() {
        return Json.bool(job.tree(), "spec", "suspend");
    }

    /** How many successes complete it; empty: one, and then nothing new is started. */
    Optional<Integer> completions() {
        return job.at("spec", "completions").isNumber() ? Optional.of(number("completions", 1)) : Optional.empty();
    }

    /** A pod that is being deleted is replaced, and counted, only once it is Failed. */
    boolean replacesOnlyFailed() {
        return job.text("spec", "podReplacementPolicy").equals("Failed");
    }

    // ---- what the pods say

    boolean succeeded(KubeObject pod) {
        return Pods.phase(pod).equals("Succeeded");
    }

    boolean failed(KubeObject pod) {
        boolean leaves = pod.meta().deleting() && !Pods.finished(pod);
        boolean ended = announced.isPresent() && !announced.get().complete();
        return Pods.phase(pod).equals("Failed") || (leaves && (ended || !replacesOnlyFailed()));
    }

    List<KubeObject> active() {
        return pods.stream().filter(Pods::active).toList();
    }

    List<KubeObject> terminating() {
        return pods.stream()
                .filter(pod -> pod.meta().deleting() && !Pods.finished(pod))
                .toList();
    }

    /** Held by us, of this job's indexes, and its end not yet in the status. */
    private boolean fresh(KubeObject pod) {
        return JobPods.tracked(pod)
                && !uncountedSucceeded.contains(pod.uid())
                && !uncountedFailed.contains(pod.uid())
                && validIndex(pod);
    }

    private boolean validIndex(KubeObject pod) {
        int index = JobPods.index(pod);
        return !JobPods.indexed(job) || (index >= 0 && index < number("completions", 0));
    }

    private boolean waits(KubeObject pod) {
        return announced.isEmpty() && indexes.waiting().containsValue(pod);
    }

    int successes() {
        return JobPods.indexed(job)
                ? indexes.completed().size()
                : counted("succeeded", uncountedSucceeded, this::countsAsSuccess);
    }

    int failures() {
        return counted(
                "failed",
                uncountedFailed,
                pod -> failed(pod) && PodFailurePolicy.of(job, pod).counts());
    }

    private int counted(String field, Set<String> uncounted, Predicate<KubeObject> ended) {
        long fresh = pods.stream().filter(this::fresh).filter(ended).count();
        return Json.intOr(0, job.tree(), "status", field) + uncounted.size() + (int) fresh;
    }

    // ---- whose end is to be counted, who may go

    boolean countsAsSuccess(KubeObject pod) {
        return fresh(pod) && succeeded(pod) && !JobPods.indexed(job);
    }

    boolean countsAsFailure(KubeObject pod) {
        return fresh(pod)
                && failed(pod)
                && !waits(pod)
                && !endsWithSuccess(pod)
                && PodFailurePolicy.of(job, pod).counts();
    }

    /** It is taken away because the job is complete: that is no failure. */
    private boolean endsWithSuccess(KubeObject pod) {
        return announced.isPresent() && announced.get().complete() && !Pods.finished(pod);
    }

    /** Their end stands in the status already, or is none of its business: their finalizers may go. */
    List<KubeObject> releasable() {
        return pods.stream().filter(JobPods::tracked).filter(this::mayGo).toList();
    }

    private boolean mayGo(KubeObject pod) {
        if (uncountedSucceeded.contains(pod.uid()) || uncountedFailed.contains(pod.uid())) {
            return true;
        }
        boolean ended = Pods.finished(pod) || pod.meta().deleting();
        if (!ended) {
            return false;
        }
        if (!validIndex(pod) || endsWithSuccess(pod)) {
            return true;
        }
        if (succeeded(pod)) {
            return JobPods.indexed(job)
                    && JobIndexes.told(job, "completedIndexes").contains(JobPods.index(pod));
        }
        return failed(pod) && !waits(pod) && !PodFailurePolicy.of(job, pod).counts();
    }

    // ---- how it ends

    Optional<Verdict> verdict() {
        return announced
                .or(this::failedByPolicy)
                .or(this::outOfRetries)
                .or(this::outOfTime)
                .or(this::outOfIndexes)
                .or(this::succeededByPolicy)
                .or(this::complete);
    }

    private static Verdict failure(String reason, String message) {
        return new Verdict("Failed", reason, message);
    }

    private Optional<Verdict> failedByPolicy() {
        return pods.stream()
                .filter(this::failed)
                .map(pod -> PodFailurePolicy.of(job, pod))
                .filter(match -> match.action() == Action.FAIL_JOB)
                .findFirst()
                .map(Match::message)
                .map(message -> failure("PodFailurePolicy", message));
    }

    private Optional<Verdict> outOfRetries() {
        int limit = number("backoffLimit", JobIndexes.limitedEach(job) ? Integer.MAX_VALUE : 6);
        long restarts = 0;
        if (job.text("spec", "template", "spec", "restartPolicy").equals("OnFailure")) {
            restarts = pods.stream()
                    .filter(pod -> !Pods.finished(pod))
                    .mapToLong(Pods::allRestarts)
                    .sum();
        }
        boolean tooMany = failures() > limit || (limit == 0 ? restarts > 0 : restarts >= limit);
        return tooMany
                ? Optional.of(failure("BackoffLimitExceeded", "Job has reached the specified backoff limit"))
                : Optional.empty();
    }

    private Optional<Verdict> outOfTime() {
        return untilDeadline()
                .filter(left -> left.isZero() || left.isNegative())
                .map(left -> failure("DeadlineExceeded", "Job was active longer than specified deadline"));
    }

    /** Until activeDeadlineSeconds are over; empty: there is none. */
    Optional<Duration> untilDeadline() {
        JsonNode deadline = job.at("spec", "activeDeadlineSeconds");
        Optional<Instant> start = Outcomes.instant(job.text("status", "startTime"));
        return deadline.isNumber() && start.isPresent() && !suspended()
                ? Optional.of(Duration.between(now, Outcomes.after(start.get(), deadline.longValue())))
                : Optional.empty();
    }

    private Optional<Verdict> outOfIndexes() {
        int failed = indexes.failed().size();
        if (failed > number("maxFailedIndexes", Integer.MAX_VALUE)) {
            return Optional.of(failure(
                    "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"));
        }
        return failed > 0 && failed + indexes.completed().size() >= number("completions", 0)
                ? Optional.of(failure("FailedIndexes", "Job has failed indexes"))
                : Optional.empty();
    }

    private Optional<Verdict> succeededByPolicy() {
        return JobPods.indexed(job)
                ? indexes.success(job).map(message -> new Verdict("Complete", "SuccessPolicy", message))
                : Optional.empty();
    }

    private Optional<Verdict> complete() {
        boolean complete = completions()
                .map(wanted -> successes() >= wanted)
                .orElseGet(() -> successes() > 0 && active().isEmpty());
        return complete
                ? Optional.of(
                        new Verdict("Complete", "CompletionsReached", "Reached expected number of succeeded pods"))
                : Optional.empty();
    }
}
