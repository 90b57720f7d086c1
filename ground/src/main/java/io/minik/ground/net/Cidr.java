package io.minik.ground.net;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A range of addresses of one family, addressed by offset. Immutable and pure.
 *
 * @param network its first address; host bits that the constructor gets are cleared
 * @param prefix how many bits its addresses share
 */
public record Cidr(Address network, int prefix) {
    static final Address V6_LOOPBACK = Address.parse("::1");
    static final Cidr V4_LINK_LOCAL = Cidr.parse("169.254.0.0/16");
    static final Cidr V6_LINK_LOCAL = Cidr.parse("fe80::/10");
    static final Cidr MAPPED = Cidr.parse("::ffff:0:0/96");

    public Cidr {
        if (prefix < 0 || prefix > network.bits()) {
            throw new IllegalArgumentException("not a prefix of " + network + ": " + prefix);
        }
        network = network.masked(prefix);
    }

    /** @throws IllegalArgumentException if it is no CIDR */
    public static Cidr parse(String text) {
        return find(text).orElseThrow(() -> new IllegalArgumentException("not a CIDR: \"" + text + "\""));
    }

    /** Of both families, as flags name them: {@code 10.42.0.0/16,fd42::/56}. @throws IllegalArgumentException if one is no CIDR */
    public static List<Cidr> parseAll(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(Cidr::parse)
                .toList();
    }

    /** Empty if it is no CIDR. Host bits may be set, as in Go's {@code net.ParseCIDR}. */
    public static Optional<Cidr> find(String text) {
        int slash = text.indexOf('/');
        String prefix = text.substring(slash + 1);
        if (slash < 0 || !prefix.matches("0|[1-9][0-9]{0,2}")) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(prefix);
        return Address.find(text.substring(0, slash))
                .filter(address -> bits <= address.bits())
                .map(address -> new Cidr(address, bits));
    }

    public boolean isV4() {
        return network.isV4();
    }

    /** All addresses of a family, as a default route names them. */
    public static Cidr everything(boolean v4) {
        return new Cidr(Address.of(new byte[v4 ? Address.V4_BITS / 8 : Address.V6_BITS / 8]), 0);
    }

    /** How many addresses it has, at most {@link Long#MAX_VALUE}. */
    public long size() {
        int hosts = network.bits() - prefix;
        return hosts >= Long.SIZE - 1 ? Long.MAX_VALUE : 1L << hosts;
    }

    public boolean contains(Address address) {
        return address.bits() == network.bits() && address.masked(prefix).equals(network);
    }

    /** Whether a host may have it: not the network's own address, nor the one that IPv4 keeps for broadcasts. */
    public boolean containsHost(Address address) {
        return contains(address) && !address.equals(network) && !(isV4() && address.equals(at(size() - 1)));
    }

    public boolean overlaps(Cidr other) {
        return contains(other.network) || other.contains(network);
    }

    /** The address at an offset. */
    public Address at(long offset) {
        return network.plus(offset);
    }

    /** Where in it that address is; -1 if it is not, or beyond what a long can count. */
    public long offsetOf(Address address) {
        if (!contains(address)) {
            return -1;
        }
        BigInteger offset = number(address).subtract(number(network));
        return offset.bitLength() < Long.SIZE ? offset.longValueExact() : -1;
    }

    /** The piece at an index when it is cut into networks of that prefix. */
    public Cidr piece(long index, int prefix) {
        BigInteger first = number(network).add(BigInteger.valueOf(index).shiftLeft(network.bits() - prefix));
        byte[] all = new byte[network.bits() / 8];
        byte[] low = first.toByteArray();
        int count = Math.min(low.length, all.length);
        System.arraycopy(low, low.length - count, all, all.length - count, count);
        return new Cidr(Address.of(all), prefix);
    }

    /** Which piece that is; -1 if it is not within. */
    public long indexOf(Cidr piece) {
        if (piece.prefix < prefix || !contains(piece.network)) {
            return -1;
        }
        BigInteger index = number(piece.network).subtract(number(network)).shiftRight(network.bits() - piece.prefix);
        return index.bitLength() < Long.SIZE ? index.longValueExact() : -1;
    }

    private static BigInteger number(Address address) {
        return new BigInteger(1, address.bytes());
    }

    @Override
    public String toString() {
        return network + "/" + prefix;
    }
}
