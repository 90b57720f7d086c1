package io.minik.runtime.nft;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;

/** A family of addresses in nft's words. */
public enum Family {
    IPV4("", "127.0.0.0/8", "224.0.0.0/4"),
    IPV6("6", "::1", "ff00::/8");

    private final String suffix;
    private final String loopback;
    private final String multicast;

    Family(String suffix, String loopback, String multicast) {
        this.suffix = suffix;
        this.loopback = loopback;
        this.multicast = multicast;
    }

    private String word() {
        return "ip" + suffix;
    }

    private String protocol() {
        return suffix.isEmpty() ? "ipv4" : "ipv6";
    }

    public static Family of(Address address) {
        return address.isV4() ? IPV4 : IPV6;
    }

    public static Family of(Cidr range) {
        return range.isV4() ? IPV4 : IPV6;
    }

    /** {@code ip saddr}: the sender of a packet, which is of this family then. */
    public String source() {
        return word() + " saddr";
    }

    /** {@code ip daddr}: where it goes. */
    public String destination() {
        return word() + " daddr";
    }

    /** {@code dnat ip to}. */
    public String translate() {
        return "dnat " + word() + " to";
    }

    /** Only packets of this family. */
    public String only() {
        return "meta nfproto " + protocol();
    }

    /** {@code ipv4_addr}: the type of a set's key. */
    public String type() {
        return protocol() + "_addr";
    }

    public String loopback() {
        return loopback;
    }

    public String multicast() {
        return multicast;
    }

    /** The name of this family's map, set or protocol's chains, apart from the other's. */
    public String named(String name) {
        return name + suffix;
    }

    /** An address with a port, as a translation names it. */
    public String target(String address, int port) {
        return this == IPV4 ? address + ":" + port : "[" + address + "]:" + port;
    }
}
