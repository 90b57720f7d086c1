package io.minik.agent.streaming;

import io.minik.agent.node.NodeFigures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * /metrics/resource as upstream's: each figure with the moment of its measurement, so that who divides by time divides by the right one.
 * Pure.
 */
final class ResourceText {
    private static final double NANOS = 1e9;
    private static final String COUNTER = "counter";
    private static final String GAUGE = "gauge";

    private final StringBuilder out = new StringBuilder();

    private ResourceText() {}

    static String of(List<Measured> all, NodeFigures.Usage usage, long nowMillis) {
        ResourceText text = new ResourceText();
        text.containers(all);
        text.node(usage, nowMillis);
        text.pods(all);
        text.type(
                "resource_scrape_error", GAUGE, "1 if there was an error while getting container metrics, 0 otherwise");
        return text.out.append("resource_scrape_error 0\n").toString();
    }

    private void containers(List<Measured> all) {
        String name = "container_cpu_usage_seconds_total";
        type(name, COUNTER, "Cumulative cpu time consumed by the container in core-seconds");
        each(name, all, ResourceText::cpuSeconds);
        name = "container_memory_working_set_bytes";
        type(name, GAUGE, "Current working set of the container in bytes");
        each(name, all, ResourceText::workingSet);
        name = "container_start_time_seconds";
        type(name, GAUGE, "Start time of the container since unix epoch in seconds");
        each(name, all, m -> m.container().startedAt() / NANOS);
    }

    private void node(NodeFigures.Usage usage, long nowMillis) {
        type("node_cpu_usage_seconds_total", COUNTER, "Cumulative cpu time consumed by the node in core-seconds");
        sample("node_cpu_usage_seconds_total", "", usage.cpuNanos() / NANOS, nowMillis);
        type("node_memory_working_set_bytes", GAUGE, "Current working set of the node in bytes");
        sample("node_memory_working_set_bytes", "", (double) usage.memoryWorkingSetBytes(), nowMillis);
    }

    private void pods(List<Measured> all) {
        Map<String, List<Measured>> byPod = new LinkedHashMap<>();
        all.forEach(m -> byPod.computeIfAbsent(m.podLabels(), labels -> new ArrayList<>())
                .add(m));
        String cpu = "pod_cpu_usage_seconds_total";
        type(cpu, COUNTER, "Cumulative cpu time consumed by the pod in core-seconds");
        byPod.forEach((labels, those) -> sample(cpu, labels, sum(those, ResourceText::cpuSeconds), newest(those)));
        String memory = "pod_memory_working_set_bytes";
        type(memory, GAUGE, "Current working set of the pod in bytes");
        byPod.forEach((labels, those) -> sample(memory, labels, sum(those, ResourceText::workingSet), newest(those)));
    }

    private static double cpuSeconds(Measured m) {
        return m.stats().cpu().usageCoreNanoSeconds() / NANOS;
    }

    private static double workingSet(Measured m) {
        return m.stats().memory().workingSetBytes();
    }

    private static double sum(List<Measured> those, ToDoubleFunction<Measured> figure) {
        return those.stream().mapToDouble(figure).sum();
    }

    private static long newest(List<Measured> those) {
        return those.stream().mapToLong(ResourceText::millis).max().orElse(0);
    }

    private static long millis(Measured m) {
        return TimeUnit.NANOSECONDS.toMillis(m.stats().timestamp());
    }

    private void each(String name, List<Measured> all, ToDoubleFunction<Measured> figure) {
        all.forEach(m -> sample(name, m.labels(), figure.applyAsDouble(m), millis(m)));
    }

    private void sample(String name, String labels, double value, long atMillis) {
        out.append(name)
                .append(labels)
                .append(' ')
                .append(value)
                .append(' ')
                .append(atMillis)
                .append('\n');
    }

    private void type(String name, String type, String help) {
        out.append("# HELP ").append(name).append(" [STABLE] ").append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }
}
