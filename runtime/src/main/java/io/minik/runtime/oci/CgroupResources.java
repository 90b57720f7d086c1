package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;

/** linux.resources of a bundle as values of control files, in the order that the kernel wants. */
final class CgroupResources {
    private static final long DEFAULT_PERIOD = 100_000;

    private final ContainerCgroup cgroup;
    private final JsonNode resources;

    private CgroupResources(ContainerCgroup cgroup, JsonNode resources) {
        this.cgroup = cgroup;
        this.resources = resources;
    }

    /** All but the devices. */
    static void apply(ContainerCgroup cgroup, JsonNode resources) {
        CgroupResources all = new CgroupResources(cgroup, resources);
        if (cgroup.version() == 2) {
            all.v2();
        } else {
            all.v1();
        }
    }

    private void v1() {
        JsonNode cpu = resources.path("cpu");
        number("cpu", "cpu.shares", cpu.path("shares"));
        number("cpu", "cpu.rt_period_us", cpu.path("realtimePeriod"));
        number("cpu", "cpu.rt_runtime_us", cpu.path("realtimeRuntime"));
        number("cpu", "cpu.idle", cpu.path("idle"));
        // A quota above the old period or below the new burst is refused: period, then burst, then quota, then burst.
        boolean early = cpu.path("period").asLong() == 0 || tryNumber("cpu", "cpu.cfs_period_us", cpu.path("period"));
        number("cpu", "cpu.cfs_quota_us", cpu.path("quota"));
        if (!early) {
            number("cpu", "cpu.cfs_period_us", cpu.path("period"));
        }
        number("cpu", "cpu.cfs_burst_us", cpu.path("burst"));
        text("cpuset", "cpuset.cpus", cpu.path("cpus").asText());
        text("cpuset", "cpuset.mems", cpu.path("mems").asText());
        memoryV1(resources.path("memory"));
        pids();
        JsonNode block = resources.path("blockIO");
        number("blkio", "blkio.weight", block.path("weight"));
        number("blkio", "blkio.leaf_weight", block.path("leafWeight"));
        block.path("weightDevice").forEach(d -> device("blkio", "blkio.weight_device", d, d.path("weight")));
        throttleV1(block, "throttleReadBpsDevice", "blkio.throttle.read_bps_device");
        throttleV1(block, "throttleWriteBpsDevice", "blkio.throttle.write_bps_device");
        throttleV1(block, "throttleReadIOPSDevice", "blkio.throttle.read_iops_device");
        throttleV1(block, "throttleWriteIOPSDevice", "blkio.throttle.write_iops_device");
        number("net_cls", "net_cls.classid", resources.path("network").path("classID"));
        resources
                .path("network")
                .path("priorities")
                .forEach(p -> text(
                        "net_prio",
                        "net_prio.ifpriomap",
                        p.path("name").asText() + " " + p.path("priority").asLong()));
        huge("hugetlb.%s.limit_in_bytes");
        rdma();
        if (resources.hasNonNull("unified")) {
            throw ContainerCgroup.fault("invalid configuration: linux.resources.unified needs cgroup v2");
        }
    }

    private void throttleV1(JsonNode block, String field, String file) {
        block.path(field).forEach(d -> device("blkio", file, d, d.path("rate")));
    }

    private void device(String controller, String file, JsonNode device, JsonNode value) {
        if (!value.isMissingNode()) {
            text(
                    controller,
                    file,
                    device.path("major").asLong() + ":" + device.path("minor").asLong() + " " + value.asText());
        }
    }

    /** The limit with swap may never be below that without. */
    private void memoryV1(JsonNode memory) {
        long limit = memory.path("limit").asLong();
        long swap = memory.path("swap").asLong();
        JsonNode swapNode = limit == -1 && swap == 0 ? memory.path("limit") : memory.path("swap");
        boolean hasSwap = cgroup.file("memory", "memory.memsw.limit_in_bytes").isPresent();
        if (swapNode.asLong() != 0 && hasSwap) {
            if (!tryNumber("memory", "memory.limit_in_bytes", memory.path("limit"))) {
                number("memory", "memory.memsw.limit_in_bytes", swapNode);
                number("memory", "memory.limit_in_bytes", memory.path("limit"));
            } else {
                number("memory", "memory.memsw.limit_in_bytes", swapNode);
            }
        } else {
            number("memory", "memory.limit_in_bytes", memory.path("limit"));
        }
        number("memory", "memory.soft_limit_in_bytes", memory.path("reservation"));
        number("memory", "memory.kmem.tcp.limit_in_bytes", memory.path("kernelTCP"));
        if (memory.path("disableOOMKiller").asBoolean()) {
            text("memory", "memory.oom_control", "1");
        }
        JsonNode swappiness = memory.path("swappiness");
        if (swappiness.isNumber() && swappiness.asLong() != -1) {
            text("memory", "memory.swappiness", swappiness.asText());
        }
    }

    private void pids() {
        long limit = resources.path("pids").path("limit").asLong();
        if (limit != 0) {
            text("pids", "pids.max", limit < 0 ? "max" : Long.toString(limit));
        }
    }

    private void huge(String pattern) {
        for (JsonNode each : resources.path("hugepageLimits")) {
            String size = each.path("pageSize").asText();
            if (!size.matches("[0-9]+[KMG]B")) {
                throw ContainerCgroup.fault("invalid hugepage size \"" + size + "\"");
            }
            text("hugetlb", String.format(pattern, size), each.path("limit").asText());
        }
    }

    private void rdma() {
        resources.path("rdma").properties().forEach(entry -> {
            StringBuilder line = new StringBuilder(entry.getKey());
            JsonNode limits = entry.getValue();
            if (limits.has("hcaHandles")) {
                line.append(" hca_handle=").append(limits.path("hcaHandles").asLong());
            }
            if (limits.has("hcaObjects")) {
                line.append(" hca_object=").append(limits.path("hcaObjects").asLong());
            }
            text("rdma", "rdma.max", line.toString());
        });
    }

    private void v2() {
        JsonNode cpu = resources.path("cpu");
        if (cpu.path("realtimePeriod").asLong() != 0
                || cpu.path("realtimeRuntime").asLong() != 0) {
            throw ContainerCgroup.fault("realtime CPU limits are not supported by cgroup v2");
        }
        number("cpu", "cpu.idle", cpu.path("idle"));
        if (cpu.path("shares").asLong() != 0 && cpu.path("idle").asLong() == 0) {
            text("cpu", "cpu.weight", Long.toString(weight(cpu.path("shares").asLong())));
        }
        if (cpu.path("quota").asLong() != 0 || cpu.path("period").asLong() != 0) {
            long quota = cpu.path("quota").asLong();
            long period = cpu.path("period").asLong() == 0
                    ? DEFAULT_PERIOD
                    : cpu.path("period").asLong();
            text("cpu", "cpu.max", (quota > 0 ? Long.toString(quota) : "max") + " " + period);
        }
        number("cpu", "cpu.max.burst", cpu.path("burst"));
        text("cpuset", "cpuset.cpus", cpu.path("cpus").asText());
        text("cpuset", "cpuset.mems", cpu.path("mems").asText());
        memoryV2(resources.path("memory"));
        pids();
        ioV2(resources.path("blockIO"));
        huge("hugetlb.%s.max");
        rdma();
        resources.path("unified").properties().forEach(entry -> unified(entry.getKey(), entry.getValue()));
    }

    /** 2..262144 shares as 1..10000, as crun and runc up to 1.3 convert. */
    static long weight(long shares) {
        long within = Math.max(2, Math.min(262_144, shares));
        return 1 + (within - 2) * 9999 / 262_142;
    }

    private void memoryV2(JsonNode memory) {
        long limit = memory.path("limit").asLong();
        long swap = memory.path("swap").asLong();
        if (swap == 0 && limit == -1) {
            swap = -1;
        }
        if (swap != 0) {
            if (swap > 0 && limit <= 0) {
                throw ContainerCgroup.fault("unable to set swap limit without memory limit");
            }
            if (swap > 0 && swap < limit) {
                throw ContainerCgroup.fault("memory+swap limit should be >= memory limit");
            }
            if (swap > 0 || cgroup.file("memory", "memory.swap.max").isPresent()) {
                text("memory", "memory.swap.max", swap < 0 ? "max" : Long.toString(swap - limit));
            }
        }
        if (limit != 0) {
            text("memory", "memory.max", limit < 0 ? "max" : Long.toString(limit));
        }
        long reservation = memory.path("reservation").asLong();
        if (reservation != 0) {
            text("memory", "memory.low", reservation < 0 ? "max" : Long.toString(reservation));
        }
    }

    private void ioV2(JsonNode block) {
        long weight = block.path("weight").asLong();
        if (weight != 0) {
            if (cgroup.file("io", "io.bfq.weight").isPresent()) {
                text("io", "io.bfq.weight", Long.toString(weight));
            } else {
                text("io", "io.weight", Long.toString(1 + (weight - 10) * 9999 / 990));
            }
        }
        Map<String, String> keys = Map.of(
                "throttleReadBpsDevice", "rbps",
                "throttleWriteBpsDevice", "wbps",
                "throttleReadIOPSDevice", "riops",
                "throttleWriteIOPSDevice", "wiops");
        keys.forEach((field, key) -> block.path(field)
                .forEach(d -> text(
                        "io",
                        "io.max",
                        d.path("major").asLong() + ":" + d.path("minor").asLong() + " " + key + "="
                                + d.path("rate").asText())));
    }

    private void unified(String file, JsonNode value) {
        if (file.contains("/") || file.startsWith(".")) {
            throw ContainerCgroup.fault("unified resource \"" + file + "\" must be a file name (no slashes)");
        }
        for (String line : value.asText().split("\n")) {
            text("", file, line);
        }
    }

    private void number(String controller, String file, JsonNode value) {
        if (value.isNumber() && value.asLong() != 0) {
            text(controller, file, value.asText());
        }
    }

    private boolean tryNumber(String controller, String file, JsonNode value) {
        return value.asLong() == 0
                || cgroup.file(controller, file)
                        .filter(f -> ContainerCgroup.tryWrite(f, value.asText()))
                        .isPresent();
    }

    private void text(String controller, String file, String value) {
        if (value.isEmpty()) {
            return;
        }
        Path path = cgroup.file(controller, file)
                .orElseThrow(() -> ContainerCgroup.fault("can't set " + file + ": this kernel or this group has no "
                        + (controller.isEmpty() ? "such file" : controller + " controller with it")));
        ContainerCgroup.write(path, value);
    }
}
