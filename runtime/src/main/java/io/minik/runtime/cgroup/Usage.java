package io.minik.runtime.cgroup;

/** @param memoryWorkingSetBytes usage less what the kernel can drop at once (inactive file pages): what eviction looks at */
public record Usage(
        long cpuNanos, long memoryBytes, long memoryWorkingSetBytes, long memoryRssBytes, long pids, long oomKills) {}
