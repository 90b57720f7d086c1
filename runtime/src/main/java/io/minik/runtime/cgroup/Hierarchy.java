package io.minik.runtime.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A mounted cgroup file system.
 *
 * @param version 1 or 2
 * @param controllers v1: those mounted here; v2: empty, the files say
 * @param options how a container mounts the same one (v1: {@code cpu,cpuacct})
 */
public record Hierarchy(int version, Path mountPoint, Set<String> controllers, String options) {
    private static final Set<String> V1_CONTROLLERS = Set.of(
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

    /**
     * From the lines of mountinfo: the v1 controllers if any are mounted (hybrid counts as v1: the v2 tree beside them
     * has no controllers), else the v2 tree.
     */
    static List<Hierarchy> parse(List<String> mountinfo) {
        List<Hierarchy> v1 = new ArrayList<>();
        List<Hierarchy> v2 = new ArrayList<>();
        for (String line : mountinfo) {
            int separator = line.indexOf(" - ");
            if (separator < 0) {
                continue;
            }
            String[] before = line.substring(0, separator).split(" ");
            String[] after = line.substring(separator + 3).split(" ");
            Path mountPoint = Path.of(before[4].replace("\\040", " "));
            if (after[0].equals("cgroup2")) {
                v2.add(new Hierarchy(2, mountPoint, Set.of(), ""));
            } else if (after[0].equals("cgroup")) {
                Set<String> controllers = new TreeSet<>(List.of(after[after.length - 1].split(",")));
                controllers.retainAll(V1_CONTROLLERS);
                boolean seen = v1.stream().anyMatch(h -> h.controllers().equals(controllers));
                if (!controllers.isEmpty() && !seen) {
                    v1.add(new Hierarchy(1, mountPoint, controllers, String.join(",", controllers)));
                }
            }
        }
        if (!v1.isEmpty()) {
            v1.sort(Comparator.comparing(Hierarchy::options));
            return List.copyOf(v1);
        }
        return v2.isEmpty() ? List.of() : List.of(v2.get(0));
    }
}
