package io.minik.server.controllers.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.jobs.JobProgress.Verdict;
import io.minik.server.controllers.workloads.ReplicaRanking;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a Job does next. Pure.
 *
 * @param remove pods to take away without counting them: too many, suspended, or the job is complete
 * @param stop pods to take away that count as failed: the job is
 * @param create indexes of pods to make, -1 for a job without indexes
 * @param again when to look again though nothing happens
 */
record JobPlan(List<KubeObject> remove, List<KubeObject> stop, List<Integer> create, Optional<Duration> again) {
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(10);
    private static final Duration LAST_BACKOFF = Duration.ofMinutes(10);
    /** Pods made or deleted in one go; as upstream. */
    private static final int BURST = 500;

    private static JobPlan nothing(Optional<Duration> again) {
        return new JobPlan(List.of(), List.of(), List.of(), again);
    }

    static JobPlan of(JobProgress progress, Optional<Verdict> verdict) {
        List<KubeObject> active = progress.active();
        if (verdict.isPresent()) {
            return verdict.get().complete()
                    ? new JobPlan(active, List.of(), List.of(), Optional.empty())
                    : new JobPlan(List.of(), active, List.of(), Optional.empty());
        }
        Optional<Duration> deadline = progress.untilDeadline();
        List<KubeObject> surplus = surplus(progress, active);
        if (!surplus.isEmpty()) {
            return new JobPlan(surplus, List.of(), List.of(), deadline);
        }
        int leaving = progress.replacesOnlyFailed() ? progress.terminating().size() : 0;
        int missing = Math.min(wanted(progress) - active.size() - leaving, BURST);
        if (missing <= 0) {
            return nothing(deadline);
        }
        return JobIndexes.limitedEach(progress.job)
                ? eachIndexByItself(progress, missing, deadline)
                : together(progress, missing, deadline);
    }

    /** How many pods should run now. */
    private static int wanted(JobProgress progress) {
        if (progress.suspended()) {
            return 0;
        }
        int parallelism = progress.number("parallelism", 1);
        int successes = progress.successes();
        return progress.completions()
                .map(completions -> Math.max(0, Math.min(parallelism, completions - successes)))
                .orElseGet(() -> successes > 0 ? progress.active().size() : parallelism);
    }

    private static List<KubeObject> surplus(JobProgress progress, List<KubeObject> active) {
        List<KubeObject> surplus = new ArrayList<>();
        List<KubeObject> rest = new ArrayList<>(active);
        if (JobPods.indexed(progress.job)) {
            Map<Integer, List<KubeObject>> byIndex = new HashMap<>();
            active.forEach(pod -> byIndex.computeIfAbsent(JobPods.index(pod), index -> new ArrayList<>())
                    .add(pod));
            byIndex.forEach((index, same) -> {
                boolean valid = index >= 0 && index < progress.number("completions", 0);
                surplus.addAll(ReplicaRanking.least(same, valid ? same.size() - 1 : same.size()));
            });
            rest.removeAll(surplus);
        }
        int more = active.size() - wanted(progress) - surplus.size();
        if (more > 0) {
            surplus.addAll(ReplicaRanking.least(rest, more));
        }
        return surplus.subList(0, Math.min(surplus.size(), BURST));
    }

    private static JobPlan together(JobProgress progress, int missing, Optional<Duration> deadline) {
        Duration pause = pause(progress);
        if (!pause.isZero()) {
            return nothing(Outcomes.sooner(deadline, Optional.of(pause)));
        }
        List<Integer> create = JobPods.indexed(progress.job)
                ? progress.indexes.next(progress.number("completions", 0), missing, taken(progress))
                : Collections.nCopies(missing, -1);
        return new JobPlan(List.of(), List.of(), create, deadline);
    }

    private static JobPlan eachIndexByItself(JobProgress progress, int missing, Optional<Duration> deadline) {
        List<Integer> create = new ArrayList<>();
        Optional<Duration> again = deadline;
        for (int index : progress.indexes.next(progress.number("completions", 0), missing, taken(progress))) {
            KubeObject last = progress.indexes.waiting().get(index);
            Duration pause = last == null ? Duration.ZERO : left(JobPods.failures(last) + 1, end(last), progress.now);
            if (pause.isZero()) {
                create.add(index);
            } else {
                again = Outcomes.sooner(again, Optional.of(pause));
            }
        }
        return new JobPlan(List.of(), List.of(), create, again);
    }

    private static Set<Integer> taken(JobProgress progress) {
        Set<Integer> taken = new HashSet<>();
        progress.active().forEach(pod -> taken.add(JobPods.index(pod)));
        if (progress.replacesOnlyFailed()) {
            progress.terminating().forEach(pod -> taken.add(JobPods.index(pod)));
        }
        return taken;
    }

    /** How long to wait before new pods, because of the failures since the last success. */
    private static Duration pause(JobProgress progress) {
        Instant lastSuccess = progress.pods.stream()
                .filter(progress::succeeded)
                .map(JobPlan::end)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        List<Instant> failures = progress.pods.stream()
                .filter(progress::failed)
                .map(JobPlan::end)
                .filter(end -> end.isAfter(lastSuccess))
                .sorted()
                .toList();
        return failures.isEmpty()
                ? Duration.ZERO
                : left(failures.size(), failures.get(failures.size() - 1), progress.now);
    }

    private static Duration left(int failures, Instant last, Instant now) {
        Duration pause = FIRST_BACKOFF.multipliedBy(1L << Math.min(20, failures - 1));
        pause = pause.compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : pause;
        Duration left = Duration.between(now, last.plus(pause));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** When its last container ended; if no one says, when it became unready, was deleted, or was made. */
    private static Instant end(KubeObject pod) {
        Instant last = Instant.EPOCH;
        for (JsonNode container : pod.at("status", "containerStatuses")) {
            Instant finished = Outcomes.instant(Json.text(container, "state", "terminated", "finishedAt"))
                    .orElse(Instant.EPOCH);
            last = finished.isAfter(last) ? finished : last;
        }
        if (!last.equals(Instant.EPOCH)) {
            return last;
        }
        return Conditions.find(pod.at("status"), "Ready")
                .filter(ready -> Json.text(ready, "status").equals("False"))
                .flatMap(ready -> Outcomes.instant(Json.text(ready, "lastTransitionTime")))
                .or(() -> Outcomes.instant(pod.text("metadata", "deletionTimestamp"))
                        .map(time -> Outcomes.after(
                                time, -Json.longOr(0, pod.tree(), "metadata", "deletionGracePeriodSeconds"))))
                .or(() -> Outcomes.instant(pod.meta().creationTimestamp()))
                .orElse(Instant.EPOCH);
    }
}
