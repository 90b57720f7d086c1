package io.minik.runtime.sandbox;

import io.minik.ground.net.Address;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cgroup.CgroupLimits;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.cri.Connection;
import io.minik.runtime.net.LinkUsage;
import io.minik.runtime.net.Network;
import io.minik.runtime.sandbox.SandboxFiles.Entry;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.Poller;
import io.minik.runtime.sys.Trees;
import io.minik.runtime.tape.Player;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sandboxes on this machine. All work is done on the given worker, one call per sandbox at a time. */
public final class LinuxSandboxes implements Sandboxes {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxSandboxes.class);
    private static final String PING_GROUPS = "net.ipv4.ping_group_range";
    /** What unprivileged programs may do in a pod's own network, as containerd sets it since 2.0. */
    private static final Map<String, String> POD_SYSCTLS =
            Map.of("net.ipv4.ip_unprivileged_port_start", "0", PING_GROUPS, "0 2147483647");

    private final Vertx vertx;
    private final KeyedWorker worker;
    private final Kernel kernel;
    private final Player player;
    private final PodDialer dialer;
    private final Cgroups cgroups;
    private final Network network;
    private final SandboxFiles files;
    private final long mostPids = PodPids.most();

    /** What the rooms of the runtime share. */
    public record Parts(
            Vertx vertx,
            KeyedWorker worker,
            Kernel kernel,
            Poller poller,
            Cgroups cgroups,
            Network network,
            SandboxFiles files) {}

    public LinuxSandboxes(Parts parts) {
        this.vertx = parts.vertx();
        this.worker = parts.worker();
        this.kernel = parts.kernel();
        this.player = new Player(kernel);
        this.dialer = new PodDialer(kernel, parts.poller(), player);
        this.cgroups = parts.cgroups();
        this.network = parts.network();
        this.files = parts.files();
    }

    @Override
    public Future<Sandbox> run(SandboxConfig config) {
        return worker.on(config.id(), () -> {
            Optional<Entry> known = files.find(config.id()).filter(e -> isAlive(config.id(), e));
            return known.isPresent() ? sandbox(known.get()) : make(config);
        });
    }

    /** Whether pods can have users of their own if what they mount is on that file system. Measured anew each time. */
    public Future<Boolean> mapsUsers(Path directory) {
        return worker.run(() -> OwnUsers.supported(kernel, directory));
    }

    private Sandbox make(SandboxConfig config) throws IOException {
        String id = config.id();
        files.write(id, new Entry(config, now(), List.of(), 0, 0, true));
        try {
            Sysctls.check(config);
            cgroups.create(config.cgroupParent()).limit(limits(config.resources(), mostPids));
            Entry entry = namespaces(config);
            files.write(id, entry);
            LOG.atInfo()
                    .addKeyValue(
                            "pod", config.pod().namespace() + "/" + config.pod().name())
                    .addKeyValue("sandbox", id)
                    .addKeyValue("ips", entry.ips())
                    .log("sandbox made");
            return sandbox(entry);
        } catch (RuntimeException | IOException e) {
            try {
                tearDown(id, config);
                files.forget(id);
            } catch (RuntimeException undo) {
                e.addSuppressed(undo);
            }
            throw e;
        }
    }

    /** @param mostPids where the pod names no limit; 0 leaves what there is */
    private static CgroupLimits limits(PodResources resources, long mostPids) {
        return new CgroupLimits(
                resources.cpuShares(),
                resources.cpuQuotaMicros(),
                resources.cpuPeriodMicros(),
                resources.memoryLimitBytes(),
                resources.pidsLimit() == 0 ? mostPids : resources.pidsLimit(),
                "",
                "");
    }

    @Override
    public Future<Void> update(String id, PodResources resources) {
        return worker.on(id, () -> {
            Entry entry = files.require(id);
            cgroups.at(entry.config().cgroupParent()).limit(limits(resources, 0));
            files.write(id, entry.with(resources));
            return null;
        });
    }

    private static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    private Entry namespaces(SandboxConfig config) throws IOException {
        String id = config.id();
        Map<String, Path> pins = new LinkedHashMap<>();
        files.makeRunDirectory(id);
        List<String> wanted = new ArrayList<>();
        Optional<OwnUsers> users = files.users(id, config.sharing().users());
        if (users.isPresent()) {
            kernel.unmount(users.get().pin());
            Files.write(users.get().pin(), new byte[0]);
            users.get().make(kernel, player);
        }
        if (!config.sharing().hostNetwork()) {
            wanted.addAll(List.of("net", "uts"));
        }
        if (!config.sharing().hostIpc()) {
            wanted.add("ipc");
        }
        if (config.sharing().processes() && !config.sharing().hostPid()) {
            wanted.add("pid");
        }
        for (String name : wanted) {
            Path pin = files.pin(id, name);
            kernel.unmount(pin);
            Files.write(pin, new byte[0]);
            pins.put(name, pin);
        }
        Optional<Path> shm = config.sharing().hostIpc() ? Optional.empty() : Optional.of(files.shm(id));
        if (shm.isPresent()) {
            kernel.unmount(shm.get());
            Trees.make(shm.get());
        }
        List<Path> holderCgroup = pins.containsKey("pid")
                ? cgroups.create(SandboxFiles.holderCgroup(config)).joinFiles()
                : List.of();
        return play(
                config, new SandboxTape.Namespaces(pins, shm, config.hostname(), sysctls(config), holderCgroup, users));
    }

    private static Map<String, String> sysctls(SandboxConfig config) {
        Map<String, String> sysctls = new TreeMap<>(config.sharing().hostNetwork() ? Map.of() : POD_SYSCTLS);
        UserMap users = config.sharing().users();
        if (users.mapped()) {
            // A group that the pod does not know can't be named in it.
            sysctls.replace(PING_GROUPS, "0 " + (users.size() - 1));
        }
        sysctls.putAll(config.sysctls());
        return sysctls;
    }

    private Entry play(SandboxConfig config, SandboxTape.Namespaces namespaces) {
        int holder = 0;
        List<String> ips = List.of();
        if (namespaces.pins().isEmpty() && namespaces.shm().isEmpty()) {
            return new Entry(config, now(), ips, 0, 0, false);
        }
        try (Held process = Held.play(kernel, player, SandboxTape.of(namespaces))) {
            if (namespaces.pins().containsKey("pid")) {
                holder = process.value();
            }
            if (namespaces.pins().containsKey("net")) {
                int netlink = process.value();
                if (namespaces.users().isPresent()) {
                    keep(process, namespaces, holder);
                }
                ips = attach(config.id(), process.take(netlink));
            }
            process.release();
        }
        long holderStart = holder == 0 ? 0 : Kernel.startTime(holder).orElse(0L);
        return new Entry(config, now(), ips, holder, holderStart, false);
    }

    /** What a tape that has entered the pod's users can't do itself; such a pod always has a network of its own. @param holder 0 for none */
    private void keep(Held process, SandboxTape.Namespaces namespaces, int holder) {
        namespaces.pins().forEach((name, pin) -> process.pin(SandboxTape.file(name), pin));
        if (holder != 0) {
            namespaces.holderCgroup().forEach(file -> kernel.writeControl(file, Integer.toString(holder)));
        }
    }

    private List<String> attach(String id, int netlink) {
        int namespace = kernel.open(files.pin(id, "net"), Kernel.O_RDONLY, 0);
        try {
            network.loopback(netlink);
            return network.attach(id, netlink, namespace).stream()
                    .map(Address::toString)
                    .toList();
        } finally {
            kernel.close(namespace);
            kernel.close(netlink);
        }
    }

    /** A sandbox whose pins are not mounted any more (reboot) or whose PID 1 died can't be joined. */
    private boolean isAlive(String id, Entry entry) {
        if (entry.stopped()) {
            return false;
        }
        SandboxConfig config = entry.config();
        boolean net = config.sharing().hostNetwork() || isPinned(files.pin(id, "net"));
        boolean ipc = config.sharing().hostIpc() || isPinned(files.pin(id, "ipc"));
        Optional<Integer> holder = kernel.findProcess(entry.holderPid(), entry.holderStartTime());
        holder.ifPresent(kernel::close);
        return net && ipc && (entry.holderPid() == 0 || holder.isPresent());
    }

    /** An unmounted pin is an ordinary file of the run directory, a mounted one lives on nsfs. */
    private static boolean isPinned(Path pin) {
        try {
            return Files.getAttribute(pin, "unix:dev")
                    .equals(Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:dev"));
        } catch (IOException e) {
            return false;
        }
    }

    private Sandbox sandbox(Entry entry) {
        State state = isAlive(entry.config().id(), entry) ? State.READY : State.NOT_READY;
        return new Sandbox(entry.config().id(), entry.config(), state, entry.createdAtNanos(), entry.ips());
    }

    @Override
    public Future<Optional<Sandbox>> find(String id) {
        return worker.on(id, () -> files.find(id).map(this::sandbox));
    }

    @Override
    public Future<List<Sandbox>> list(Map<String, String> labels) {
        return worker.run(() -> files.list(labels).stream()
                .flatMap(id -> files.find(id).stream())
                .map(this::sandbox)
                .toList());
    }

    @Override
    public Future<Void> stop(String id) {
        return worker.on(id, () -> {
            files.find(id).ifPresent(entry -> stop(id, entry));
            return null;
        });
    }

    private void stop(String id, Entry entry) {
        if (!entry.stopped()) {
            files.write(
                    id,
                    new Entry(
                            entry.config(),
                            entry.createdAtNanos(),
                            entry.ips(),
                            entry.holderPid(),
                            entry.holderStartTime(),
                            true));
        }
        tearDown(id, entry.config());
        reapHolder(entry);
    }

    /** The order matters: nothing runs in the pod any more before its address may be another's. */
    private void tearDown(String id, SandboxConfig config) {
        if (sharing(id, config).noneMatch(other -> !other.stopped())) {
            cgroups.at(config.cgroupParent()).kill();
        }
        if (!config.sharing().hostNetwork()) {
            network.detach(id);
        }
        for (String name : SandboxFiles.MOUNTED) {
            kernel.unmount(files.pin(id, name));
        }
        Trees.remove(files.runDirectory(id));
    }

    /** Other sandboxes of the same pod: a new attempt has the old one's cgroup, and must not suffer from its end. */
    private Stream<Entry> sharing(String id, SandboxConfig config) {
        return files.inCgroup(config.cgroupParent()).stream()
                .filter(other -> !other.equals(id))
                .flatMap(other -> files.find(other).stream());
    }

    private void reapHolder(Entry entry) {
        if (entry.holderPid() != 0) {
            kernel.findPidfd(entry.holderPid()).ifPresent(pidfd -> {
                kernel.reapIfEnded(pidfd);
                kernel.close(pidfd);
            });
        }
    }

    @Override
    public Future<Void> remove(String id) {
        return worker.on(id, () -> {
            Optional<Entry> entry = files.find(id);
            entry.ifPresent(e -> {
                stop(id, e);
                if (sharing(id, e.config()).findAny().isEmpty()) {
                    cgroups.removeLater(e.config().cgroupParent());
                }
            });
            files.forget(id);
            return null;
        });
    }

    @Override
    public Future<Optional<LinkUsage>> usage(String id) {
        return worker.run(
                () -> files.require(id).config().sharing().hostNetwork() ? Optional.empty() : network.usage(id));
    }

    @Override
    public Future<Connection> connect(String id, int port) {
        Context context = vertx.getOrCreateContext();
        return worker.on(id, () -> {
            Entry entry = files.require(id);
            if (!isAlive(id, entry)) {
                throw new RuntimeFault(RuntimeFault.Kind.NOT_FOUND, "connect", "sandbox " + id + " is not ready", 0);
            }
            return dialer.dial(
                    context,
                    entry.config().sharing().hostNetwork() ? Optional.empty() : Optional.of(files.pin(id, "net")),
                    port);
        });
    }

    /** Removes what belongs to no sandbox that is on record: leftovers of a crash. Call once, before anything else. */
    public Future<Void> reclaim() {
        return worker.run(() -> {
            Set<String> known = new HashSet<>();
            for (String id : files.listOnDisk()) {
                if (files.find(id).isPresent()) {
                    known.add(id);
                } else {
                    files.forget(id);
                }
            }
            for (String id : files.listRun()) {
                if (!known.contains(id)) {
                    for (String name : SandboxFiles.MOUNTED) {
                        kernel.unmount(files.pin(id, name));
                    }
                    Trees.remove(files.runDirectory(id));
                }
            }
            network.reclaim(known);
            return null;
        });
    }
}
