package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;
import static io.minik.runtime.criapi.CriCodes.refuse;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.criapi.proto.CriProto;

/** Limits on the wire and in the kubelet's words. */
final class ResourcesWire {
    private static final long MOST_OOM_SCORE = 1000;

    private ResourcesWire() {}

    /**
     * Without swap a limit of it that is no higher than the memory's is kept by itself, and a limit of no huge pages by there being
     * none in a container's reach; {@code memory.oom.group} is how groups are made here.
     */
    static Cri.LinuxContainerResources resources(String field, CriProto.LinuxContainerResources asked) {
        refuse(
                asked.getHugepageLimitsList().stream().anyMatch(limit -> limit.getLimit() > 0),
                field + ".hugepage_limits",
                "huge pages");
        refuse(
                asked.getMemorySwapLimitInBytes() > asked.getMemoryLimitInBytes(),
                field + ".memory_swap_limit_in_bytes",
                "swap");
        refuse(
                asked.getUnifiedMap().entrySet().stream()
                        .anyMatch(entry -> !entry.getKey().equals("memory.oom.group")
                                || !entry.getValue().equals("1")),
                field + ".unified",
                "files of cgroup v2 but memory.oom.group");
        return new Cri.LinuxContainerResources(
                asked.getCpuPeriod(),
                asked.getCpuQuota(),
                asked.getCpuShares(),
                asked.getMemoryLimitInBytes(),
                oomScoreAdj(field, asked.getOomScoreAdj()),
                asked.getCpusetCpus(),
                asked.getCpusetMems());
    }

    private static int oomScoreAdj(String field, long asked) {
        if (Math.abs(asked) > MOST_OOM_SCORE) {
            throw invalid(field + ".oom_score_adj", asked + " is not between -1000 and 1000");
        }
        return (int) asked;
    }

    static CriProto.LinuxContainerResources resources(Cri.LinuxContainerResources resources) {
        return CriProto.LinuxContainerResources.newBuilder()
                .setCpuPeriod(resources.cpuPeriod())
                .setCpuQuota(resources.cpuQuota())
                .setCpuShares(resources.cpuShares())
                .setMemoryLimitInBytes(resources.memoryLimitInBytes())
                .setOomScoreAdj(resources.oomScoreAdj())
                .setCpusetCpus(resources.cpusetCpus())
                .setCpusetMems(resources.cpusetMems())
                .build();
    }

    static Cri.LinuxContainerResources heard(CriProto.LinuxContainerResources said) {
        return new Cri.LinuxContainerResources(
                said.getCpuPeriod(),
                said.getCpuQuota(),
                said.getCpuShares(),
                said.getMemoryLimitInBytes(),
                (int) said.getOomScoreAdj(),
                said.getCpusetCpus(),
                said.getCpusetMems());
    }
}
