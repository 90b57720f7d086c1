package io.minik.server.controllers.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where the indexes of an Indexed Job stand. Pure.
 *
 * @param completed have succeeded
 * @param failed have failed for good; only with backoffLimitPerIndex
 * @param waiting by index the last failed pod, kept until its replacement carries on its count; only with
 *     backoffLimitPerIndex
 */
record JobIndexes(NavigableSet<Integer> completed, NavigableSet<Integer> failed, Map<Integer, KubeObject> waiting) {
    static boolean limitedEach(KubeObject job) {
        return job.at("spec", "backoffLimitPerIndex").isNumber();
    }

    /** @param succeeded @param lost pods that ended and are still tracked, with indexes of this job */
    static JobIndexes of(KubeObject job, List<KubeObject> succeeded, List<KubeObject> lost, List<KubeObject> active) {
        NavigableSet<Integer> completed = told(job, "completedIndexes");
        succeeded.forEach(pod -> completed.add(JobPods.index(pod)));
        NavigableSet<Integer> failed = told(job, "failedIndexes");
        Map<Integer, KubeObject> waiting = new HashMap<>();
        if (limitedEach(job)) {
            lost.stream().filter(pod -> gaveUp(job, pod)).forEach(pod -> failed.add(JobPods.index(pod)));
            Set<Integer> settled = new HashSet<>(completed);
            settled.addAll(failed);
            active.forEach(pod -> settled.add(JobPods.index(pod)));
            Comparator<KubeObject> latest = Comparator.comparingInt(JobPods::failures);
            for (KubeObject pod : lost) {
                if (!settled.contains(JobPods.index(pod))) {
                    waiting.merge(JobPods.index(pod), pod, (a, b) -> latest.compare(a, b) >= 0 ? a : b);
                }
            }
        }
        return new JobIndexes(completed, failed, waiting);
    }

    /** As the status says; those beyond spec.completions, which may shrink, do not count. */
    static NavigableSet<Integer> told(KubeObject job, String field) {
        int completions = Json.intOr(0, job.tree(), "spec", "completions");
        return CompletedIndexes.parse(job.text("status", field)).headSet(completions, false);
    }

    private static boolean gaveUp(KubeObject job, KubeObject pod) {
        PodFailurePolicy.Match match = PodFailurePolicy.of(job, pod);
        int limit = Json.intOr(0, job.tree(), "spec", "backoffLimitPerIndex");
        return match.action() == PodFailurePolicy.Action.FAIL_INDEX
                || (match.counts() && JobPods.countedFailures(pod) >= limit);
    }

    /** The lowest that are neither done nor given up nor {@code taken}. */
    List<Integer> next(int completions, int count, Set<Integer> taken) {
        List<Integer> next = new ArrayList<>();
        for (int index = 0; index < completions && next.size() < count; index++) {
            if (!taken.contains(index) && !completed.contains(index) && !failed.contains(index)) {
                next.add(index);
            }
        }
        return next;
    }

    /** Which rule of spec.successPolicy is fulfilled, if one is. */
    Optional<String> success(KubeObject job) {
        int number = 0;
        for (JsonNode rule : job.at("spec", "successPolicy", "rules")) {
            String indexes = Json.text(rule, "succeededIndexes");
            int enough = Json.intOr(Integer.MAX_VALUE, rule, "succeededCount");
            Set<Integer> counted = new HashSet<>(completed);
            boolean all = false;
            if (!indexes.isEmpty()) {
                Set<Integer> wanted = CompletedIndexes.parse(indexes);
                all = !wanted.isEmpty() && completed.containsAll(wanted);
                counted.retainAll(wanted);
            }
            if (all || counted.size() >= enough) {
                return Optional.of("Matched rules at index " + number);
            }
            number++;
        }
        return Optional.empty();
    }
}
