package io.minik.server.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;

/** What a Job's pods look like. Pure. */
final class JobPods {
    /** Holds a finished pod until its end is counted. */
    static final String FINALIZER = "batch.kubernetes.io/job-tracking";

    private static final String INDEX = "batch.kubernetes.io/job-completion-index";
    private static final int MOST_NAME = 57;

    private JobPods() {}

    static boolean indexed(KubeObject job) {
        return job.text("spec", "completionMode").equals("Indexed");
    }

    /** -1: none. */
    static int index(KubeObject pod) {
        String text = pod.meta().annotations().getOrDefault(INDEX, "");
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    }

    static boolean tracked(KubeObject pod) {
        return pod.meta().finalizers().contains(FINALIZER);
    }

    /** @param index -1 unless indexed */
    static KubeObject pod(KubeObject job, int index) {
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
            Json.child(meta, "annotations").put(INDEX, Integer.toString(index));
            String prefix = job.name() + "-" + index;
            meta.put("generateName", (prefix.length() > MOST_NAME ? prefix.substring(0, MOST_NAME) : prefix) + "-");
            ObjectNode spec = Json.child(pod, "spec");
            if (!spec.has("hostname")) {
                spec.put("hostname", prefix);
            }
            addIndex(spec.path("containers"));
            addIndex(spec.path("initContainers"));
        }
        return KubeObject.of(pod);
    }

    private static void addIndex(JsonNode containers) {
        for (JsonNode container : containers) {
            ArrayNode env = ((ObjectNode) container).withArray("env");
            ObjectNode variable = env.addObject().put("name", "JOB_COMPLETION_INDEX");
            variable.putObject("valueFrom")
                    .putObject("fieldRef")
                    .put("fieldPath", "metadata.annotations['" + INDEX + "']");
        }
    }
}
