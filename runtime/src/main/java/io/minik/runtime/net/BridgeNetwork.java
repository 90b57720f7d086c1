package io.minik.runtime.net;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.nft.Family;
import io.minik.runtime.nft.Nft;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.sys.Trees;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pods on a Linux bridge. Its state is the kernel's and the lease files'; one call changes the host's side at a time. */
public final class BridgeNetwork implements Network {
    private static final Logger LOG = LoggerFactory.getLogger(BridgeNetwork.class);
    private static final String WORKER_KEY = "network";
    private static final String POD_LINK = "eth0";
    private static final String LINK_PREFIX = "mk";
    /** A link's name has at most 15 characters. */
    private static final int LINK_HASH_DIGITS = 13;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;

    private final KeyedWorker worker;
    private final Kernel kernel;
    private final Path leases;
    private final String bridge;
    private final String table;
    private final Firewall firewall;

    // Guarded by this.
    private List<Ipam> ipams = List.of();
    /** Whose leases stay, when the range becomes known after {@link #reclaim}. */
    private Optional<Set<String>> known = Optional.empty();

    private int mtu;

    /**
     * @param dataDir leases go below it
     * @param bridge its name, at most 15 characters, usually {@code minik0}
     * @param table name of our nft table, usually {@code minik_masq}
     */
    public BridgeNetwork(KeyedWorker worker, Kernel kernel, Path dataDir, String bridge, String table) {
        this.worker = worker;
        this.kernel = kernel;
        this.leases = dataDir.resolve("net").resolve("leases");
        this.bridge = bridge;
        this.table = table;
        this.firewall = new Firewall(kernel, Nft.ofHost(), table);
    }

    private interface HostWork<T> {
        T with(Rtnetlink host);
    }

    /** In the namespace that minik runs in. */
    private <T> T onHost(HostWork<T> work) {
        int socket = (int) Kernel.check(
                kernel.sys().call(Syscall.SOCKET, AF_NETLINK, SOCK_RAW | Kernel.O_CLOEXEC, 0), "netlink socket", "");
        try {
            return work.with(new Rtnetlink(kernel, socket));
        } finally {
            kernel.close(socket);
        }
    }

    @Override
    public Future<Void> configure(Ranges ranges, int linkMtu) {
        return worker.on(WORKER_KEY, () -> {
            configureNow(ranges, linkMtu);
            LOG.atInfo()
                    .addKeyValue("podCidrs", ranges.pods())
                    .addKeyValue("bridge", bridge)
                    .addKeyValue("mtu", linkMtu)
                    .log("pod network configured");
            return null;
        });
    }

    private synchronized void configureNow(Ranges ranges, int linkMtu) {
        List<Cidr> present = ipams.stream().map(Ipam::cidr).toList();
        if (!present.isEmpty() && !present.equals(ranges.pods())) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG,
                    "configure network",
                    "this node's pods are in " + present + " and can't move to " + ranges.pods() + " while it runs",
                    0);
        }
        onHost(host -> {
            if (host.findLink(bridge).isEmpty()) {
                host.createBridge(bridge, mac(gateway(ranges.pods().get(0))), linkMtu);
            }
            Rtnetlink.Link link = requireBridge(host);
            for (boolean v4 : List.of(true, false)) {
                forget(host, link.index(), v4, ranges);
            }
            forgetLeases(ranges.pods());
            ranges.pods().forEach(pods -> host.addAddress(link.index(), gateway(pods), pods.prefix()));
            host.up(link.index());
            ranges.services().forEach(services -> serviceRoute(host, services, link.index()));
            return link;
        });
        for (Cidr pods : ranges.pods()) {
            HostSettings settings = new HostSettings(kernel, bridge);
            if (pods.isV4()) {
                settings.forwardV4();
            } else {
                settings.forwardV6();
            }
        }
        firewall.hide(masquerade(ranges));
        mtu = linkMtu;
        if (ipams.isEmpty()) {
            List<Ipam> fresh = ranges.pods().stream()
                    .map(pods -> new Ipam(leases.resolve(folder(pods)), pods))
                    .toList();
            known.ifPresent(ids -> fresh.forEach(ipam -> ipam.reclaim(ids)));
            known = Optional.empty();
            ipams = fresh;
        }
    }

    private static Address gateway(Cidr pods) {
        return pods.at(1);
    }

    /**
     * What this machine had of another cluster, or as another node of this one: addresses of the bridge, routes that lead its
     * own pods away, routes to other Services.
     */
    private static void forget(Rtnetlink host, int bridgeIndex, boolean v4, Ranges ranges) {
        List<Rtnetlink.Assigned> right = ranges.pods().stream()
                .map(pods -> new Rtnetlink.Assigned(gateway(pods), pods.prefix()))
                .toList();
        host.addresses(bridgeIndex, v4).stream()
                .filter(address -> !right.contains(address))
                .forEach(address -> host.removeAddress(bridgeIndex, address));
        for (Rtnetlink.Route route : host.routes(v4)) {
            boolean ours = route.protocol() == HostGateway.ROUTE_PROTOCOL;
            boolean stale = route.gateway().isEmpty()
                    ? !ranges.services().contains(route.destination())
                    : ranges.pods().stream().anyMatch(route.destination()::overlaps);
            if (ours && stale) {
                host.removeRoute(route.destination(), HostGateway.ROUTE_PROTOCOL);
                LOG.atInfo().addKeyValue("route", route.destination()).log("removed a route of another time");
            }
        }
    }

    private void forgetLeases(List<Cidr> pods) {
        Set<String> keep = new HashSet<>();
        pods.forEach(range -> keep.add(folder(range)));
        for (String other : Trees.list(leases)) {
            if (!keep.contains(other)) {
                Trees.remove(leases.resolve(other));
            }
        }
    }

    private static String folder(Cidr pods) {
        return pods.toString().replace('/', '_');
    }

    /**
     * No packet ever takes it: the proxy gives it another destination first. But without a route, on a node that has no
     * default route, connecting fails before that. A route that someone else made stays.
     */
    private static void serviceRoute(Rtnetlink host, Cidr services, int bridge) {
        boolean taken = host.routes(services.isV4()).stream()
                .anyMatch(route ->
                        route.destination().equals(services) && route.protocol() != HostGateway.ROUTE_PROTOCOL);
        if (!taken) {
            host.putRoute(services, Optional.empty(), bridge, HostGateway.ROUTE_PROTOCOL);
        }
    }

    private Rtnetlink.Link requireBridge(Rtnetlink host) {
        return host.findLink(bridge).orElseThrow(() -> Kernel.fault(Errno.ENODEV, "find bridge", bridge));
    }

    private String masquerade(Ranges ranges) {
        StringBuilder script = new StringBuilder(Nft.dropped(table));
        script.append("table inet ").append(table).append(" {\n  chain postrouting {\n");
        script.append("    type nat hook postrouting priority srcnat; policy accept;\n");
        for (int i = 0; i < ranges.pods().size(); i++) {
            Cidr pods = ranges.pods().get(i);
            Family family = Family.of(pods);
            String to = " " + family.destination() + " != ";
            script.append("    ").append(family.source()).append(' ').append(pods);
            script.append(to).append(ranges.cluster().get(i)).append(to).append(family.multicast());
            script.append(" masquerade\n");
        }
        script.append("  }\n");
        // The bridge may carry loopback addresses, but no pod may send to the host's.
        script.append("  chain loopback {\n    type filter hook prerouting priority raw; policy accept;\n");
        for (Cidr pods : ranges.pods()) {
            Family family = Family.of(pods);
            script.append("    iifname ").append(bridge).append(' ').append(family.destination());
            script.append(' ').append(family.loopback()).append(" drop\n");
        }
        return script.append("  }\n}\n").toString();
    }

    /** Locally administered and made from the address, so that it stays the same and neighbours' caches stay right. */
    static byte[] mac(Address address) {
        byte[] bytes = address.bytes();
        byte[] mac = {0x0a, 0x58, 0, 0, 0, 0};
        System.arraycopy(bytes, bytes.length - 4, mac, 2, 4);
        return mac;
    }

    /** Whether a link of that hardware address is one that we made. @param hardware null if it has none */
    public static boolean isOurs(byte @Nullable [] hardware) {
        return hardware != null && hardware.length == 6 && hardware[0] == 0x0a && hardware[1] == 0x58;
    }

    static String linkName(String sandboxId) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(sandboxId.getBytes(StandardCharsets.UTF_8));
            return LINK_PREFIX + String.format("%064x", new BigInteger(1, hash)).substring(0, LINK_HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public Future<Map<Cidr, String>> routes(Map<Cidr, Address> nodeByPods) {
        return worker.on(WORKER_KEY, () -> onHost(host -> HostGateway.put(host, nodeByPods)));
    }

    /**
     * The machine's own firewall is made to let pods' packets pass, again if need be.
     *
     * @param tables of family inet that must be there, beside this room's own
     * @return what there is to say of it
     */
    public Future<FirewallFindings> openFirewall(List<Cidr> cluster, List<String> tables) {
        return worker.on(WORKER_KEY, () -> firewall.open(cluster, tables));
    }

    @Override
    public void loopback(int netlinkFd) {
        Rtnetlink pod = new Rtnetlink(kernel, netlinkFd);
        pod.findLink("lo").ifPresent(lo -> pod.up(lo.index()));
    }

    @Override
    public List<Address> attach(String sandboxId, int netlinkFd, int namespaceFd) {
        List<Ipam> ranges = ranges();
        List<Address> addresses =
                ranges.stream().map(ipam -> ipam.lease(sandboxId)).toList();
        String name = linkName(sandboxId);
        onHost(host -> {
            if (host.findLink(name).isEmpty()) {
                Rtnetlink.Link port = requireBridge(host);
                host.createVeth(name, port.index(), POD_LINK, mac(addresses.get(0)), namespaceFd, mtu());
            }
            Rtnetlink.Link ours = host.findLink(name).orElseThrow(() -> Kernel.fault(Errno.ENODEV, "find link", name));
            host.hairpin(ours.index());
            host.up(ours.index());
            return ours;
        });
        Rtnetlink pod = new Rtnetlink(kernel, netlinkFd);
        Rtnetlink.Link eth0 =
                pod.findLink(POD_LINK).orElseThrow(() -> Kernel.fault(Errno.ENODEV, "find link", POD_LINK));
        for (int i = 0; i < addresses.size(); i++) {
            pod.addAddress(eth0.index(), addresses.get(i), ranges.get(i).cidr().prefix());
        }
        pod.up(eth0.index());
        for (Ipam range : ranges) {
            Cidr pods = range.cidr();
            pod.putRoute(
                    Cidr.everything(pods.isV4()), Optional.of(gateway(pods)), eth0.index(), Rtnetlink.PROTOCOL_STATIC);
        }
        return addresses;
    }

    private synchronized List<Ipam> ranges() {
        if (ipams.isEmpty()) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.KERNEL, "attach", "network is not ready: this node has no pod CIDR yet", 0);
        }
        return ipams;
    }

    private synchronized int mtu() {
        return mtu;
    }

    @Override
    public Optional<LinkUsage> usage(String sandboxId) {
        return LinkUsage.ofPeer(linkName(sandboxId), POD_LINK);
    }

    @Override
    public void detach(String sandboxId) {
        onHost(host -> {
            host.removeLink(linkName(sandboxId));
            return sandboxId;
        });
        release(sandboxId);
    }

    private synchronized void release(String sandboxId) {
        ipams.forEach(ipam -> ipam.release(sandboxId));
        known.ifPresent(ids -> {
            Set<String> rest = new HashSet<>(ids);
            rest.remove(sandboxId);
            known = Optional.of(rest);
        });
    }

    /** Leases of a range that is not configured yet are looked at when it is. */
    @Override
    public void reclaim(Set<String> sandboxIds) {
        Set<String> wanted = new HashSet<>();
        sandboxIds.forEach(id -> wanted.add(linkName(id)));
        onHost(host -> {
            Optional<Rtnetlink.Link> port = host.findLink(bridge);
            if (port.isPresent()) {
                ports(host, port.get()).stream()
                        .filter(name -> !wanted.contains(name))
                        .forEach(host::removeLink);
            }
            return port;
        });
        reclaimLeases(sandboxIds);
    }

    private synchronized void reclaimLeases(Set<String> sandboxIds) {
        if (ipams.isEmpty()) {
            known = Optional.of(Set.copyOf(sandboxIds));
        } else {
            ipams.forEach(ipam -> ipam.reclaim(sandboxIds));
        }
    }

    private static List<String> ports(Rtnetlink host, Rtnetlink.Link bridge) {
        return host.links().stream()
                .filter(l -> l.master() == bridge.index() && l.name().startsWith(LINK_PREFIX))
                .map(Rtnetlink.Link::name)
                .toList();
    }

    /** Takes everything away: links, routes, nft table, leases. For killall; what is not there is fine. */
    public void removeAll() {
        onHost(host -> {
            host.findLink(bridge).ifPresent(b -> ports(host, b).forEach(host::removeLink));
            host.removeLink(bridge);
            HostGateway.removeAll(host);
            return bridge;
        });
        firewall.close();
        Trees.remove(leases);
    }
}
