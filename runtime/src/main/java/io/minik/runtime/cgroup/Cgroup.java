package io.minik.runtime.cgroup;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One group: a directory per hierarchy (v1) or one (v2). */
public final class Cgroup {
    /** A process that forks as fast as it can is frozen first, so few rounds suffice; more means something is stuck. */
    private static final int KILL_ROUNDS = 20;
    /** How long killed processes may take to die before the next round; a disk write can hold one that long. */
    private static final int KILL_WAIT_MILLIS = 500;

    private final Kernel kernel;
    private final String path;
    private final List<Directory> directories;

    record Directory(Hierarchy hierarchy, Path path) {
        boolean has(String controller) {
            return hierarchy.version() == 2 || hierarchy.controllers().contains(controller);
        }
    }

    Cgroup(Kernel kernel, String path, List<Directory> directories) {
        this.kernel = kernel;
        this.path = path;
        this.directories = directories;
    }

    /** Below our root. */
    public String path() {
        return path;
    }

    List<Directory> directories() {
        return directories;
    }

    public boolean exists() {
        return directories.stream().anyMatch(d -> Files.isDirectory(d.path()));
    }

    /** Files into which a process writes "0" to be in this group; it must be single-threaded (v1's tasks). */
    public List<Path> joinFiles() {
        return directories.stream()
                .map(d -> d.path().resolve(d.hierarchy().version() == 2 ? "cgroup.procs" : "tasks"))
                .toList();
    }

    /**
     * The one file to join for being found again ({@link #processes}), with no limits: each further v1 hierarchy would
     * cost a migration, which may wait for an RCU grace period.
     */
    public List<Path> markFiles() {
        Directory marked = counted();
        return joinFiles().stream()
                .filter(file -> file.startsWith(marked.path()))
                .toList();
    }

    /** Where processes are looked up: everything of ours is in the freezer's hierarchy, or in v2's only one. */
    private Directory counted() {
        return directories.stream()
                .filter(d -> d.hierarchy().version() == 2 || d.has("freezer"))
                .findFirst()
                .orElse(directories.get(0));
    }

    private Optional<Path> file(String controller, String name) {
        return directories.stream()
                .filter(d -> d.has(controller))
                .map(d -> d.path().resolve(name))
                .findFirst();
    }

    private boolean isV2() {
        return directories.get(0).hierarchy().version() == 2;
    }

    /** Sets what the limits name; a controller that the kernel lacks is an error only if a limit needs it. */
    public void limit(CgroupLimits limits) {
        if (isV2()) {
            limitV2(limits);
        } else {
            limitV1(limits);
        }
    }

    private void limitV1(CgroupLimits limits) {
        if (limits.cpuShares() > 0) {
            write("cpu", "cpu.shares", Long.toString(limits.cpuShares()));
        }
        if (limits.cpuPeriodMicros() > 0) {
            write("cpu", "cpu.cfs_period_us", Long.toString(limits.cpuPeriodMicros()));
        }
        if (limits.cpuQuotaMicros() != 0) {
            write("cpu", "cpu.cfs_quota_us", Long.toString(Math.max(-1, limits.cpuQuotaMicros())));
        }
        if (limits.memoryBytes() != 0) {
            limitMemoryV1(Math.max(-1, limits.memoryBytes()));
        }
        if (limits.pids() != 0) {
            write("pids", "pids.max", limits.pids() < 0 ? "max" : Long.toString(limits.pids()));
        }
        cpuset(limits);
    }

    /** Swap is not for containers: memory plus swap = memory. It may never be below memory, so the order depends on the direction. */
    private void limitMemoryV1(long bytes) {
        String value = Long.toString(bytes);
        Optional<Path> swap = file("memory", "memory.memsw.limit_in_bytes").filter(Files::exists);
        Path memory = require("memory", "memory.limit_in_bytes");
        if (swap.isEmpty()) {
            kernel.writeControl(memory, value);
        } else if (kernel.tryWriteControl(memory, value) == 0) {
            kernel.writeControl(swap.get(), value);
        } else {
            kernel.writeControl(swap.get(), value);
            kernel.writeControl(memory, value);
        }
    }

    private void limitV2(CgroupLimits limits) {
        if (limits.cpuShares() > 0) {
            write("cpu", "cpu.weight", Long.toString(limits.cpuWeight()));
        }
        if (limits.cpuQuotaMicros() != 0) {
            long period = limits.cpuPeriodMicros() > 0 ? limits.cpuPeriodMicros() : 100_000;
            write("cpu", "cpu.max", (limits.cpuQuotaMicros() < 0 ? "max" : limits.cpuQuotaMicros()) + " " + period);
        }
        if (limits.memoryBytes() != 0) {
            write("memory", "memory.max", limits.memoryBytes() < 0 ? "max" : Long.toString(limits.memoryBytes()));
            file("memory", "memory.swap.max")
                    .filter(Files::exists)
                    .ifPresent(f -> kernel.writeControl(f, limits.memoryBytes() < 0 ? "max" : "0"));
        }
        if (limits.pids() != 0) {
            write("pids", "pids.max", limits.pids() < 0 ? "max" : Long.toString(limits.pids()));
        }
        cpuset(limits);
    }

    /**
     * Want of memory kills all its processes, not one of them that the rest then lacks: as the kubelet does where the
     * kernel can (v2's memory.oom.group; v1 has nothing like it).
     */
    public void dieTogether() {
        if (isV2()) {
            file("memory", "memory.oom.group").filter(Files::exists).ifPresent(f -> kernel.writeControl(f, "1"));
        }
    }

    private void cpuset(CgroupLimits limits) {
        if (!limits.cpusetCpus().isEmpty()) {
            write("cpuset", "cpuset.cpus", limits.cpusetCpus());
        }
        if (!limits.cpusetMems().isEmpty()) {
            write("cpuset", "cpuset.mems", limits.cpusetMems());
        }
    }

    private void write(String controller, String name, String value) {
        kernel.writeControl(require(controller, name), value);
    }

    private Path require(String controller, String name) {
        return file(controller, name)
                .filter(Files::exists)
                .orElseThrow(() -> new RuntimeFault(
                        RuntimeFault.Kind.INVALID_CONFIG,
                        "limit " + controller,
                        "can't set " + name + ": this kernel has no " + controller + " cgroup controller enabled",
                        0));
    }

    /** Denies all devices but these. v2 has no files for it: {@link DeviceFilter} attaches a program. */
    public void devices(List<DeviceRule> allowed) {
        if (isV2()) {
            DeviceFilter.attach(kernel, directories.get(0).path(), allowed);
            return;
        }
        Optional<Path> allow = file("devices", "devices.allow").filter(Files::exists);
        if (allow.isEmpty()) {
            return;
        }
        if (!allowed.equals(DeviceRule.ALL)) {
            write("devices", "devices.deny", "a");
        }
        for (DeviceRule rule : allowed) {
            kernel.writeControl(allow.get(), rule.line());
        }
    }

    /** Pids of its processes, also in groups below, as this PID namespace sees them. */
    public Set<Integer> processes() {
        Set<Integer> pids = new TreeSet<>();
        collect(counted().path(), pids);
        return pids;
    }

    private static void collect(Path directory, Set<Integer> pids) {
        for (String line : readString(directory.resolve("cgroup.procs")).split("\n")) {
            if (!line.isBlank()) {
                pids.add(Integer.parseInt(line.trim()));
            }
        }
        for (String child : Cgroups.children(directory)) {
            collect(directory.resolve(child), pids);
        }
    }

    /** Kills every process in it and below, and waits until they are dead. Success if there is none. */
    public void kill() {
        if (!exists()) {
            return;
        }
        if (isV2()) {
            kernel.tryWriteControl(directories.get(0).path().resolve("cgroup.kill"), "1");
        }
        Set<Integer> alive = processes();
        for (int round = 0; !alive.isEmpty(); round++) {
            if (round == KILL_ROUNDS) {
                throw new RuntimeFault(
                        RuntimeFault.Kind.KERNEL, "kill", "processes do not die in cgroup " + path + ": " + alive, 0);
            }
            if (round > 0) {
                freeze(true);
                alive = processes();
            }
            killAndWait(alive, () -> freeze(false));
            alive = processes();
        }
    }

    private void killAndWait(Set<Integer> pids, Runnable afterSignals) {
        List<Integer> pidfds = new ArrayList<>();
        try {
            pids.forEach(pid -> kernel.findPidfd(pid).ifPresent(pidfds::add));
            pidfds.forEach(pidfd -> kernel.signal(pidfd, Kernel.SIGKILL));
            afterSignals.run();
            for (int pidfd : pidfds) {
                awaitEnd(pidfd);
            }
        } finally {
            pidfds.forEach(kernel::close);
        }
    }

    private void awaitEnd(int pidfd) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block poll = arena.allocate(8);
            poll.bytes().putInt(0, pidfd).putShort(4, (short) 1);
            Arena.Block timeout = arena.allocate(16);
            timeout.bytes().putLong(8, KILL_WAIT_MILLIS * 1_000_000L);
            kernel.sys().call(Syscall.PPOLL, poll.address(), 1, timeout.address(), 0);
        }
    }

    /** Stops or continues all its processes; takes effect soon, not at once. */
    public void freeze(boolean frozen) {
        if (isV2()) {
            kernel.tryWriteControl(directories.get(0).path().resolve("cgroup.freeze"), frozen ? "1" : "0");
        } else {
            file("freezer", "freezer.state").ifPresent(f -> kernel.tryWriteControl(f, frozen ? "FROZEN" : "THAWED"));
        }
    }

    public Usage usage() {
        if (isV2()) {
            Path dir = directories.get(0).path();
            String memoryStat = readString(dir.resolve("memory.stat"));
            long memory = number(readString(dir.resolve("memory.current")));
            return new Usage(
                    field(readString(dir.resolve("cpu.stat")), "usage_usec") * 1000,
                    memory,
                    Math.max(0, memory - field(memoryStat, "inactive_file")),
                    field(memoryStat, "anon"),
                    number(readString(dir.resolve("pids.current"))),
                    oomKills());
        }
        String memoryStat = read("memory", "memory.stat");
        long memory = number(read("memory", "memory.usage_in_bytes"));
        return new Usage(
                number(read("cpuacct", "cpuacct.usage")),
                memory,
                Math.max(0, memory - field(memoryStat, "total_inactive_file")),
                field(memoryStat, "total_rss"),
                number(read("pids", "pids.current")),
                oomKills());
    }

    /** How many of its processes the kernel killed for want of memory. */
    public long oomKills() {
        return field(read("memory", isV2() ? "memory.events" : "memory.oom_control"), "oom_kill");
    }

    private String read(String controller, String name) {
        return file(controller, name).map(Cgroup::readString).orElse("");
    }

    /** Empty if it can't be read: the group is gone or the kernel lacks the file. */
    static String readString(Path file) {
        try {
            return Files.readString(file).trim();
        } catch (IOException e) {
            return "";
        }
    }

    private static long number(String text) {
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    private static long field(String lines, String name) {
        for (String line : lines.split("\n")) {
            if (line.startsWith(name + " ")) {
                return number(line.substring(name.length() + 1).trim());
            }
        }
        return 0;
    }

    /** @return false if a directory is still there: it has processes, or the kernel is not done with the last one */
    boolean remove() {
        boolean gone = true;
        for (Directory directory : directories) {
            gone &= remove(directory.path());
        }
        return gone;
    }

    private boolean remove(Path directory) {
        for (String child : Cgroups.children(directory)) {
            remove(directory.resolve(child));
        }
        try (Arena arena = kernel.sys().arena()) {
            int removeDirectory = 0x200;
            long result = kernel.sys()
                    .call(Syscall.UNLINKAT, Kernel.AT_FDCWD, arena.string(directory.toString()), removeDirectory);
            return result == 0 || result == -Errno.ENOENT;
        }
    }
}
