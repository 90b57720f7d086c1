package io.minik.agent.streaming;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.kubelet.Kubelet;
import io.minik.agent.node.NodeFigures;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** /stats/summary and /metrics: measured when asked, never in the background. */
final class KubeletMetrics {
    private static final double NANOS = 1e9;
    /** A rate over less than this says nothing. */
    private static final long LEAST_RATE_NANOS = 1_000_000_000L;

    private final Loop loop;
    private final Kubelet kubelet;
    private final RuntimeService runtime;
    private final Supplier<Future<NodeFigures.Usage>> node;
    private final String nodeName;
    /** Earlier CPU readings, for rates. */
    private final Map<String, Reading> earlier = new HashMap<>();

    private record Reading(long atNanos, long cpuNanos, long rate) {}

    private record Measured(Cri.ContainerStatus container, Cri.ContainerStats stats) {
        String label(String name) {
            return container.container().labels().getOrDefault(name, "");
        }

        String labels() {
            return "{container=\"" + container.name() + "\",namespace=\"" + label("io.kubernetes.pod.namespace")
                    + "\",pod=\"" + label("io.kubernetes.pod.name") + "\"}";
        }
    }

    KubeletMetrics(
            Loop loop,
            Kubelet kubelet,
            RuntimeService runtime,
            String nodeName,
            Supplier<Future<NodeFigures.Usage>> node) {
        this.loop = loop;
        this.nodeName = nodeName;
        this.kubelet = kubelet;
        this.runtime = runtime;
        this.node = node;
    }

    private Future<List<Measured>> measure() {
        return runtime.listContainers(Cri.ContainerFilter.ALL).compose(all -> {
            List<Future<Measured>> running = new ArrayList<>();
            for (Cri.Container container : all) {
                if (container.state() == Cri.ContainerState.CONTAINER_RUNNING) {
                    running.add(runtime.containerStatus(container.id())
                            .compose(status ->
                                    runtime.containerStats(status.id()).map(stats -> new Measured(status, stats))));
                }
            }
            // One that ends meanwhile is left out.
            return Future.join(running)
                    .transform(ignored -> Future.succeededFuture(running.stream()
                            .filter(Future::succeeded)
                            .map(Future::result)
                            .toList()));
        });
    }

    /** Nanoseconds of CPU a second, since the last time somebody asked. */
    private long rate(String subject, long atNanos, long cpuNanos) {
        Reading last = earlier.get(subject);
        if (last != null && atNanos - last.atNanos() < LEAST_RATE_NANOS) {
            return last.rate();
        }
        long rate = last == null
                ? 0
                : (long) ((cpuNanos - last.cpuNanos()) * NANOS / Math.max(1, atNanos - last.atNanos()));
        earlier.put(subject, new Reading(atNanos, cpuNanos, Math.max(0, rate)));
        return Math.max(0, rate);
    }

    // ---- summary

    Future<Buffer> summary() {
        Future<List<Measured>> measured = measure();
        Future<NodeFigures.Usage> usage = node.get();
        return Future.all(measured, usage).map(ignored -> {
            ObjectNode tree = Json.object();
            nodeSummary(tree.putObject("node"), usage.result());
            var pods = tree.putArray("pods");
            Map<String, List<Measured>> byPod = new HashMap<>();
            measured.result()
                    .forEach(m -> byPod.computeIfAbsent(m.label("io.kubernetes.pod.uid"), uid -> new ArrayList<>())
                            .add(m));
            for (KubeObject pod : kubelet.pods()) {
                podSummary(pods.addObject(), pod, byPod.getOrDefault(pod.uid(), List.of()));
            }
            earlier.keySet()
                    .removeIf(key -> !key.equals("node")
                            && measured.result().stream()
                                    .noneMatch(m -> m.container().id().equals(key)));
            return Buffer.buffer(Json.bytes(tree));
        });
    }

    private void nodeSummary(ObjectNode out, NodeFigures.Usage usage) {
        String now = loop.now().toString();
        out.put("nodeName", nodeName);
        out.put("startTime", Instant.ofEpochSecond(usage.bootSeconds()).toString());
        out.putObject("cpu")
                .put("time", now)
                .put("usageNanoCores", rate("node", System.nanoTime(), usage.cpuNanos()))
                .put("usageCoreNanoSeconds", usage.cpuNanos());
        out.putObject("memory")
                .put("time", now)
                .put("availableBytes", usage.memoryAvailableBytes())
                .put("usageBytes", usage.memoryCapacityBytes() - usage.memoryAvailableBytes())
                .put("workingSetBytes", usage.memoryWorkingSetBytes());
        out.putObject("fs")
                .put("time", now)
                .put("availableBytes", usage.fsAvailableBytes())
                .put("capacityBytes", usage.fsCapacityBytes())
                .put("usedBytes", usage.fsCapacityBytes() - usage.fsAvailableBytes());
    }

    private void podSummary(ObjectNode out, KubeObject pod, List<Measured> all) {
        out.putObject("podRef")
                .put("name", pod.name())
                .put("namespace", pod.namespace())
                .put("uid", pod.uid());
        String started = pod.text("status", "startTime");
        out.put("startTime", started);
        String now = loop.now().toString();
        long cpu = 0;
        long cores = 0;
        long memory = 0;
        long workingSet = 0;
        var list = out.putArray("containers");
        for (Measured m : all) {
            Cri.ContainerStats stats = m.stats();
            long rate = rate(m.container().id(), stats.timestamp(), stats.cpu().usageCoreNanoSeconds());
            ObjectNode item = list.addObject().put("name", m.container().name());
            item.put("startTime", seconds(m.container().startedAt()).toString());
            item.putObject("cpu")
                    .put("time", now)
                    .put("usageNanoCores", rate)
                    .put("usageCoreNanoSeconds", stats.cpu().usageCoreNanoSeconds());
            item.putObject("memory")
                    .put("time", now)
                    .put("usageBytes", stats.memory().usageBytes())
                    .put("workingSetBytes", stats.memory().workingSetBytes())
                    .put("rssBytes", stats.memory().rssBytes());
            item.putObject("rootfs")
                    .put("time", now)
                    .put("usedBytes", stats.writableLayer().usedBytes())
                    .put("inodesUsed", stats.writableLayer().inodesUsed());
            cpu += stats.cpu().usageCoreNanoSeconds();
            cores += rate;
            memory += stats.memory().usageBytes();
            workingSet += stats.memory().workingSetBytes();
        }
        out.putObject("cpu").put("time", now).put("usageNanoCores", cores).put("usageCoreNanoSeconds", cpu);
        out.putObject("memory").put("time", now).put("usageBytes", memory).put("workingSetBytes", workingSet);
    }

    private static Instant seconds(long nanos) {
        return Instant.ofEpochSecond(nanos / 1_000_000_000L);
    }

    // ---- Prometheus' text

    String own(String version) {
        long pods = kubelet.pods().size();
        Runtime jvm = Runtime.getRuntime();
        return "# TYPE kubelet_running_pods gauge\nkubelet_running_pods " + pods + "\n"
                + "# TYPE kubernetes_build_info gauge\nkubernetes_build_info{git_version=\"" + version + "\"} 1\n"
                + "# TYPE jvm_memory_used_bytes gauge\njvm_memory_used_bytes " + (jvm.totalMemory() - jvm.freeMemory())
                + "\n";
    }

    Future<String> cadvisor() {
        return measure().map(all -> {
            StringBuilder out = new StringBuilder();
            out.append("# TYPE container_cpu_usage_seconds_total counter\n");
            all.forEach(m -> sample(
                    out, "container_cpu_usage_seconds_total", m, m.stats().cpu().usageCoreNanoSeconds() / NANOS));
            out.append("# TYPE container_memory_usage_bytes gauge\n");
            all.forEach(m -> sample(out, "container_memory_usage_bytes", m, (double)
                    m.stats().memory().usageBytes()));
            out.append("# TYPE container_memory_working_set_bytes gauge\n");
            all.forEach(m -> sample(out, "container_memory_working_set_bytes", m, (double)
                    m.stats().memory().workingSetBytes()));
            out.append("# TYPE container_memory_rss gauge\n");
            all.forEach(m -> sample(
                    out, "container_memory_rss", m, (double) m.stats().memory().rssBytes()));
            out.append("# TYPE container_processes gauge\n");
            all.forEach(m ->
                    sample(out, "container_processes", m, (double) m.stats().processCount()));
            return out.toString();
        });
    }

    /** As upstream's: each figure with the moment of its measurement, so that who divides by time divides by the right one. */
    Future<String> resource() {
        Future<List<Measured>> measured = measure();
        Future<NodeFigures.Usage> usage = node.get();
        return Future.all(measured, usage).map(ignored -> {
            List<Measured> all = measured.result();
            String now = " " + loop.now().toEpochMilli() + "\n";
            StringBuilder out = new StringBuilder();
            out.append("# TYPE node_cpu_usage_seconds_total counter\nnode_cpu_usage_seconds_total ")
                    .append(usage.result().cpuNanos() / NANOS)
                    .append(now)
                    .append("# TYPE node_memory_working_set_bytes gauge\nnode_memory_working_set_bytes ")
                    .append(usage.result().memoryWorkingSetBytes())
                    .append(now);
            out.append("# TYPE container_cpu_usage_seconds_total counter\n");
            all.forEach(m -> timed(
                    out, "container_cpu_usage_seconds_total", m, m.stats().cpu().usageCoreNanoSeconds() / NANOS));
            out.append("# TYPE container_memory_working_set_bytes gauge\n");
            all.forEach(m -> timed(out, "container_memory_working_set_bytes", m, (double)
                    m.stats().memory().workingSetBytes()));
            out.append("# TYPE container_start_time_seconds gauge\n");
            all.forEach(m ->
                    timed(out, "container_start_time_seconds", m, m.container().startedAt() / NANOS));
            out.append("# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n");
            return out.toString();
        });
    }

    private static void timed(StringBuilder out, String name, Measured of, double value) {
        out.append(name).append(of.labels()).append(' ').append(value).append(' ');
        out.append(TimeUnit.NANOSECONDS.toMillis(of.stats().timestamp())).append('\n');
    }

    private static void sample(StringBuilder out, String name, Measured of, double value) {
        out.append(name).append(of.labels()).append(' ').append(value).append('\n');
    }
}
