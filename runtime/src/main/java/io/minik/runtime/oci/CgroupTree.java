package io.minik.runtime.oci;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cgroup.CgroupMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The cgroup file systems of this machine: the v1 ones, named ones too, or the v2 one. Where both are mounted, the v2 tree
 * has no controllers and is left alone.
 */
record CgroupTree(int version, List<CgroupMount> mounted) {
    static CgroupTree read() {
        try {
            return parse(Files.readAllLines(Path.of("/proc/self/mountinfo")));
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "cgroup", "can't read /proc/self/mountinfo", e);
        }
    }

    static CgroupTree parse(List<String> mountinfo) {
        List<CgroupMount> v1 = new ArrayList<>();
        List<CgroupMount> v2 = new ArrayList<>();
        for (CgroupMount mount : CgroupMount.parse(mountinfo)) {
            if (mount.version() == 2) {
                v2.add(mount);
            } else if (!mount.names().isEmpty()
                    && v1.stream().noneMatch(m -> m.names().equals(mount.names()))) {
                v1.add(mount);
            }
        }
        if (v1.stream().anyMatch(m -> !m.controllers().isEmpty())) {
            return new CgroupTree(1, List.copyOf(v1));
        }
        if (v2.isEmpty()) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "cgroup", "no cgroup file system is mounted", 0);
        }
        return new CgroupTree(2, List.of(v2.get(0)));
    }

    /**
     * The directories of a container's group.
     *
     * @param wanted cgroupsPath: absolute, or below the caller's own group; empty = the container's id below it
     * @param own lines of the caller's /proc/PID/cgroup
     */
    List<Directory> place(String wanted, String id, List<String> own) {
        List<Directory> all = new ArrayList<>();
        for (CgroupMount each : mounted) {
            // Whatever ".." is in it: it stays below the top.
            String path =
                    Path.of("/", wanted.isEmpty() ? id : wanted).normalize().toString();
            Path base = wanted.startsWith("/") ? each.point() : each.point().resolve(below(each, own));
            all.add(new Directory(each.names(), base.resolve(path.substring(1))));
        }
        return all;
    }

    private static String below(CgroupMount mounted, List<String> own) {
        for (String line : own) {
            String[] fields = line.split(":", 3);
            boolean same = mounted.names().isEmpty()
                    ? fields[0].equals("0")
                    : Set.of(fields[1].split(",")).stream().anyMatch(mounted.names()::contains);
            if (same) {
                Path root = Path.of(mounted.root());
                Path path = Path.of(fields[2]);
                return path.startsWith(root) ? root.relativize(path).toString() : "";
            }
        }
        return "";
    }

    /** @param names of the hierarchy's controllers, none in v2 */
    record Directory(Set<String> names, Path path) {}
}
