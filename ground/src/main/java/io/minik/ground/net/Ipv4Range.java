package io.minik.ground.net;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An IPv4 network, addressed by offset. @param network its first address as a number, host bits zero */
public record Ipv4Range(long network, int prefixLength) {
    private static final int BITS = 32;
    private static final Pattern CIDR = Pattern.compile("([0-9.]{7,15})/([0-9]{1,2})");

    /** @throws IllegalArgumentException if it is no IPv4 CIDR */
    public static Ipv4Range parse(String cidr) {
        return find(cidr).orElseThrow(() -> new IllegalArgumentException("not an IPv4 CIDR: \"" + cidr + "\""));
    }

    /** Empty if it is no IPv4 CIDR. */
    public static Optional<Ipv4Range> find(String cidr) {
        Matcher matcher = CIDR.matcher(cidr);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > BITS) {
            return Optional.empty();
        }
        int length = Integer.parseInt(matcher.group(2));
        return address(matcher.group(1))
                .map(address -> new Ipv4Range((address >>> (BITS - length)) << (BITS - length), length));
    }

    /** Empty if it is no dotted quad. */
    public static Optional<Long> address(String text) {
        String[] parts = text.split("\\.", -1);
        long address = 0;
        if (parts.length != 4) {
            return Optional.empty();
        }
        for (String part : parts) {
            if (!part.matches("[0-9]{1,3}") || Integer.parseInt(part) > 255) {
                return Optional.empty();
            }
            address = (address << 8) | Integer.parseInt(part);
        }
        return Optional.of(address);
    }

    public long size() {
        return 1L << (BITS - prefixLength);
    }

    /** Whether it is an address that a host may have: neither the network's nor the broadcast address. */
    public boolean contains(long address) {
        return address > network && address < network + size() - 1;
    }

    public boolean overlaps(Ipv4Range other) {
        return network < other.network + other.size() && other.network < network + size();
    }

    /** The address at an offset, in dots. */
    public String at(long offset) {
        return text(network + offset);
    }

    /** The piece at an index when it is cut into networks of that prefix. */
    public Ipv4Range piece(long index, int prefix) {
        return new Ipv4Range(network + (index << (BITS - prefix)), prefix);
    }

    /** Which piece that is; negative or beyond the last if it is not within. */
    public long indexOf(Ipv4Range piece) {
        return (piece.network - network) >> (BITS - piece.prefixLength);
    }

    private static String text(long address) {
        return ((address >>> 24) & 255) + "." + ((address >>> 16) & 255) + "." + ((address >>> 8) & 255) + "."
                + (address & 255);
    }

    @Override
    public String toString() {
        return text(network) + "/" + prefixLength;
    }
}
