package io.minik.agent.streaming;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.kubelet.Kubelet;
import io.minik.agent.node.NodeFigures;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts.NetworkInterfaceUsage;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** @param few cpu and memory alone: {@code only_cpu_and_memory} */
    Future<Buffer> summary(boolean few) {
        Future<List<Measured>> measured = measure();
        Future<NodeFigures.Usage> usage = node.get();
        Future<Map<String, NetworkInterfaceUsage>> links = few ? Future.succeededFuture(Map.of()) : links();
        return Future.all(measured, usage, links).map(ignored -> {
            ObjectNode tree = Json.object();
            nodeSummary(tree.putObject("node"), usage.result(), few);
            var pods = tree.putArray("pods");
            Map<String, List<Measured>> byPod = new HashMap<>();
            measured.result()
                    .forEach(m -> byPod.computeIfAbsent(m.label("io.kubernetes.pod.uid"), uid -> new ArrayList<>())
                            .add(m));
            for (KubeObject pod : kubelet.pods()) {
                ObjectNode entry = pods.addObject();
                podSummary(entry, pod, byPod.getOrDefault(pod.uid(), List.of()), few);
                NetworkInterfaceUsage link = links.result().get(pod.uid());
                if (link != null) {
                    network(entry.putObject("network").put("time", loop.now().toString()), link);
                }
            }
            earlier.keySet()
                    .removeIf(key -> !key.equals("node")
                            && measured.result().stream()
                                    .noneMatch(m -> m.container().id().equals(key)));
            return Buffer.buffer(Json.bytes(tree));
        });
    }

    /** By the pod's UID; one whose sandbox goes meanwhile is left out. */
    private Future<Map<String, NetworkInterfaceUsage>> links() {
        Map<String, NetworkInterfaceUsage> found = new HashMap<>();
        List<Future<Void>> asked = new ArrayList<>();
        for (KubeObject pod : kubelet.pods()) {
            kubelet.sandbox(pod.key())
                    .ifPresent(sandbox ->
                            asked.add(runtime.podSandboxNetwork(sandbox.id()).map(link -> {
                                link.ifPresent(usage -> found.put(pod.uid(), usage));
                                return null;
                            })));
        }
        return Future.join(asked).transform(done -> Future.succeededFuture(found));
    }

    /** The pod's link by itself, and as the one of its list. */
    private static void network(ObjectNode out, NetworkInterfaceUsage link) {
        link(out, link);
        link(out.putArray("interfaces").addObject(), link);
    }

    private static void link(ObjectNode out, NetworkInterfaceUsage link) {
        out.put("name", link.name())
                .put("rxBytes", link.rxBytes())
                .put("rxErrors", link.rxErrors())
                .put("txBytes", link.txBytes())
                .put("txErrors", link.txErrors());
    }

    private void nodeSummary(ObjectNode out, NodeFigures.Usage usage, boolean few) {
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
        if (few) {
            return;
        }
        filesystem(out.putObject("fs").put("time", now), usage);
        // Images, writable layers and pods' volumes are on one file system.
        ObjectNode runtimes = out.putObject("runtime");
        filesystem(runtimes.putObject("imageFs").put("time", now), usage);
        filesystem(runtimes.putObject("containerFs").put("time", now), usage);
        out.putObject("rlimit")
                .put("time", now)
                .put("maxpid", usage.pids().all())
                .put("curproc", usage.pids().all() - usage.pids().available());
    }

    private static void filesystem(ObjectNode out, NodeFigures.Usage usage) {
        out.put("availableBytes", usage.fsAvailableBytes())
                .put("capacityBytes", usage.fsCapacityBytes())
                .put("usedBytes", usage.fsCapacityBytes() - usage.fsAvailableBytes())
                .put("inodesFree", usage.inodes().available())
                .put("inodes", usage.inodes().all())
                .put("inodesUsed", usage.inodes().all() - usage.inodes().available());
    }

    private void podSummary(ObjectNode out, KubeObject pod, List<Measured> all, boolean few) {
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
        long processes = 0;
        long written = 0;
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
            if (!few) {
                item.putObject("rootfs")
                        .put("time", now)
                        .put("usedBytes", stats.writableLayer().usedBytes())
                        .put("inodesUsed", stats.writableLayer().inodesUsed());
            }
            processes += stats.processCount();
            written += stats.writableLayer().usedBytes();
            cpu += stats.cpu().usageCoreNanoSeconds();
            cores += rate;
            memory += stats.memory().usageBytes();
            workingSet += stats.memory().workingSetBytes();
        }
        out.putObject("cpu").put("time", now).put("usageNanoCores", cores).put("usageCoreNanoSeconds", cpu);
        out.putObject("memory").put("time", now).put("usageBytes", memory).put("workingSetBytes", workingSet);
        if (!few) {
            out.putObject("ephemeral-storage").put("time", now).put("usedBytes", written);
            out.putObject("process_stats").put("process_count", processes);
        }
    }

    // ---- running pods

    /** Pods as the runtime has them, whatever the API says: upstream's /runningpods/. */
    Future<Buffer> runningPods() {
        return measure().map(all -> {
            ObjectNode list = Json.object().put("kind", "PodList").put("apiVersion", "v1");
            list.putObject("metadata");
            ArrayNode items = list.putArray("items");
            Map<String, ObjectNode> byUid = new LinkedHashMap<>();
            for (Measured m : all) {
                String uid = m.label("io.kubernetes.pod.uid");
                ObjectNode pod = byUid.computeIfAbsent(uid, fresh -> {
                    ObjectNode made = items.addObject();
                    made.putObject("metadata")
                            .put("name", m.label("io.kubernetes.pod.name"))
                            .put("namespace", m.label("io.kubernetes.pod.namespace"))
                            .put("uid", fresh)
                            .putNull("creationTimestamp");
                    made.putObject("spec").putArray("containers");
                    made.putObject("status");
                    return made;
                });
                ObjectNode container =
                        Json.child(pod, "spec").withArray("containers").addObject();
                container
                        .put("name", m.container().name())
                        .put("image", m.container().container().imageId())
                        .putObject("resources");
            }
            return Buffer.buffer(Json.bytes(list));
        });
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

    Future<String> resource() {
        Future<List<Measured>> measured = measure();
        Future<NodeFigures.Usage> usage = node.get();
        return Future.all(measured, usage)
                .map(ignored -> ResourceText.of(
                        measured.result(), usage.result(), loop.now().toEpochMilli()));
    }

    private static void sample(StringBuilder out, String name, Measured of, double value) {
        out.append(name).append(of.labels()).append(' ').append(value).append('\n');
    }
}
