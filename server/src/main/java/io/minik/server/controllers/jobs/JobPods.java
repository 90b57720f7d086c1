package io.minik.server.controllers.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Pods;
import java.util.Optional;

/** What a Job's pods look like. Pure. */
public final class JobPods {
    /** Holds a finished pod until its end is counted. */
    static final String FINALIZER = "batch.kubernetes.io/job-tracking";

    private static final String INDEX = "batch.kubernetes.io/job-completion-index";
    private static final String FAILURES = "batch.kubernetes.io/job-index-failure-count";
    private static final String IGNORED_FAILURES = "batch.kubernetes.io/job-index-ignored-failure-count";
    private static final String INDEX_VARIABLE = "JOB_COMPLETION_INDEX";
    /** What names are generated from is cut to this, so that five random characters make a DNS label of 63. */
    private static final int MOST_PREFIX = 58;

    private JobPods() {}

    static boolean indexed(KubeObject job) {
        return job.text("spec", "completionMode").equals("Indexed");
    }

    /** -1: none. */
    public static int index(KubeObject pod) {
        return number(pod, INDEX, -1);
    }

    /** How often pods of its index failed before it, not counting what the failure policy ignores. */
    static int countedFailures(KubeObject pod) {
        return number(pod, FAILURES, 0);
    }

    /** How often pods of its index failed before it. */
    static int failures(KubeObject pod) {
        return countedFailures(pod) + number(pod, IGNORED_FAILURES, 0);
    }

    private static int number(KubeObject pod, String annotation, int fallback) {
        String text = pod.annotations().getOrDefault(annotation, "");
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : fallback;
    }

    public static boolean tracked(KubeObject pod) {
        return pod.meta().finalizers().contains(FINALIZER);
    }

    /** @param index -1 unless indexed @param replaced the failed pod of the index whose count it carries on */
    static KubeObject pod(KubeObject job, int index, Optional<KubeObject> replaced) {
        ObjectNode pod = Pods.ofTemplate(job, job.at("spec", "template"), "");
        ObjectNode meta = Json.child(pod, "metadata");
        Json.child(meta, "labels")
                .put("batch.kubernetes.io/controller-uid", job.uid())
                .put("controller-uid", job.uid())
                .put("batch.kubernetes.io/job-name", job.name())
                .put("job-name", job.name());
        meta.withArray("finalizers").add(FINALIZER);
        if (index >= 0) {
            Json.child(meta, "labels").put(INDEX, Integer.toString(index));
            ObjectNode annotations = Json.child(meta, "annotations").put(INDEX, Integer.toString(index));
            String ending = "-" + index + "-";
            int most = MOST_PREFIX - ending.length();
            String name = job.name().length() > most ? job.name().substring(0, most) : job.name();
            meta.put("generateName", name + ending);
            ObjectNode spec = Json.child(pod, "spec").put("hostname", job.name() + "-" + index);
            addIndex(spec.path("containers"));
            addIndex(spec.path("initContainers"));
            if (JobIndexes.limitedEach(job)) {
                carryOn(annotations, job, replaced);
            }
        }
        return KubeObject.of(pod);
    }

    private static void carryOn(ObjectNode annotations, KubeObject job, Optional<KubeObject> replaced) {
        int counted = replaced.map(JobPods::countedFailures).orElse(0);
        int ignored = replaced.map(pod -> number(pod, IGNORED_FAILURES, 0)).orElse(0);
        if (replaced.isPresent()) {
            boolean counts = PodFailurePolicy.of(job, replaced.get()).counts();
            counted += counts ? 1 : 0;
            ignored += counts ? 0 : 1;
        }
        annotations.put(FAILURES, Integer.toString(counted));
        if (ignored > 0) {
            annotations.put(IGNORED_FAILURES, Integer.toString(ignored));
        }
    }

    private static void addIndex(JsonNode containers) {
        for (JsonNode container : containers) {
            ArrayNode env = ((ObjectNode) container).withArray("env");
            boolean there = false;
            for (JsonNode variable : env) {
                there |= Json.text(variable, "name").equals(INDEX_VARIABLE);
            }
            if (!there) {
                env.addObject()
                        .put("name", INDEX_VARIABLE)
                        .putObject("valueFrom")
                        .putObject("fieldRef")
                        .put("fieldPath", "metadata.labels['" + INDEX + "']");
            }
        }
    }
}
