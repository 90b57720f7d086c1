package io.minik.runtime.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * A mounted cgroup file system.
 *
 * @param version 1 or 2
 * @param controllers v1: those mounted here; v2: empty, the files say
 * @param options how a container mounts the same one (v1: {@code cpu,cpuacct})
 */
public record Hierarchy(int version, Path mountPoint, Set<String> controllers, String options) {
    /**
     * From the lines of mountinfo: the v1 controllers if any are mounted (hybrid counts as v1: the v2 tree beside them
     * has no controllers), else the v2 tree.
     */
    static List<Hierarchy> parse(List<String> mountinfo) {
        List<Hierarchy> v1 = new ArrayList<>();
        List<Hierarchy> v2 = new ArrayList<>();
        for (CgroupMount mount : CgroupMount.parse(mountinfo)) {
            Set<String> controllers = mount.controllers();
            boolean seen = v1.stream().anyMatch(h -> h.controllers().equals(controllers));
            if (mount.version() == 2) {
                v2.add(new Hierarchy(2, mount.point(), Set.of(), ""));
            } else if (!controllers.isEmpty() && !seen) {
                v1.add(new Hierarchy(1, mount.point(), controllers, String.join(",", controllers)));
            }
        }
        if (!v1.isEmpty()) {
            v1.sort(Comparator.comparing(Hierarchy::options));
            return List.copyOf(v1);
        }
        return v2.isEmpty() ? List.of() : List.of(v2.get(0));
    }
}
