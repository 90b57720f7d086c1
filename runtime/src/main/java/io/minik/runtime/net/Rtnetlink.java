package io.minik.runtime.net;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Links, addresses and routes of the network namespace that a socket belongs to. One call at a time; blocking, but the kernel answers at once. */
final class Rtnetlink {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int IFA_F_NODAD = 2;
    private static final int NEWLINK = 16;
    private static final int DELLINK = 17;
    private static final int GETLINK = 18;
    private static final int SETLINK = 19;
    private static final int NEWADDR = 20;
    private static final int DELADDR = 21;
    private static final int GETADDR = 22;
    private static final int NEWROUTE = 24;
    private static final int DELROUTE = 25;
    private static final int GETROUTE = 26;
    private static final int ERROR = 2;
    private static final int DONE = 3;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_PROTINFO = 12;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int INFO_KIND = 1;
    private static final int INFO_DATA = 2;
    private static final int VETH_PEER = 1;
    private static final int PORT_HAIRPIN = 4;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int AF_BRIDGE = 7;
    private static final int UP = 1;
    private static final int LINK_BYTES = 16;
    private static final int ROUTE_BYTES = 12;
    private static final int ADDRESS_BYTES = 8;
    /** The kernel fills dumps in pieces of at most 32 KiB. */
    private static final int RECEIVE_BYTES = 32 * 1024;

    static final int SCOPE_UNIVERSE = 0;
    static final int SCOPE_LINK = 253;
    static final int PROTOCOL_STATIC = 4;

    private final Kernel kernel;
    private final int socket;
    private int sequence;

    /** @param socket stays the caller's */
    Rtnetlink(Kernel kernel, int socket) {
        this.kernel = kernel;
        this.socket = socket;
    }

    /** @param master index of the bridge that it is a port of, 0 = none */
    record Link(int index, String name, int master) {}

    /** @param gateway empty = on the link */
    record Route(Cidr destination, int protocol, Optional<Address> gateway) {}

    /** An address as a link has it. */
    record Assigned(Address address, int prefix) {}

    Optional<Link> findLink(String name) {
        List<ByteBuffer> answers = new ArrayList<>();
        int errno = exchange(
                new NetlinkMessage(GETLINK, 0).link(0, 0, 0, 0).text(IFLA_IFNAME, name), "get link " + name, answers);
        if (errno == Errno.ENODEV) {
            return Optional.empty();
        }
        throwOn(errno, "get link " + name);
        return answers.stream().findFirst().map(Rtnetlink::link);
    }

    List<Link> links() {
        List<ByteBuffer> answers = new ArrayList<>();
        throwOn(
                exchange(new NetlinkMessage(GETLINK, NetlinkMessage.DUMP).link(0, 0, 0, 0), "list links", answers),
                "list links");
        return answers.stream().map(Rtnetlink::link).toList();
    }

    private static Link link(ByteBuffer message) {
        Map<Integer, ByteBuffer> attributes = attributes(message, LINK_BYTES);
        ByteBuffer name = attributes.getOrDefault(IFLA_IFNAME, ByteBuffer.allocate(1));
        byte[] chars = new byte[Math.max(0, name.remaining() - 1)];
        name.get(name.position(), chars);
        ByteBuffer master = attributes.get(IFLA_MASTER);
        return new Link(
                message.getInt(message.position() + 4),
                new String(chars, StandardCharsets.US_ASCII),
                master == null ? 0 : master.getInt(master.position()));
    }

    static Map<Integer, ByteBuffer> attributes(ByteBuffer message, int fixed) {
        Map<Integer, ByteBuffer> attributes = new HashMap<>();
        int at = message.position() + fixed;
        while (at + 4 <= message.limit()) {
            int length = message.getShort(at) & 0xffff;
            if (length < 4) {
                break;
            }
            ByteBuffer value = message.duplicate().order(message.order());
            value.limit(Math.min(message.limit(), at + length)).position(at + 4);
            attributes.put(message.getShort(at + 2) & 0x3fff, value);
            at += (length + 3) / 4 * 4;
        }
        return attributes;
    }

    void createBridge(String name, byte[] mac, int mtu) {
        ack(
                new NetlinkMessage(NEWLINK, NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE)
                        .link(0, 0, 0, 0)
                        .text(IFLA_IFNAME, name)
                        .raw(IFLA_ADDRESS, mac)
                        .number(IFLA_MTU, mtu)
                        .begin(IFLA_LINKINFO)
                        .text(INFO_KIND, "bridge")
                        .end(),
                "create bridge " + name);
    }

    /** A pair: one end here, as a port of the bridge, its peer born in the other namespace. Both down. */
    void createVeth(String name, int bridge, String peer, byte[] peerMac, int peerNamespaceFd, int mtu) {
        ack(
                new NetlinkMessage(NEWLINK, NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE)
                        .link(0, 0, 0, 0)
                        .text(IFLA_IFNAME, name)
                        .number(IFLA_MTU, mtu)
                        .number(IFLA_MASTER, bridge)
                        .begin(IFLA_LINKINFO)
                        .text(INFO_KIND, "veth")
                        .begin(INFO_DATA)
                        .begin(VETH_PEER)
                        .link(0, 0, 0, 0)
                        .text(IFLA_IFNAME, peer)
                        .number(IFLA_MTU, mtu)
                        .raw(IFLA_ADDRESS, peerMac)
                        .number(IFLA_NET_NS_FD, peerNamespaceFd)
                        .end()
                        .end()
                        .end(),
                "create veth " + name);
    }

    void up(int index) {
        ack(new NetlinkMessage(NEWLINK, 0).link(0, index, UP, UP), "bring up link " + index);
    }

    /** A port with hairpin sends a frame back where it came from: a pod reaches itself through its Service. */
    void hairpin(int index) {
        ack(
                new NetlinkMessage(SETLINK, 0)
                        .link(AF_BRIDGE, index, 0, 0)
                        .begin(IFLA_PROTINFO | NetlinkMessage.NESTED)
                        .small(PORT_HAIRPIN, 1)
                        .end(),
                "set hairpin on link " + index);
    }

    /** One that is there stays. */
    void addAddress(int index, Address address, int prefix) {
        // Nobody else has it, and waiting for a duplicate would hold a pod's start for a second.
        int flags = address.isV4() ? 0 : IFA_F_NODAD;
        int errno = exchange(
                new NetlinkMessage(NEWADDR, NetlinkMessage.CREATE | NetlinkMessage.REPLACE)
                        .address(family(address), prefix, flags, SCOPE_UNIVERSE, index)
                        .ip(IFA_LOCAL, address)
                        .ip(IFA_ADDRESS, address),
                "add address",
                new ArrayList<>());
        throwOn(errno == Errno.EEXIST ? 0 : errno, "add address " + address + "/" + prefix);
    }

    /** Of that link and family; without those that the kernel gave it itself. */
    List<Assigned> addresses(int index, boolean v4) {
        List<ByteBuffer> answers = new ArrayList<>();
        throwOn(
                exchange(
                        new NetlinkMessage(GETADDR, NetlinkMessage.DUMP)
                                .address(v4 ? AF_INET : AF_INET6, 0, 0, SCOPE_UNIVERSE, 0),
                        "list addresses",
                        answers),
                "list addresses");
        List<Assigned> addresses = new ArrayList<>();
        for (ByteBuffer message : answers) {
            Map<Integer, ByteBuffer> attributes = attributes(message, ADDRESS_BYTES);
            int prefix = message.get(message.position() + 1) & 0xff;
            boolean universal = message.get(message.position() + 3) == SCOPE_UNIVERSE;
            if (universal && message.getInt(message.position() + 4) == index) {
                // IPv6 has the local address only where it has a peer.
                ip(attributes.get(IFA_LOCAL))
                        .or(() -> ip(attributes.get(IFA_ADDRESS)))
                        .ifPresent(address -> addresses.add(new Assigned(address, prefix)));
            }
        }
        return addresses;
    }

    void removeAddress(int index, Assigned gone) {
        int errno = exchange(
                new NetlinkMessage(DELADDR, 0)
                        .address(family(gone.address()), gone.prefix(), 0, SCOPE_UNIVERSE, index)
                        .ip(IFA_LOCAL, gone.address()),
                "remove address",
                new ArrayList<>());
        throwOn(errno == Errno.EADDRNOTAVAIL ? 0 : errno, "remove address " + gone.address());
    }

    /** @param gateway empty = on the link */
    void putRoute(Cidr destination, Optional<Address> gateway, int index, int protocol) {
        NetlinkMessage message = new NetlinkMessage(NEWROUTE, NetlinkMessage.CREATE | NetlinkMessage.REPLACE)
                .route(
                        family(destination.network()),
                        destination.prefix(),
                        protocol,
                        gateway.isEmpty() ? SCOPE_LINK : SCOPE_UNIVERSE);
        if (destination.prefix() > 0) {
            message.ip(RTA_DST, destination.network());
        }
        gateway.ifPresent(address -> message.ip(RTA_GATEWAY, address));
        if (index != 0) {
            message.number(RTA_OIF, index);
        }
        ack(
                message,
                "add route " + destination
                        + gateway.map(address -> " via " + address).orElse(""));
    }

    /** What is gone is fine. */
    void removeRoute(Cidr destination, int protocol) {
        NetlinkMessage message = new NetlinkMessage(DELROUTE, 0)
                .route(family(destination.network()), destination.prefix(), protocol, 255)
                .ip(RTA_DST, destination.network());
        int errno = exchange(message, "remove route", new ArrayList<>());
        throwOn(errno == Errno.ESRCH ? 0 : errno, "remove route " + destination);
    }

    /** Of the main table and others, of one family. */
    List<Route> routes(boolean v4) {
        List<ByteBuffer> answers = new ArrayList<>();
        throwOn(
                exchange(
                        new NetlinkMessage(GETROUTE, NetlinkMessage.DUMP).route(v4 ? AF_INET : AF_INET6, 0, 0, 0),
                        "list routes",
                        answers),
                "list routes");
        List<Route> routes = new ArrayList<>();
        for (ByteBuffer message : answers) {
            Map<Integer, ByteBuffer> attributes = attributes(message, ROUTE_BYTES);
            int prefix = message.get(message.position() + 1) & 0xff;
            int protocol = message.get(message.position() + 5) & 0xff;
            Address network = ip(attributes.get(RTA_DST))
                    .orElseGet(() -> Cidr.everything(v4).network());
            routes.add(new Route(new Cidr(network, prefix), protocol, ip(attributes.get(RTA_GATEWAY))));
        }
        return routes;
    }

    private static int family(Address address) {
        return address.isV4() ? AF_INET : AF_INET6;
    }

    /** Empty without the attribute. */
    private static Optional<Address> ip(@Nullable ByteBuffer value) {
        if (value == null) {
            return Optional.empty();
        }
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        return Optional.of(Address.of(bytes));
    }

    /** What is gone is fine. Takes some 20 ms in the kernel for a veth. */
    void removeLink(String name) {
        int errno = exchange(
                new NetlinkMessage(DELLINK, 0).link(0, 0, 0, 0).text(IFLA_IFNAME, name),
                "remove link",
                new ArrayList<>());
        throwOn(errno == Errno.ENODEV ? 0 : errno, "remove link " + name);
    }

    private void ack(NetlinkMessage message, String step) {
        throwOn(exchange(message, step, new ArrayList<>()), step);
    }

    private static void throwOn(int errno, String step) {
        if (errno != 0) {
            throw Kernel.fault(errno, step, "");
        }
    }

    /** Sends, and collects answers until the kernel acknowledges. @return 0 or the acknowledged errno */
    int exchange(NetlinkMessage message, String step, List<ByteBuffer> answers) {
        byte[] request = message.finish(++sequence);
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block out = arena.bytes(request);
            Kernel.check(
                    kernel.sys().call(Syscall.SENDTO, socket, out.address(), request.length, 0, 0, 0), step, "(send)");
            Arena.Block in = arena.allocate(RECEIVE_BYTES);
            while (true) {
                long got = Kernel.check(
                        kernel.sys().call(Syscall.RECVFROM, socket, in.address(), RECEIVE_BYTES, 0, 0, 0),
                        step,
                        "(receive)");
                Optional<Integer> end = parse(in.bytes(), (int) got, answers);
                if (end.isPresent()) {
                    return end.get();
                }
            }
        }
    }

    private Optional<Integer> parse(ByteBuffer in, int length, List<ByteBuffer> answers) {
        int at = 0;
        while (at + NetlinkMessage.HEADER_BYTES <= length) {
            int size = in.getInt(at);
            int type = in.getShort(at + 4);
            boolean ours = in.getInt(at + 8) == sequence;
            if (ours && type == ERROR) {
                return Optional.of(-in.getInt(at + NetlinkMessage.HEADER_BYTES));
            }
            if (ours && type == DONE) {
                return Optional.of(0);
            }
            if (ours) {
                byte[] copy = new byte[size - NetlinkMessage.HEADER_BYTES];
                in.get(at + NetlinkMessage.HEADER_BYTES, copy);
                answers.add(ByteBuffer.wrap(copy).order(in.order()));
            }
            at += (size + 3) / 4 * 4;
        }
        return Optional.empty();
    }
}
