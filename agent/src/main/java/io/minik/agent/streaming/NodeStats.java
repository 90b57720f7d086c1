package io.minik.agent.streaming;

import io.vertx.core.Future;

/** Figures of the whole node, for stats and metrics. */
@FunctionalInterface
public interface NodeStats {
    Future<Usage> usage();

    /** @param cpuNanos used since boot, all cores together */
    record Usage(
            String nodeName,
            long cpuNanos,
            long memoryCapacityBytes,
            long memoryAvailableBytes,
            long memoryWorkingSetBytes,
            long fsCapacityBytes,
            long fsAvailableBytes,
            long bootSeconds) {}
}
