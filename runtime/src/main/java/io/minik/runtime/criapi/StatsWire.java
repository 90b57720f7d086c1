package io.minik.runtime.criapi;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.criapi.proto.CriProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Figures on the wire and in the kubelet's words. */
final class StatsWire {
    /** One figure of a container as a metric, by cAdvisor's names. */
    private record Told(String name, String help, CriProto.MetricType type, ToLongFunction<Cri.ContainerStats> value) {
        CriProto.Metric metric(Cri.Container container, Cri.PodSandbox pod, Cri.ContainerStats stats) {
            return CriProto.Metric.newBuilder()
                    .setName(name)
                    .setTimestamp(stats.timestamp())
                    .setMetricType(type)
                    .addLabelValues(container.metadata().name())
                    .addLabelValues(pod.metadata().name())
                    .addLabelValues(pod.metadata().namespace())
                    .addLabelValues(container.image().userSpecifiedImage())
                    .setValue(StatsWire.value(value.applyAsLong(stats)))
                    .build();
        }
    }

    private static final List<String> LABELS = List.of("container", "pod", "namespace", "image");

    private static final long NANOS = 1_000_000_000L;

    private static final List<Told> METRICS = List.of(
            new Told(
                    "container_cpu_usage_seconds_total",
                    "Cumulative cpu time consumed in seconds.",
                    CriProto.MetricType.COUNTER,
                    stats -> stats.cpu().usageCoreNanoSeconds() / NANOS),
            new Told(
                    "container_memory_working_set_bytes",
                    "Current working set in bytes.",
                    CriProto.MetricType.GAUGE,
                    stats -> stats.memory().workingSetBytes()),
            new Told(
                    "container_memory_usage_bytes",
                    "Current memory usage in bytes, including all memory regardless of when it was accessed",
                    CriProto.MetricType.GAUGE,
                    stats -> stats.memory().usageBytes()),
            new Told("container_memory_rss", "Size of RSS in bytes.", CriProto.MetricType.GAUGE, stats -> stats.memory()
                    .rssBytes()),
            new Told(
                    "container_fs_usage_bytes",
                    "Number of bytes that are consumed by the container on this filesystem.",
                    CriProto.MetricType.GAUGE,
                    stats -> stats.writableLayer().usedBytes()),
            new Told(
                    "container_processes",
                    "Number of processes running inside the container.",
                    CriProto.MetricType.GAUGE,
                    Cri.ContainerStats::processCount));

    private StatsWire() {}

    /** What a container uses, and whose it is. */
    record Of(Cri.Container container, Cri.ContainerStats stats) {}

    static CriProto.UInt64Value value(long value) {
        return CriProto.UInt64Value.newBuilder().setValue(value).build();
    }

    static CriProto.ContainerStats container(Of known) {
        Cri.Container container = known.container();
        Cri.ContainerStats stats = known.stats();
        return CriProto.ContainerStats.newBuilder()
                .setAttributes(CriProto.ContainerAttributes.newBuilder()
                        .setId(container.id())
                        .setMetadata(ContainerWire.metadata(container.metadata()))
                        .putAllLabels(SandboxWire.labels(container.labels()))
                        .putAllAnnotations(container.annotations()))
                .setCpu(cpu(stats.timestamp(), stats.cpu().usageCoreNanoSeconds()))
                .setMemory(memory(stats.timestamp(), stats.memory()))
                .setWritableLayer(CriProto.FilesystemUsage.newBuilder()
                        .setTimestamp(stats.timestamp())
                        .setUsedBytes(value(stats.writableLayer().usedBytes()))
                        .setInodesUsed(value(stats.writableLayer().inodesUsed())))
                .build();
    }

    private static CriProto.CpuUsage cpu(long timestamp, long nanos) {
        return CriProto.CpuUsage.newBuilder()
                .setTimestamp(timestamp)
                .setUsageCoreNanoSeconds(value(nanos))
                .build();
    }

    private static CriProto.MemoryUsage memory(long timestamp, Cri.MemoryUsage usage) {
        return CriProto.MemoryUsage.newBuilder()
                .setTimestamp(timestamp)
                .setWorkingSetBytes(value(usage.workingSetBytes()))
                .setUsageBytes(value(usage.usageBytes()))
                .setRssBytes(value(usage.rssBytes()))
                .build();
    }

    /** A pod uses what its containers use: a sandbox has no process of its own that would count. */
    static CriProto.PodSandboxStats sandbox(
            Cri.PodSandbox pod, List<Of> containers, Optional<CriParts.NetworkInterfaceUsage> network, long nowNanos) {
        long cpu = 0;
        long processes = 0;
        long workingSet = 0;
        long usage = 0;
        long rss = 0;
        CriProto.LinuxPodSandboxStats.Builder linux = CriProto.LinuxPodSandboxStats.newBuilder();
        for (Of each : containers) {
            cpu += each.stats().cpu().usageCoreNanoSeconds();
            processes += each.stats().processCount();
            workingSet += each.stats().memory().workingSetBytes();
            usage += each.stats().memory().usageBytes();
            rss += each.stats().memory().rssBytes();
            linux.addContainers(container(each));
        }
        network.ifPresent(link -> linux.setNetwork(CriProto.NetworkUsage.newBuilder()
                .setTimestamp(nowNanos)
                .setDefaultInterface(CriProto.NetworkInterfaceUsage.newBuilder()
                        .setName(link.name())
                        .setRxBytes(value(link.rxBytes()))
                        .setRxErrors(value(link.rxErrors()))
                        .setTxBytes(value(link.txBytes()))
                        .setTxErrors(value(link.txErrors())))));
        return CriProto.PodSandboxStats.newBuilder()
                .setAttributes(CriProto.PodSandboxAttributes.newBuilder()
                        .setId(pod.id())
                        .setMetadata(SandboxWire.metadata(pod.metadata()))
                        .putAllLabels(SandboxWire.labels(pod.labels()))
                        .putAllAnnotations(pod.annotations()))
                .setLinux(linux.setCpu(cpu(nowNanos, cpu))
                        .setMemory(memory(nowNanos, new Cri.MemoryUsage(workingSet, usage, rss)))
                        .setProcess(CriProto.ProcessUsage.newBuilder()
                                .setTimestamp(nowNanos)
                                .setProcessCount(value(processes))))
                .build();
    }

    static CriProto.ListMetricDescriptorsResponse descriptors() {
        CriProto.ListMetricDescriptorsResponse.Builder all = CriProto.ListMetricDescriptorsResponse.newBuilder();
        METRICS.forEach(metric -> all.addDescriptors(CriProto.MetricDescriptor.newBuilder()
                .setName(metric.name())
                .setHelp(metric.help())
                .addAllLabelKeys(LABELS)));
        return all.build();
    }

    static CriProto.PodSandboxMetrics metrics(Cri.PodSandbox pod, List<Of> containers) {
        CriProto.PodSandboxMetrics.Builder all =
                CriProto.PodSandboxMetrics.newBuilder().setPodSandboxId(pod.id());
        for (Of each : containers) {
            List<CriProto.Metric> metrics = new ArrayList<>();
            METRICS.forEach(metric -> metrics.add(metric.metric(each.container(), pod, each.stats())));
            all.addContainerMetrics(CriProto.ContainerMetrics.newBuilder()
                    .setContainerId(each.container().id())
                    .addAllMetrics(metrics));
        }
        return all.build();
    }

    static boolean matches(CriProto.ContainerStatsFilter filter, Cri.Container known) {
        return (filter.getId().isEmpty() || known.id().startsWith(filter.getId()))
                && (filter.getPodSandboxId().isEmpty() || known.podSandboxId().startsWith(filter.getPodSandboxId()))
                && Cri.matches(known.labels(), filter.getLabelSelectorMap());
    }

    static boolean matches(CriProto.PodSandboxStatsFilter filter, Cri.PodSandbox known) {
        return (filter.getId().isEmpty() || known.id().startsWith(filter.getId()))
                && Cri.matches(known.labels(), filter.getLabelSelectorMap());
    }

    // ---- what we hear from another runtime

    static Optional<CriParts.NetworkInterfaceUsage> heard(CriProto.NetworkUsage said) {
        CriProto.NetworkInterfaceUsage link = said.getDefaultInterface();
        return said.hasDefaultInterface()
                ? Optional.of(new CriParts.NetworkInterfaceUsage(
                        link.getName(),
                        link.getRxBytes().getValue(),
                        link.getRxErrors().getValue(),
                        link.getTxBytes().getValue(),
                        link.getTxErrors().getValue()))
                : Optional.empty();
    }

    /** Runtimes tell no number of processes of a container: where one runs, there is one. */
    static Cri.ContainerStats heard(CriProto.ContainerStats said) {
        CriProto.MemoryUsage memory = said.getMemory();
        return new Cri.ContainerStats(
                said.getCpu().getTimestamp(),
                new Cri.CpuUsage(said.getCpu().getUsageCoreNanoSeconds().getValue()),
                new Cri.MemoryUsage(
                        memory.getWorkingSetBytes().getValue(),
                        memory.getUsageBytes().getValue(),
                        memory.getRssBytes().getValue()),
                new Cri.FilesystemUsage(
                        said.getWritableLayer().getUsedBytes().getValue(),
                        said.getWritableLayer().getInodesUsed().getValue()),
                said.hasMemory() ? 1 : 0);
    }
}
