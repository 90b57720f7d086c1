package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a container uses, in the words of runc's events. */
final class Stats {
    /** A tick of user and system time in v1's files. */
    private static final long TICK_NANOS = 10_000_000;

    private final ContainerCgroup group;
    private final boolean v2;

    private Stats(ContainerCgroup group) {
        this.group = group;
        this.v2 = group.version() == 2;
    }

    static String line(BundleState state) {
        ObjectNode event = Bundle.JSON.createObjectNode().put("type", "stats").put("id", state.id());
        ObjectNode data = event.putObject("data");
        Stats stats = new Stats(state.group());
        stats.cpu(data.putObject("cpu"));
        stats.memory(data.putObject("memory"));
        ObjectNode pids = data.putObject("pids");
        pids.put("current", number(stats.read("pids", "pids.current")));
        pids.put("limit", number(stats.read("pids", "pids.max")));
        stats.io(data.putObject("blkio"));
        data.putObject("hugetlb");
        return event.toString();
    }

    static long oomKills(BundleState state) {
        Stats stats = new Stats(state.group());
        return field(stats.read("memory", stats.v2 ? "memory.events" : "memory.oom_control"), "oom_kill");
    }

    private String read(String controller, String file) {
        return group.file(controller, file).map(ContainerCgroup::read).orElse("");
    }

    /** 0 for what is not there, and for {@code max}. */
    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private static long field(String lines, String name) {
        for (String line : lines.split("\n")) {
            if (line.startsWith(name + " ")) {
                return number(line.substring(name.length() + 1).trim());
            }
        }
        return 0;
    }

    private void cpu(ObjectNode cpu) {
        ObjectNode usage = cpu.putObject("usage");
        String stat = read("cpu", "cpu.stat");
        if (v2) {
            usage.put("total", field(stat, "usage_usec") * 1000);
            usage.put("kernel", field(stat, "system_usec") * 1000);
            usage.put("user", field(stat, "user_usec") * 1000);
        } else {
            String times = read("cpuacct", "cpuacct.stat");
            usage.put("total", number(read("cpuacct", "cpuacct.usage")));
            ArrayNode each = usage.putArray("percpu");
            for (String one : read("cpuacct", "cpuacct.usage_percpu").split(" ")) {
                each.add(number(one.trim()));
            }
            usage.put("kernel", field(times, "system") * TICK_NANOS);
            usage.put("user", field(times, "user") * TICK_NANOS);
        }
        ObjectNode throttling = cpu.putObject("throttling");
        throttling.put("periods", field(stat, "nr_periods"));
        throttling.put("throttledPeriods", field(stat, "nr_throttled"));
        throttling.put("throttledTime", v2 ? field(stat, "throttled_usec") * 1000 : field(stat, "throttled_time"));
    }

    private void memory(ObjectNode memory) {
        String stat = read("memory", "memory.stat");
        memory.put("cache", field(stat, v2 ? "file" : "cache"));
        if (v2) {
            entry(memory.putObject("usage"), "memory.current", "memory.max", "memory.peak", "");
            entry(memory.putObject("swap"), "memory.swap.current", "memory.swap.max", "", "");
        } else {
            entry(
                    memory.putObject("usage"),
                    "memory.usage_in_bytes",
                    "memory.limit_in_bytes",
                    "memory.max_usage_in_bytes",
                    "memory.failcnt");
            entry(
                    memory.putObject("swap"),
                    "memory.memsw.usage_in_bytes",
                    "memory.memsw.limit_in_bytes",
                    "memory.memsw.max_usage_in_bytes",
                    "memory.memsw.failcnt");
            entry(
                    memory.putObject("kernel"),
                    "memory.kmem.usage_in_bytes",
                    "memory.kmem.limit_in_bytes",
                    "memory.kmem.max_usage_in_bytes",
                    "memory.kmem.failcnt");
            entry(
                    memory.putObject("kernelTCP"),
                    "memory.kmem.tcp.usage_in_bytes",
                    "memory.kmem.tcp.limit_in_bytes",
                    "memory.kmem.tcp.max_usage_in_bytes",
                    "memory.kmem.tcp.failcnt");
        }
        ObjectNode raw = memory.putObject("raw");
        for (String line : stat.split("\n")) {
            String[] words = line.split(" ");
            if (words.length == 2) {
                raw.put(words[0], number(words[1]));
            }
        }
    }

    private void entry(ObjectNode into, String usage, String limit, String max, String failures) {
        into.put("limit", number(read("memory", limit)));
        into.put("usage", number(read("memory", usage)));
        into.put("max", max.isEmpty() ? 0 : number(read("memory", max)));
        into.put("failcnt", failures.isEmpty() ? 0 : number(read("memory", failures)));
    }

    private void io(ObjectNode io) {
        ArrayNode bytes = io.putArray("ioServiceBytesRecursive");
        String lines = v2 ? read("io", "io.stat") : read("blkio", "blkio.throttle.io_service_bytes");
        for (String line : lines.split("\n")) {
            String[] words = line.split(" ");
            String[] device = words[0].split(":");
            if (device.length != 2 || words.length < 2) {
                continue;
            }
            if (v2) {
                for (int i = 1; i < words.length; i++) {
                    if (words[i].startsWith("rbytes=") || words[i].startsWith("wbytes=")) {
                        add(bytes, device, words[i].startsWith("r") ? "Read" : "Write", words[i].substring(7));
                    }
                }
            } else if (words.length == 3) {
                add(bytes, device, words[1], words[2]);
            }
        }
    }

    private static void add(ArrayNode into, String[] device, String operation, String value) {
        into.addObject()
                .put("major", number(device[0]))
                .put("minor", number(device[1]))
                .put("op", operation)
                .put("value", number(value));
    }
}
