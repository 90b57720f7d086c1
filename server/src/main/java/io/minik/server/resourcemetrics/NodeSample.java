package io.minik.server.resourcemetrics;

import io.minik.api.object.ObjectKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a kubelet answers to {@code GET /metrics/resource}: counters of the node and of each running container, in Prometheus' text.
 *
 * @param pods by namespace and name, then by container
 */
record NodeSample(Optional<Reading> node, Map<ObjectKey, Map<String, Reading>> pods) {
    private static final Pattern LINE = Pattern.compile("(\\w+)(?:\\{(.*)\\})? (\\S+)(?: (\\d+))?");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final double MILLIS = 1000;

    /**
     * Lines that are none, or of other things, are passed over, as every reader of this format does.
     *
     * @param nowMillis for figures without a time
     */
    static NodeSample parse(String text, long nowMillis) {
        Figures node = new Figures();
        Map<ObjectKey, Map<String, Figures>> pods = new TreeMap<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                return;
            }
            double value;
            long at;
            try {
                value = Double.parseDouble(matcher.group(3));
                at = matcher.group(4) == null ? nowMillis : Long.parseLong(matcher.group(4));
            } catch (NumberFormatException e) {
                return;
            }
            String name = matcher.group(1);
            if (name.startsWith("node_")) {
                node.note(name.substring("node_".length()), value, at);
            } else if (name.startsWith("container_") && matcher.group(2) != null) {
                Map<String, String> labels = labels(matcher.group(2));
                pods.computeIfAbsent(
                                ObjectKey.of(labels.getOrDefault("namespace", ""), labels.getOrDefault("pod", "")),
                                key -> new TreeMap<>())
                        .computeIfAbsent(labels.getOrDefault("container", ""), key -> new Figures())
                        .note(name.substring("container_".length()), value, at);
            }
        });
        Map<ObjectKey, Map<String, Reading>> readings = new TreeMap<>();
        pods.forEach((pod, containers) -> {
            Map<String, Reading> each = new TreeMap<>();
            containers.forEach((name, figures) -> figures.reading().ifPresent(reading -> each.put(name, reading)));
            if (each.size() == containers.size()) {
                readings.put(pod, each);
            }
        });
        return new NodeSample(node.reading(), readings);
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new HashMap<>();
        Matcher matcher = LABEL.matcher(text);
        while (matcher.find()) {
            labels.put(matcher.group(1), matcher.group(2));
        }
        return labels;
    }

    /** Of one subject, as its lines come. */
    private static final class Figures {
        private double cpuSeconds = -1;
        private double memoryBytes = -1;
        private double startedSeconds;
        private long atMillis;

        void note(String what, double value, long at) {
            switch (what) {
                case "cpu_usage_seconds_total" -> {
                    cpuSeconds = value;
                    atMillis = at;
                }
                case "memory_working_set_bytes" -> memoryBytes = value;
                case "start_time_seconds" -> startedSeconds = value;
                default -> {}
            }
        }

        Optional<Reading> reading() {
            return cpuSeconds < 0 || memoryBytes < 0
                    ? Optional.empty()
                    : Optional.of(
                            new Reading(atMillis, cpuSeconds, (long) memoryBytes, Math.round(startedSeconds * MILLIS)));
        }
    }
}
