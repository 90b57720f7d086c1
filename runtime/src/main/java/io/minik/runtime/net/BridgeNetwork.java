package io.minik.runtime.net;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.KeyedWorker;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.sys.Trees;
import io.vertx.core.Future;
import java.io.IOException;
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
    private Optional<Ipam> ipam = Optional.empty();
    /** Whose leases stay, when the range becomes known after {@link #reclaim}. */
    private Optional<Set<String>> known = Optional.empty();

    private int mtu;

    /**
     * @param dataDir leases go below it
     * @param bridge its name, at most 15 characters, usually {@code minik0}
     * @param table name of our nft table (family ip), usually {@code minik_masq}
     */
    public BridgeNetwork(KeyedWorker worker, Kernel kernel, Path dataDir, String bridge, String table) {
        this.worker = worker;
        this.kernel = kernel;
        this.leases = dataDir.resolve("net").resolve("leases");
        this.bridge = bridge;
        this.table = table;
        this.firewall = new Firewall(kernel, table);
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
            Cidr pods = range(ranges.pods());
            configure(pods, range(ranges.cluster()), range(ranges.services()), linkMtu);
            LOG.atInfo()
                    .addKeyValue("podCidr", pods)
                    .addKeyValue("bridge", bridge)
                    .addKeyValue("mtu", linkMtu)
                    .log("pod network configured");
            return null;
        });
    }

    private static Cidr range(String text) {
        return Cidr.find(text)
                .orElseThrow(() -> new RuntimeFault(
                        RuntimeFault.Kind.INVALID_CONFIG,
                        "parse address",
                        "\"" + text + "\" is not an address range",
                        0));
    }

    private synchronized void configure(Cidr pods, Cidr cluster, Cidr services, int linkMtu) {
        if (ipam.isPresent() && !ipam.get().cidr().equals(pods)) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG,
                    "configure network",
                    "this node's pods are in " + ipam.get().cidr() + " and can't move to " + pods + " while it runs",
                    0);
        }
        Address gateway = pods.at(1);
        onHost(host -> {
            if (host.findLink(bridge).isEmpty()) {
                host.createBridge(bridge, mac(gateway), linkMtu);
            }
            Rtnetlink.Link link = requireBridge(host);
            forget(host, link.index(), gateway, pods, services);
            host.addAddress(link.index(), gateway, pods.prefix());
            host.up(link.index());
            serviceRoute(host, services, link.index());
            return link;
        });
        require("/proc/sys/net/ipv4/ip_forward", "1");
        // Only there with the br_netfilter module: without it bridged traffic skips the tables anyway.
        kernel.tryWriteControl(Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables"), "1");
        firewall.hide(masquerade(pods, cluster));
        // A host port is reached by the host's own loopback address, too: such a packet leaves by the bridge.
        require("/proc/sys/net/ipv4/conf/" + bridge + "/route_localnet", "1");
        mtu = linkMtu;
        if (ipam.isEmpty()) {
            Ipam fresh = new Ipam(leases.resolve(folder(pods)), pods);
            known.ifPresent(fresh::reclaim);
            known = Optional.empty();
            ipam = Optional.of(fresh);
        }
    }

    /**
     * What this machine had of another cluster, or as another node of this one: addresses of the bridge, routes that lead its
     * own pods away, routes to other Services, leases of other ranges.
     */
    private void forget(Rtnetlink host, int bridgeIndex, Address gateway, Cidr pods, Cidr services) {
        host.addresses(bridgeIndex, pods.isV4()).stream()
                .filter(address -> !address.equals(new Rtnetlink.Assigned(gateway, pods.prefix())))
                .forEach(address -> host.removeAddress(bridgeIndex, address));
        for (Rtnetlink.Route route : host.routes(pods.isV4())) {
            boolean ours = route.protocol() == HostGateway.ROUTE_PROTOCOL;
            boolean stale = route.gateway().isEmpty()
                    ? !route.destination().equals(services)
                    : route.destination().overlaps(pods);
            if (ours && stale) {
                host.removeRoute(route.destination(), HostGateway.ROUTE_PROTOCOL);
                LOG.atInfo().addKeyValue("route", route.destination()).log("removed a route of another time");
            }
        }
        String keep = folder(pods);
        for (String other : Trees.list(leases)) {
            if (!other.equals(keep)) {
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

    private void require(String file, String value) {
        int errno = kernel.tryWriteControl(Path.of(file), value);
        if (errno != 0 && !isAlready(file, value)) {
            throw Kernel.fault(errno, "write " + value + " to", file);
        }
    }

    /** A container that runs minik may see the right value without being allowed to write it. */
    private static boolean isAlready(String file, String value) {
        try {
            return Kernel.readControl(Path.of(file)).equals(value);
        } catch (IOException e) {
            return false;
        }
    }

    private Rtnetlink.Link requireBridge(Rtnetlink host) {
        return host.findLink(bridge).orElseThrow(() -> Kernel.fault(Errno.ENODEV, "find bridge", bridge));
    }

    /** Adding, deleting and adding again in one transaction replaces a table whether it was there or not. */
    private String masquerade(Cidr pods, Cidr cluster) {
        return String.join(
                "\n",
                "table ip " + table,
                "delete table ip " + table,
                "table ip " + table + " {",
                "  chain postrouting {",
                "    type nat hook postrouting priority srcnat; policy accept;",
                "    ip saddr " + pods + " ip daddr != " + cluster + " ip daddr != 224.0.0.0/4 masquerade",
                "  }",
                // The bridge may carry loopback addresses (below), but no pod may send to the host's.
                "  chain loopback {",
                "    type filter hook prerouting priority raw; policy accept;",
                "    iifname " + bridge + " ip daddr 127.0.0.0/8 drop",
                "  }",
                "}",
                "");
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
    public Future<Map<String, String>> routes(Map<String, String> nodeIpByPodCidr) {
        return worker.on(WORKER_KEY, () -> onHost(host -> HostGateway.put(host, nodeIpByPodCidr)));
    }

    /** The machine's own firewall is made to let pods' packets pass, again if need be. @return what there is to say of it */
    public Future<FirewallFindings> openFirewall(String clusterCidr) {
        return worker.on(WORKER_KEY, () -> firewall.open(range(clusterCidr)));
    }

    @Override
    public void loopback(int netlinkFd) {
        Rtnetlink pod = new Rtnetlink(kernel, netlinkFd);
        pod.findLink("lo").ifPresent(lo -> pod.up(lo.index()));
    }

    @Override
    public String attach(String sandboxId, int netlinkFd, int namespaceFd) {
        Ipam addresses = addresses();
        Address address = addresses.lease(sandboxId);
        String name = linkName(sandboxId);
        Address gateway = addresses.cidr().at(1);
        onHost(host -> {
            if (host.findLink(name).isEmpty()) {
                Rtnetlink.Link port = requireBridge(host);
                host.createVeth(name, port.index(), POD_LINK, mac(address), namespaceFd, mtu());
            }
            Rtnetlink.Link ours = host.findLink(name).orElseThrow(() -> Kernel.fault(Errno.ENODEV, "find link", name));
            host.hairpin(ours.index());
            host.up(ours.index());
            return ours;
        });
        Rtnetlink pod = new Rtnetlink(kernel, netlinkFd);
        Rtnetlink.Link eth0 =
                pod.findLink(POD_LINK).orElseThrow(() -> Kernel.fault(Errno.ENODEV, "find link", POD_LINK));
        pod.addAddress(eth0.index(), address, addresses.cidr().prefix());
        pod.up(eth0.index());
        pod.putRoute(Cidr.everything(gateway.isV4()), Optional.of(gateway), eth0.index(), Rtnetlink.PROTOCOL_STATIC);
        return address.toString();
    }

    private synchronized Ipam addresses() {
        return ipam.orElseThrow(() -> new RuntimeFault(
                RuntimeFault.Kind.KERNEL, "attach", "network is not ready: this node has no pod CIDR yet", 0));
    }

    private synchronized int mtu() {
        return mtu;
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
        ipam.ifPresent(addresses -> addresses.release(sandboxId));
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
        if (ipam.isPresent()) {
            ipam.get().reclaim(sandboxIds);
        } else {
            known = Optional.of(Set.copyOf(sandboxIds));
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
        Nft.apply("table ip " + table + "\ndelete table ip " + table + "\n");
        ForwardChains.close();
        Trees.remove(leases);
    }
}
