package io.minik.server.controllers.workloads;

import io.minik.api.object.KubeObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Revision numbers and the annotations that a deployment hands down to its sets. Pure. */
public final class DeploymentRevision {
    public static final String REVISION = "deployment.kubernetes.io/revision";
    private static final String HISTORY = "deployment.kubernetes.io/revision-history";
    /** Never handed down: they speak of the deployment itself. */
    private static final List<String> OWN = List.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            REVISION,
            HISTORY,
            Rollout.DESIRED,
            Rollout.MOST,
            "deprecated.deployment.rollback.to");
    /** As upstream: older numbers of a set that came back are dropped. */
    private static final int HISTORY_CHARS = 2000;

    private DeploymentRevision() {}

    static long of(KubeObject set) {
        try {
            return Long.parseLong(set.annotations().getOrDefault(REVISION, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    static long next(List<KubeObject> old) {
        return old.stream().mapToLong(DeploymentRevision::of).max().orElse(0) + 1;
    }

    /** A set's annotations with the deployment's, its revision raised to at least {@code revision}. */
    static Map<String, String> annotations(KubeObject deployment, Map<String, String> present, long revision) {
        Map<String, String> annotations = new LinkedHashMap<>(present);
        deployment.annotations().forEach((key, value) -> {
            if (!OWN.contains(key)) {
                annotations.put(key, value);
            }
        });
        String before = annotations.getOrDefault(REVISION, "");
        long was = before.isEmpty() ? 0 : Long.parseLong(before);
        if (was < revision) {
            annotations.put(REVISION, Long.toString(revision));
            if (was > 0) {
                String history = annotations.getOrDefault(HISTORY, "");
                String longer = history.isEmpty() ? before : history + "," + before;
                annotations.put(
                        HISTORY,
                        longer.length() <= HISTORY_CHARS
                                ? longer
                                : longer.substring(longer.indexOf(',', longer.length() - HISTORY_CHARS) + 1));
            }
        }
        return annotations;
    }
}
