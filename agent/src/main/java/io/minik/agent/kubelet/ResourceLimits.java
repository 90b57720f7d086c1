package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.ContainerResources;
import io.minik.api.core.Pod;
import io.minik.api.core.PodQos;
import io.minik.api.meta.Quantity;
import io.minik.runtime.cri.Cri;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** From requests and limits to what the kernel is told, by upstream's formulae. */
final class ResourceLimits {
    private static final long PERIOD_MICROS = 100_000;
    private static final long LEAST_QUOTA_MICROS = 1_000;
    private static final long LEAST_SHARES = 2;
    private static final long MOST_SHARES = 262_144;
    private static final long SHARES_PER_CPU = 1_024;
    private static final int OOM_GUARANTEED = -997;
    private static final int OOM_BEST_EFFORT = 1_000;
    /** From this priority on a pod is critical to the node (system-cluster-critical is 2,000,000,000). */
    private static final int CRITICAL_PRIORITY = 2_000_000_000;

    private ResourceLimits() {}

    /** {@code kubepods/burstable/pod<uid>}; guaranteed pods stand directly below kubepods. */
    static String cgroupParent(String root, Pod pod) {
        String qos =
                switch (pod.qos()) {
                    case Guaranteed -> "";
                    case Burstable -> "burstable/";
                    case BestEffort -> "besteffort/";
                };
        return root + "/" + qos + "pod" + pod.uid();
    }

    static long shares(long milliCpu) {
        return milliCpu == 0
                ? LEAST_SHARES
                : Math.min(MOST_SHARES, Math.max(LEAST_SHARES, milliCpu * SHARES_PER_CPU / 1000));
    }

    static long quota(long milliCpu) {
        return milliCpu == 0 ? 0 : Math.max(LEAST_QUOTA_MICROS, milliCpu * PERIOD_MICROS / 1000);
    }

    static Cri.LinuxContainerResources of(Pod pod, Container container, long nodeMemoryBytes) {
        long cpuLimit = Quantity.orZero(limit(container.resources(), "cpu")).milliValue();
        return new Cri.LinuxContainerResources(
                PERIOD_MICROS,
                quota(cpuLimit),
                shares(Quantity.orZero(request(container.resources(), "cpu")).milliValue()),
                Quantity.orZero(limit(container.resources(), "memory")).value(),
                oomScoreAdj(pod, container, nodeMemoryBytes));
    }

    static int oomScoreAdj(Pod pod, Container container, long nodeMemoryBytes) {
        PodQos qos = pod.qos();
        if (qos == PodQos.Guaranteed || pod.spec().priority() >= CRITICAL_PRIORITY) {
            return OOM_GUARANTEED;
        }
        if (qos == PodQos.BestEffort || nodeMemoryBytes == 0) {
            return OOM_BEST_EFFORT;
        }
        long request = Quantity.orZero(request(container.resources(), "memory")).value();
        int adjust = (int) (1000 - 1000 * request / nodeMemoryBytes);
        // Never as safe as guaranteed, never as exposed as best effort.
        if (adjust < 1000 + OOM_GUARANTEED) {
            return 1000 + OOM_GUARANTEED;
        }
        return Math.min(adjust, OOM_BEST_EFFORT - 1);
    }

    /** Limits of the pod's own cgroup: only where every container has one. */
    static Cri.LinuxContainerResources ofPod(Pod pod) {
        Map<String, Long> requests = PodRequests.of(pod);
        long cpu = limits(pod, "cpu", true);
        long memory = limits(pod, "memory", false);
        long shares = pod.qos() == PodQos.BestEffort ? LEAST_SHARES : shares(requests.getOrDefault("cpu", 0L));
        return new Cri.LinuxContainerResources(PERIOD_MICROS, quota(cpu), shares, memory, 0);
    }

    private static long limits(Pod pod, String resource, boolean milli) {
        ContainerResources whole = pod.spec().resources();
        if (whole.limits().containsKey(resource)) {
            String amount = limit(whole, resource);
            return milli
                    ? Quantity.orZero(amount).milliValue()
                    : Quantity.orZero(amount).value();
        }
        List<Container> all = Stream.concat(pod.spec().containers().stream(), pod.spec().initContainers().stream())
                .toList();
        if (!all.stream().allMatch(c -> c.resources().limits().containsKey(resource))) {
            return 0;
        }
        return PodRequests.sum(pod, c -> {
            String amount = limit(c.resources(), resource);
            return milli
                    ? Quantity.orZero(amount).milliValue()
                    : Quantity.orZero(amount).value();
        });
    }

    private static String limit(ContainerResources resources, String name) {
        return resources.limits().getOrDefault(name, "0");
    }

    private static String request(ContainerResources resources, String name) {
        return resources.requests().getOrDefault(name, limit(resources, name));
    }
}
