package io.minik.cli;

import io.minik.agent.dns.DnsServer;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.server.pki.Lifetimes;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Looks over a machine: what minik needs, what others have taken, what will be cursed later. Blocking. */
final class Checkup {
    /** The program itself, and a few pods. */
    private static final long LEAST_MEMORY_KIBIBYTES = 500 * 1024;

    private static final long LEAST_DISK_MEBIBYTES = 1024;
    private static final int LEAST_KEYS = 10_000;
    private static final int LEAST_INOTIFY = 128;
    private static final int LEAST_ENTROPY = 128;
    private static final int DEFAULT_INOTIFY_ADVICE = 8192;
    /** Columns of /proc/net/route (proc(5)), addresses as the processor has them: little endian. */
    private static final int LINK = 0;

    private static final int DESTINATION = 1;
    private static final int MASK = 7;
    private static final Pattern FORWARD_DROPS = Pattern.compile("hook forward [^}]*policy drop");
    private static final int HEX = 16;
    private static final int BYTE_BITS = 8;

    /** What else may be where things are made: upper layers of overlayfs can't be on these (Linux, overlayfs.rst). */
    private static final List<String> NO_UPPER_LAYERS = List.of("overlay", "nfs", "nfs4", "fuse", "9p", "vfat", "cifs");

    /**
     * The machine, or a made-up one in tests.
     *
     * @param portOwner who listens at a port
     * @param nft what the kernel says to rules, if it takes them not
     * @param chains those that there are, as nft lists them
     */
    record Machine(
            Path root,
            Function<String, Optional<Path>> tools,
            IntFunction<Optional<String>> portOwner,
            Function<String, Optional<String>> nft,
            Supplier<String> chains,
            Function<Path, Disk> disk,
            Instant now) {}

    /** What a directory is on. */
    record Disk(String type, long freeMebibytes) {
        private static final long MEBIBYTE = 1 << 20;

        static Disk of(Path directory) {
            try {
                FileStore store = Files.getFileStore(directory);
                return new Disk(store.type(), store.getUsableSpace() / MEBIBYTE);
            } catch (IOException e) {
                throw new StartFailure(directory + " can't be looked at: " + e.getMessage(), e);
            }
        }
    }

    /** @param running the pid of a minik that runs here already */
    record Wanted(
            Path dataDir,
            List<Integer> ports,
            Cidr clusterCidr,
            Cidr serviceCidr,
            String bridge,
            Optional<String> running) {}

    private final Machine machine;
    private final Wanted wanted;
    private final Preflight preflight;

    Checkup(Machine machine, Wanted wanted) {
        this.machine = machine;
        this.wanted = wanted;
        this.preflight = new Preflight(machine.root(), machine.tools());
    }

    /** By the headings that they stand under. @param kernel of the kernel; empty: it is not known */
    Map<String, List<Finding>> run(Optional<KernelConfig> kernel) {
        Map<String, List<Finding>> all = new LinkedHashMap<>();
        all.put("System", system());
        all.put("Firewall", firewall());
        all.put("Ports", ports());
        all.put("Limits", limits());
        all.put(
                "Generally Necessary",
                kernel.map(config -> of(config, KernelConfig.NECESSARY, true))
                        .orElseGet(() -> List.of(Finding.warn(
                                "kernel config",
                                "not found: what the kernel was built with is not known",
                                "modprobe configs, or name it: minik check-config /boot/config"))));
        all.put(
                "Optional Features",
                kernel.map(config -> of(config, KernelConfig.OPTIONAL, false)).orElse(List.of()));
        return all;
    }

    private static List<Finding> of(KernelConfig config, List<String> options, boolean necessary) {
        return options.stream().map(option -> config.of(option, necessary)).toList();
    }

    private List<Finding> system() {
        List<Finding> found = new ArrayList<>();
        found.add(Finding.of("kernel", text("proc/sys/kernel/osrelease"), preflight::kernel));
        found.add(Finding.of("namespaces", "net, pid, mnt, ipc, uts", preflight::namespaces));
        found.add(Finding.of("cgroup hierarchy", hierarchy(), preflight::controllers));
        found.add(Finding.of("overlayfs", "there", preflight::overlay));
        found.add(Finding.of("nft command", "found", preflight::nft));
        if (machine.tools().apply("nft").isPresent()) {
            found.add(nftables());
        }
        found.add(
                machine.tools().apply("conntrack").isPresent()
                        ? Finding.good("conntrack command", "found")
                        : Finding.warn(
                                "conntrack command",
                                "missing: UDP clients of a pod that ends wait for the kernel to forget it",
                                "apt-get install conntrack"));
        found.add(memory());
        found.add(disk());
        found.add(clock());
        found.add(routes());
        return found;
    }

    private String hierarchy() {
        return Files.exists(at("sys/fs/cgroup/cgroup.controllers")) ? "cgroups V2 mounted" : "cgroups V1 mounted";
    }

    /** Asked by rules of the kinds that Services are made of, which are checked and not kept. */
    private Finding nftables() {
        return machine.nft()
                .apply("""
                table inet minik_check {
                  map services { type ipv4_addr . inet_service : verdict; }
                  chain nat { type nat hook postrouting priority 100; ct status dnat masquerade; }
                  chain filter { type filter hook forward priority 0; ct state established accept; reject; }
                }
                """)
                .map(why -> Finding.fail("nftables", why, "modprobe nf_tables nft_masq nft_ct nft_reject_inet"))
                .orElseGet(() -> Finding.good("nftables", "the kernel takes maps, masquerade, reject"));
    }

    private Finding memory() {
        long total = figure("proc/meminfo", "MemTotal:").orElse(0L);
        String words = total / 1024 + " MiB";
        return total < LEAST_MEMORY_KIBIBYTES
                ? Finding.warn("memory", words, "less than 500 MiB: few pods fit beside minik")
                : Finding.good("memory", words);
    }

    private Finding disk() {
        Path there = wanted.dataDir();
        while (!Files.isDirectory(there) && there.getParent() != null) {
            there = there.getParent();
        }
        Disk disk = machine.disk().apply(there);
        String words = there + " on " + disk.type() + ", " + disk.freeMebibytes() + " MiB free";
        if (NO_UPPER_LAYERS.stream().anyMatch(disk.type()::startsWith)) {
            return Finding.fail("disk", words, "containers' layers can't be kept there: name another --data-dir");
        }
        return disk.freeMebibytes() < LEAST_DISK_MEBIBYTES
                ? Finding.warn("disk", words, "less than a gigabyte: images need room")
                : Finding.good("disk", words);
    }

    /** A certificate of a server whose clock is right is not yet valid, or over, for a machine whose clock is wrong. */
    private Finding clock() {
        Instant now = machine.now().truncatedTo(ChronoUnit.SECONDS);
        if (now.isBefore(Lifetimes.BUILT)) {
            return Finding.warn(
                    "clock", now + " is before this program was made", "set it: timedatectl set-ntp true, or chronyd");
        }
        boolean kept = Files.exists(at("run/systemd/timesync/synchronized")) || Files.exists(at("run/chrony"));
        return kept
                ? Finding.good("clock", now + ", set by the network")
                : Finding.warn("clock", now + ", and nothing seems to set it", "timedatectl set-ntp true, or chronyd");
    }

    private Finding routes() {
        List<String> taken = new ArrayList<>();
        for (String line : lines("proc/net/route")) {
            String[] columns = line.strip().split("\\s+");
            if (columns.length <= MASK
                    || columns[DESTINATION].length() != BYTE_BITS
                    || columns[LINK].equals(wanted.bridge())) {
                continue;
            }
            Optional<Cidr> route = network(columns[DESTINATION], columns[MASK]);
            route.filter(found -> found.prefix() > 0
                            && (found.overlaps(wanted.clusterCidr()) || found.overlaps(wanted.serviceCidr())))
                    .ifPresent(found -> taken.add(found + " by " + columns[LINK]));
        }
        return taken.isEmpty()
                ? Finding.good("routes", "ok")
                : Finding.warn(
                        "routes",
                        wanted.clusterCidr() + " or " + wanted.serviceCidr() + " already routed: "
                                + String.join(", ", taken),
                        "choose others: --cluster-cidr, --service-cidr");
    }

    private static Optional<Cidr> network(String destination, String mask) {
        int[] bytes = new int[4];
        long value = Long.parseLong(destination, HEX);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (int) (value >> (i * BYTE_BITS)) & 0xff;
        }
        int prefix = Long.bitCount(Long.parseLong(mask, HEX));
        return Address.find(bytes[0] + "." + bytes[1] + "." + bytes[2] + "." + bytes[3])
                .map(address -> new Cidr(address, prefix));
    }

    /** What would keep pods' packets from passing. */
    private List<Finding> firewall() {
        List<Finding> found = new ArrayList<>();
        for (String name : List.of("firewalld", "ufw")) {
            boolean enabled =
                    Files.exists(at("run/" + name)) || text("etc/ufw/ufw.conf").contains("ENABLED=yes");
            String tool = name.equals("firewalld") ? "firewall-cmd" : "ufw";
            if (machine.tools().apply(tool).isPresent() && enabled) {
                found.add(Finding.warn(
                        name,
                        "is enabled",
                        "nodes reach each other at TCP " + wanted.ports()
                                + "; pods' own packets minik lets pass by itself"));
            }
        }
        if (found.isEmpty()) {
            found.add(Finding.good("firewall", "no firewalld, no ufw"));
        }
        found.add(
                FORWARD_DROPS.matcher(machine.chains().get()).find()
                        ? Finding.warn(
                                "FORWARD policy",
                                "DROP: what is not allowed by a rule is not forwarded",
                                "minik adds rules for pods in such chains at its start, and again when they are taken out")
                        : Finding.good("FORWARD policy", "accepts"));
        return found;
    }

    private List<Finding> ports() {
        List<Finding> found = new ArrayList<>();
        if (wanted.running().isPresent()) {
            return List.of(Finding.good("minik", "runs (pid " + wanted.running().get() + "), and has its ports"));
        }
        List<Integer> all = new ArrayList<>(wanted.ports());
        all.add(DnsServer.DEFAULT_PORT);
        for (int port : all) {
            found.add(machine.portOwner()
                    .apply(port)
                    .map(owner -> Finding.fail("TCP port " + port, "is taken by " + owner, flag(port)))
                    .orElseGet(() -> Finding.good("TCP port " + port, "free")));
        }
        return List.copyOf(found);
    }

    private static String flag(int port) {
        return port == DnsServer.DEFAULT_PORT
                ? "minik's DNS needs it"
                : "choose another: --https-listen-port, --kubelet-port, --etcd-port";
    }

    private List<Finding> limits() {
        return List.of(
                least("proc/sys/kernel/keys/root_maxkeys", LEAST_KEYS, "sysctl -w kernel.keys.root_maxkeys=1000000"),
                least(
                        "proc/sys/fs/inotify/max_user_instances",
                        LEAST_INOTIFY,
                        "sysctl -w fs.inotify.max_user_instances=" + DEFAULT_INOTIFY_ADVICE),
                least("proc/sys/kernel/random/entropy_avail", LEAST_ENTROPY, "apt-get install rng-tools-debian"));
    }

    private Finding least(String file, int least, String advice) {
        String value = text(file);
        if (!value.matches("\\d{1,18}")) {
            return Finding.warn("/" + file, value.isEmpty() ? "not there" : value, "");
        }
        return Long.parseLong(value) < least
                ? Finding.warn("/" + file, value, "should be " + least + " or more: " + advice)
                : Finding.good("/" + file, value);
    }

    private Optional<Long> figure(String file, String key) {
        return lines(file).stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals(key) && words[1].matches("\\d{1,18}"))
                .map(words -> Long.parseLong(words[1]))
                .findFirst();
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(at(file));
        } catch (IOException e) {
            // What a kernel does not have, it does not tell of.
            return List.of();
        }
    }

    private String text(String file) {
        return String.join("\n", lines(file)).strip();
    }

    private Path at(String file) {
        return machine.root().resolve(file);
    }
}
