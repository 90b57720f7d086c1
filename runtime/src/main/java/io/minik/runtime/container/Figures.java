package io.minik.runtime.container;

import io.minik.runtime.cgroup.Usage;
import io.minik.runtime.container.Containers.Stats;
import io.minik.runtime.snapshot.Snapshotter;

/** What a container uses, of its cgroup and of its writable layer. */
final class Figures {
    private Figures() {}

    static Stats of(long nowNanos, Usage usage, Snapshotter.Usage disk) {
        return new Stats(
                nowNanos,
                usage.cpuNanos(),
                usage.memoryBytes(),
                usage.memoryWorkingSetBytes(),
                usage.memoryRssBytes(),
                usage.pids(),
                disk.bytes(),
                disk.inodes());
    }
}
