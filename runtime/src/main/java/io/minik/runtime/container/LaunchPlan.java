package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cgroup.Cgroup;
import io.minik.runtime.cgroup.CgroupLimits;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.cgroup.DeviceRule;
import io.minik.runtime.cgroup.Hierarchy;
import io.minik.runtime.container.Containers.Mount;
import io.minik.runtime.container.Containers.Resources;
import io.minik.runtime.container.Containers.Security;
import io.minik.runtime.sandbox.Sandboxes.UserMap;
import io.minik.runtime.seccomp.SeccompProfiles;
import io.minik.runtime.snapshot.Snapshotter;
import io.minik.runtime.snapshot.Snapshotter.RootFs;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Resolves what a container is asked to be into what its tape needs. Reads files, changes nothing but missing host paths of mounts. */
final class LaunchPlan {
    static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    /** Where all shims are, so that what a container may use is not spent on them. */
    static final String SHIM_CGROUP = "shims";

    private static final Path LAST_CAPABILITY = Path.of("/proc/sys/kernel/cap_last_cap");

    private static final Path OWN_STATUS = Path.of("/proc/self/status");
    private static final Path OWN_OOM_SCORE = Path.of("/proc/self/oom_score_adj");
    private static final int CAP_SYS_RESOURCE = 24;
    private static final String BOUNDING = "CapBnd:";

    private final Sys sys;
    private final Cgroups cgroups;
    private final ContainerFiles files;
    private final SeccompProfiles seccomp;
    private final Snapshotter snapshots;

    LaunchPlan(Sys sys, Cgroups cgroups, ContainerFiles files, Snapshotter snapshots) {
        this.snapshots = snapshots;
        this.sys = sys;
        this.cgroups = cgroups;
        this.files = files;
        this.seccomp = new SeccompProfiles(sys.arch());
    }

    static String cgroupPath(ContainerConfig config) {
        return config.place().cgroupParent() + "/" + config.id();
    }

    static CgroupLimits limits(Resources resources) {
        return new CgroupLimits(
                resources.cpuShares(),
                resources.cpuQuotaMicros(),
                resources.cpuPeriodMicros(),
                resources.memoryLimitBytes(),
                resources.pidsLimit(),
                resources.cpusetCpus(),
                resources.cpusetMems());
    }

    /** With its limits and device rules; the one that is there is set to them. */
    void makeCgroup(ContainerConfig config) {
        Cgroup cgroup = cgroups.create(cgroupPath(config));
        cgroup.limit(limits(config.place().resources()));
        cgroup.dieTogether();
        cgroup.devices(deviceRules(config));
    }

    private List<DeviceRule> deviceRules(ContainerConfig config) {
        if (config.security().privileged()) {
            return DeviceRule.ALL;
        }
        List<DeviceRule> rules = new ArrayList<>(DeviceRule.DEFAULT);
        for (Containers.Device device : config.devices()) {
            Launch.Node node = DeviceNodes.of(device.hostPath(), device.containerPath());
            rules.add(new DeviceRule(node.type(), node.major(), node.minor(), device.permissions()));
        }
        return rules;
    }

    /** The same with who runs it as the image says now: whatever becomes of its files, that one it stays. */
    ContainerConfig found(ContainerConfig config, RootFs root) {
        Security security = config.security();
        Users user = Users.of(new RootView(new Kernel(sys), root), security.user());
        return config.with(new Security(
                new Containers.User(Long.toString(user.uid()), user.gid(), user.groups(), true),
                security.privileged(),
                security.readOnlyRootFs(),
                security.noNewPrivileges(),
                security.capabilities(),
                security.paths(),
                security.seccompProfile()));
    }

    Launch of(ContainerConfig config, RootFs root, Surroundings around) {
        Security security = config.security();
        RootView view = new RootView(new Kernel(sys), root);
        Users user = Users.of(view, security.user());
        around.joined().users().ifPresent(users -> requireMapped(user, users.map()));
        Map<String, String> env = env(config, around.hostname(), user);
        boolean privileged = security.privileged();
        return new Launch(
                around.joined(),
                new Launch.CgroupFiles(
                        cgroups.at(SHIM_CGROUP).markFiles(),
                        cgroups.at(cgroupPath(config)).joinFiles()),
                new Launch.ShimFiles(files.status(config.id()), files.release(config.id())),
                root,
                new Launch.SystemMounts(
                        cgroups.isV2(),
                        cgroups.hierarchies().stream().map(Hierarchy::options).toList(),
                        privileged),
                binds(config, around.shm()),
                nodes(config),
                new Launch.Covers(
                        security.readOnlyRootFs(),
                        privileged ? List.of() : security.paths().masked(),
                        privileged ? List.of() : security.paths().readOnly()),
                identity(security, user),
                new Launch.Execution(
                        requireCommand(config),
                        list(env),
                        env.getOrDefault("PATH", DEFAULT_PATH),
                        config.program().workingDir().isEmpty()
                                ? "/"
                                : config.program().workingDir(),
                        config.stdio().tty(),
                        oomScore(config.place().resources())));
    }

    /** The kernel would only say EINVAL, after all else is done. */
    private static void requireMapped(Users user, UserMap map) {
        List<Long> ids = new ArrayList<>(user.groups());
        ids.add(user.uid());
        ids.add(user.gid());
        long highest = Collections.max(ids);
        if (highest >= map.size()) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG,
                    "users",
                    "id " + highest + " is none of the pod's user namespace, which has 0 to " + (map.size() - 1),
                    0);
        }
    }

    private static List<String> requireCommand(ContainerConfig config) {
        if (config.program().command().isEmpty()) {
            throw new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "command", "no command specified", 0);
        }
        return config.program().command();
    }

    Identity identity(Security security, Users user) {
        Set<Integer> capabilities = Capabilities.of(
                security.privileged(),
                security.capabilities().add(),
                security.capabilities().drop(),
                lastCapability());
        // Nobody can give what he has not: minik itself may run with a bounded set.
        capabilities.retainAll(ownCapabilities());
        byte[] filter = security.privileged()
                ? new byte[0]
                : seccomp.filter(security.seccompProfile(), Capabilities.names(capabilities));
        return new Identity(user.uid(), user.gid(), user.groups(), capabilities, security.noNewPrivileges(), filter);
    }

    int oomScore(Resources resources) {
        return oomScore(resources.oomScoreAdj(), ownCapabilities(), ownOomScore());
    }

    /** Without CAP_SYS_RESOURCE nobody becomes safer from the OOM killer than minik is. */
    static int oomScore(int wanted, Set<Integer> capabilities, int own) {
        return capabilities.contains(CAP_SYS_RESOURCE) ? wanted : Math.max(wanted, own);
    }

    private static int ownOomScore() {
        try {
            return Integer.parseInt(Kernel.readControl(OWN_OOM_SCORE));
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "oom_score_adj", "can't read " + OWN_OOM_SCORE, e);
        }
    }

    private static Set<Integer> ownCapabilities() {
        try {
            for (String line : Files.readAllLines(OWN_STATUS)) {
                if (line.startsWith(BOUNDING)) {
                    long bits = Long.parseUnsignedLong(
                            line.substring(BOUNDING.length()).trim(), 16);
                    return IntStream.range(0, Long.SIZE)
                            .filter(i -> (bits >>> i & 1) != 0)
                            .boxed()
                            .collect(Collectors.toSet());
                }
            }
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "capabilities", OWN_STATUS + " has no " + BOUNDING, 0);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "capabilities", "can't read " + OWN_STATUS, e);
        }
    }

    private static int lastCapability() {
        try {
            return Integer.parseInt(Kernel.readControl(LAST_CAPABILITY));
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "capabilities", "can't read " + LAST_CAPABILITY, e);
        }
    }

    /** What an image has, or something below it. */
    private Launch.Bind image(Mount mount, String target) {
        return new Launch.Bind(
                Path.of("/").resolve(mount.image().subPath()).normalize(),
                target,
                true,
                true,
                Containers.Recursive.NO,
                Containers.Propagation.PRIVATE,
                false,
                snapshots.directories(mount.image().layers()));
    }

    private List<Launch.Bind> binds(ContainerConfig config, Path shm) {
        Map<String, Launch.Bind> byTarget = new LinkedHashMap<>();
        byTarget.put(
                "/dev/shm",
                new Launch.Bind(shm, "/dev/shm", true, false, Containers.Recursive.NO, Containers.Propagation.PRIVATE));
        for (Mount mount : config.mounts()) {
            String target =
                    Path.of("/").resolve(mount.containerPath()).normalize().toString();
            if (target.equals("/")) {
                throw new RuntimeFault(
                        RuntimeFault.Kind.INVALID_CONFIG, "mount", "a mount can't replace the container's root", 0);
            }
            BindSteps.check(mount.hostPath(), target);
            if (mount.image().present()) {
                byTarget.put(target, image(mount, target));
                continue;
            }
            if (mount.propagation() == Containers.Propagation.BIDIRECTIONAL) {
                SharedMounts.require(mount.hostPath());
            }
            byTarget.put(
                    target,
                    new Launch.Bind(
                            mount.hostPath(),
                            target,
                            isDirectory(mount),
                            mount.readOnly(),
                            mount.recursive(),
                            mount.propagation(),
                            mount.mapped(),
                            List.of()));
        }
        return List.copyOf(byTarget.values());
    }

    /** A host path that is not there is made, as other CRI runtimes do. */
    private static boolean isDirectory(Mount mount) {
        try {
            if (Files.notExists(mount.hostPath())) {
                Files.createDirectories(mount.hostPath());
            }
            return Files.isDirectory(mount.hostPath());
        } catch (IOException e) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG, "mount", "can't make the host path " + mount.hostPath(), e);
        }
    }

    private static List<Launch.Node> nodes(ContainerConfig config) {
        if (config.security().privileged()) {
            return DeviceNodes.all();
        }
        return config.devices().stream()
                .map(device -> DeviceNodes.of(device.hostPath(), device.containerPath()))
                .toList();
    }

    /** What the image and the pod say, and what every program expects to find. */
    static Map<String, String> env(ContainerConfig config, String hostname, Users user) {
        Map<String, String> env = new LinkedHashMap<>();
        env.put("PATH", DEFAULT_PATH);
        env.put("HOSTNAME", hostname);
        if (config.stdio().tty()) {
            env.put("TERM", "xterm");
        }
        for (String entry : config.program().env()) {
            int equals = entry.indexOf('=');
            env.put(equals < 0 ? entry : entry.substring(0, equals), equals < 0 ? "" : entry.substring(equals + 1));
        }
        env.putIfAbsent("HOME", user.home());
        return env;
    }

    static List<String> list(Map<String, String> env) {
        return env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }
}
