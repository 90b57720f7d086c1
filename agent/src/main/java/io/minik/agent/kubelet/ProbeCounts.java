package io.minik.agent.kubelet;

import io.minik.agent.probe.Actions;
import io.minik.agent.probe.Prober;
import io.minik.api.core.Pod;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** How often one pod's containers were probed, and with what result. Owned by the agent's loop. */
final class ProbeCounts {
    private static final String NAME = "prober_probe_total";

    private record Key(String container, Prober.Kind kind, String result) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return text().compareTo(other.text());
        }

        private String text() {
            return container + "/" + kind + "/" + result;
        }
    }

    private final Map<Key, Long> counts = new TreeMap<>();

    void tried(String container, Prober.Kind kind, Actions.Result result) {
        String word =
                switch (result) {
                    case SUCCESS, WARNING -> "successful";
                    case FAILURE -> "failed";
                    case UNKNOWN -> "unknown";
                };
        counts.merge(new Key(container, kind, word), 1L, Long::sum);
    }

    /** In Prometheus' words, as upstream's /metrics/probes. */
    static String text(Collection<PodWorker> workers) {
        StringBuilder out = new StringBuilder();
        workers.forEach(worker -> worker.probes().counts().text(worker.pod(), out));
        return out.length() == 0
                ? ""
                : "# HELP " + NAME
                        + " [BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.\n"
                        + "# TYPE " + NAME + " counter\n" + out;
    }

    private void text(Pod pod, StringBuilder out) {
        counts.forEach((key, count) -> out.append(NAME)
                .append("{container=\"")
                .append(key.container())
                .append("\",namespace=\"")
                .append(pod.namespace())
                .append("\",pod=\"")
                .append(pod.name())
                .append("\",pod_uid=\"")
                .append(pod.uid())
                .append("\",probe_type=\"")
                .append(key.kind().word())
                .append("\",result=\"")
                .append(key.result())
                .append("\"} ")
                .append(count)
                .append('\n'));
    }
}
