package io.minik.server.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where a Job stands and what comes next. Pure. A pod's end is counted once: its uid goes into
 * status.uncountedTerminatedPods, then its finalizer goes, then the uid becomes a count.
 */
final class JobProgress {
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(10);
    private static final Duration LAST_BACKOFF = Duration.ofMinutes(10);

    /** @param condition Complete or Failed */
    record Verdict(String condition, String reason, String message) {}

    final KubeObject job;
    final List<KubeObject> pods;
    private final Instant now;
    private final Set<String> uncountedSucceeded;
    private final Set<String> uncountedFailed;

    JobProgress(KubeObject job, List<KubeObject> pods, Instant now) {
        this.job = job;
        this.pods = pods;
        this.now = now;
        this.uncountedSucceeded =
                new HashSet<>(Json.stringList(job.tree(), "status", "uncountedTerminatedPods", "succeeded"));
        this.uncountedFailed =
                new HashSet<>(Json.stringList(job.tree(), "status", "uncountedTerminatedPods", "failed"));
    }

    // ---- what is

    private int number(String field, int fallback) {
        return Json.intOr(fallback, job.tree(), "spec", field);
    }

    boolean suspended() {
        return Json.bool(job.tree(), "spec", "suspend");
    }

    private static boolean failed(KubeObject pod) {
        // A pod that is taken away before it ended did not succeed.
        return Pods.phase(pod).equals("Failed") || (pod.meta().deleting() && !Pods.finished(pod));
    }

    private boolean fresh(KubeObject pod) {
        return JobPods.tracked(pod) && !uncountedSucceeded.contains(pod.uid()) && !uncountedFailed.contains(pod.uid());
    }

    int succeeded() {
        return counted("succeeded", uncountedSucceeded, pod -> Pods.phase(pod).equals("Succeeded"));
    }

    int failures() {
        return counted("failed", uncountedFailed, JobProgress::failed);
    }

    private int counted(String field, Set<String> uncounted, java.util.function.Predicate<KubeObject> ended) {
        long fresh = pods.stream().filter(ended).filter(this::fresh).count();
        return Json.intOr(0, job.tree(), "status", field) + uncounted.size() + (int) fresh;
    }

    List<KubeObject> active() {
        return pods.stream().filter(Pods::active).toList();
    }

    NavigableSet<Integer> completedIndexes() {
        NavigableSet<Integer> done = CompletedIndexes.parse(job.text("status", "completedIndexes"));
        pods.stream()
                .filter(pod -> Pods.phase(pod).equals("Succeeded") && JobPods.index(pod) >= 0)
                .forEach(pod -> done.add(JobPods.index(pod)));
        return done;
    }

    static Optional<JsonNode> finished(KubeObject job) {
        for (String type : List.of("Complete", "Failed")) {
            if (Conditions.isTrue(job.at("status"), type)) {
                return Conditions.find(job.at("status"), type);
            }
        }
        return Optional.empty();
    }

    // ---- what is decided

    Optional<Verdict> verdict() {
        boolean limited = job.at("spec", "completions").isNumber();
        int wanted = number("completions", 1);
        int limit = number("backoffLimit", 6);
        boolean restarts = job.text("spec", "template", "spec", "restartPolicy").equals("OnFailure");
        long retries = failures();
        if (restarts) {
            retries += active().stream().mapToLong(Pods::restarts).sum();
        }
        if (retries > limit || (restarts && limit > 0 && retries >= limit && retries > failures())) {
            return Optional.of(
                    new Verdict("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"));
        }
        Optional<Duration> left = untilDeadline();
        if (left.isPresent() && (left.get().isZero() || left.get().isNegative())) {
            return Optional.of(
                    new Verdict("Failed", "DeadlineExceeded", "Job was active longer than specified deadline"));
        }
        int done = JobPods.indexed(job) ? completedIndexes().size() : succeeded();
        boolean complete = limited ? done >= wanted : done > 0 && active().isEmpty();
        return complete && !suspended()
                ? Optional.of(
                        new Verdict("Complete", "CompletionsReached", "Reached expected number of succeeded pods"))
                : Optional.empty();
    }

    /** Until activeDeadlineSeconds are over; empty: there is none. */
    Optional<Duration> untilDeadline() {
        JsonNode deadline = job.at("spec", "activeDeadlineSeconds");
        Optional<Instant> start = Outcomes.instant(job.text("status", "startTime"));
        return deadline.isNumber() && start.isPresent() && !suspended()
                ? Optional.of(Duration.between(now, start.get().plusSeconds(deadline.longValue())))
                : Optional.empty();
    }

    /** How many pods more (or, negative, fewer) should run now. */
    int missing() {
        if (suspended()) {
            return -active().size();
        }
        int parallelism = number("parallelism", 1);
        boolean limited = job.at("spec", "completions").isNumber();
        int wanted = parallelism;
        if (limited) {
            int done = JobPods.indexed(job) ? completedIndexes().size() : succeeded();
            wanted = Math.min(parallelism, Math.max(0, number("completions", 1) - done));
        } else if (succeeded() > 0) {
            wanted = active().size();
        }
        return Math.min(wanted, parallelism) - active().size();
    }

    /** The lowest indexes without a pod and without success; for a job that is not indexed, -1s. */
    List<Integer> nextIndexes(int count) {
        List<Integer> next = new ArrayList<>();
        if (!JobPods.indexed(job)) {
            for (int i = 0; i < count; i++) {
                next.add(-1);
            }
            return next;
        }
        Set<Integer> taken = new HashSet<>(completedIndexes());
        active().forEach(pod -> taken.add(JobPods.index(pod)));
        for (int index = 0; index < number("completions", 0) && next.size() < count; index++) {
            if (!taken.contains(index)) {
                next.add(index);
            }
        }
        return next;
    }

    /** How long to wait before new pods, because of the failures since the last success. */
    Duration backoff() {
        Optional<Instant> lastFailure = lastEnd("Failed");
        if (lastFailure.isEmpty()) {
            return Duration.ZERO;
        }
        Instant lastSuccess = lastEnd("Succeeded").orElse(Instant.EPOCH);
        long failed = pods.stream()
                .filter(pod -> Pods.phase(pod).equals("Failed") && end(pod).isAfter(lastSuccess))
                .count();
        if (failed == 0) {
            return Duration.ZERO;
        }
        Duration pause = FIRST_BACKOFF.multipliedBy(1L << Math.min(20, failed - 1));
        pause = pause.compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : pause;
        Duration left = Duration.between(now, lastFailure.get().plus(pause));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private Optional<Instant> lastEnd(String phase) {
        return pods.stream()
                .filter(pod -> Pods.phase(pod).equals(phase))
                .map(JobProgress::end)
                .max(Comparator.naturalOrder());
    }

    /** When its last container ended, or when it was made if no one says. */
    private static Instant end(KubeObject pod) {
        Instant last = Instant.EPOCH;
        for (JsonNode container : pod.at("status", "containerStatuses")) {
            Instant finished = Outcomes.instant(Json.text(container, "state", "terminated", "finishedAt"))
                    .orElse(Instant.EPOCH);
            last = finished.isAfter(last) ? finished : last;
        }
        return last.equals(Instant.EPOCH)
                ? Outcomes.instant(pod.meta().creationTimestamp()).orElse(Instant.EPOCH)
                : last;
    }

    // ---- what is told

    /** Pods whose end stands in the status already: their finalizers may go. */
    List<KubeObject> releasable() {
        return pods.stream()
                .filter(JobPods::tracked)
                .filter(pod -> uncountedSucceeded.contains(pod.uid()) || uncountedFailed.contains(pod.uid()))
                .toList();
    }

    void tell(ObjectNode status, Optional<Verdict> verdict, String time) {
        Set<String> held = new HashSet<>();
        pods.stream().filter(JobPods::tracked).forEach(pod -> held.add(pod.uid()));
        ObjectNode uncounted = status.putObject("uncountedTerminatedPods");
        count(status, uncounted, "succeeded", uncountedSucceeded, held, pod -> Pods.phase(pod)
                .equals("Succeeded"));
        count(status, uncounted, "failed", uncountedFailed, held, JobProgress::failed);
        List<KubeObject> active = active();
        boolean over = verdict.isPresent();
        Conditions.putUnlessZero(status, "active", over ? 0 : active.size());
        status.put("ready", over ? 0 : active.stream().filter(Pods::ready).count());
        status.put(
                "terminating",
                pods.stream()
                        .filter(pod -> pod.meta().deleting() && !Pods.finished(pod))
                        .count());
        if (JobPods.indexed(job)) {
            String done = CompletedIndexes.text(completedIndexes());
            if (!done.isEmpty()) {
                status.put("completedIndexes", done);
            }
        }
        if (suspended()) {
            status.remove("startTime");
        } else if (!status.has("startTime")) {
            status.put("startTime", time);
        }
        boolean saidSuspended = Conditions.isTrue(status, "Suspended");
        if (suspended() != saidSuspended) {
            Conditions.set(
                            status,
                            "Suspended",
                            suspended() ? "True" : "False",
                            suspended() ? "JobSuspended" : "JobResumed",
                            suspended() ? "Job suspended" : "Job resumed",
                            time)
                    .put("lastProbeTime", time);
        }
        verdict.ifPresent(each -> conclude(status, each, time));
    }

    private void conclude(ObjectNode status, Verdict verdict, String time) {
        boolean complete = verdict.condition().equals("Complete");
        String target = complete ? "SuccessCriteriaMet" : "FailureTarget";
        Conditions.set(status, target, "True", verdict.reason(), verdict.message(), time)
                .put("lastProbeTime", time);
        // The end is told once all pods are at theirs, so that nothing runs behind a job that says it is over.
        boolean quiet = pods.stream().allMatch(Pods::finished)
                && status.path("uncountedTerminatedPods").path("succeeded").isEmpty()
                && status.path("uncountedTerminatedPods").path("failed").isEmpty();
        if (quiet) {
            Conditions.set(status, verdict.condition(), "True", verdict.reason(), verdict.message(), time)
                    .put("lastProbeTime", time);
            if (complete) {
                status.put("completionTime", time);
            }
        }
    }

    private void count(
            ObjectNode status,
            ObjectNode uncounted,
            String field,
            Set<String> before,
            Set<String> held,
            java.util.function.Predicate<KubeObject> ended) {
        ArrayNode list = Json.array();
        int counted = Json.intOr(0, job.tree(), "status", field);
        for (String uid : before.stream().sorted().toList()) {
            if (held.contains(uid)) {
                list.add(uid);
            } else {
                counted++;
            }
        }
        pods.stream().filter(ended).filter(this::fresh).forEach(pod -> list.add(pod.uid()));
        Conditions.putUnlessZero(status, field, counted);
        if (!list.isEmpty()) {
            uncounted.set(field, list);
        }
    }
}
