package io.minik.runtime.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A cgroup file system as mountinfo tells it (proc(5)).
 *
 * @param version 1 or 2
 * @param root which part of the hierarchy is seen at the point
 * @param names v1: what is mounted here, controllers and {@code name=systemd}; v2: empty
 */
public record CgroupMount(int version, Path point, String root, Set<String> names) {
    private static final Set<String> CONTROLLERS = Set.of(
            "cpu",
            "cpuacct",
            "cpuset",
            "memory",
            "devices",
            "freezer",
            "blkio",
            "pids",
            "hugetlb",
            "net_cls",
            "net_prio",
            "perf_event",
            "rdma",
            "misc");

    /** In their order. */
    public static List<CgroupMount> parse(List<String> mountinfo) {
        List<CgroupMount> all = new ArrayList<>();
        for (String line : mountinfo) {
            int separator = line.indexOf(" - ");
            if (separator < 0) {
                continue;
            }
            String[] before = line.substring(0, separator).split(" ");
            String[] after = line.substring(separator + 3).split(" ");
            Path point = Path.of(before[4].replace("\\040", " "));
            if (after[0].equals("cgroup2")) {
                all.add(new CgroupMount(2, point, before[3], Set.of()));
            } else if (after[0].equals("cgroup")) {
                Set<String> names = new TreeSet<>(List.of(after[after.length - 1].split(",")));
                names.removeIf(name -> !CONTROLLERS.contains(name) && !name.startsWith("name="));
                all.add(new CgroupMount(1, point, before[3], names));
            }
        }
        return all;
    }

    /** Without the names that are none's: those only group. */
    public Set<String> controllers() {
        Set<String> controllers = new TreeSet<>(names);
        controllers.retainAll(CONTROLLERS);
        return controllers;
    }
}
