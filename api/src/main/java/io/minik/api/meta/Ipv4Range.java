package io.minik.server.registry;

import io.minik.api.meta.ApiException;
import java.util.Optional;

/** An IPv4 network, addressed by offset. */
record Ipv4Range(long network, int prefixLength) {
    private static final int BITS = 32;

    static Ipv4Range parse(String cidr) {
        int slash = cidr.indexOf('/');
        Optional<Long> address = slash < 0 ? Optional.empty() : address(cidr.substring(0, slash));
        if (address.isEmpty()) {
            throw ApiException.badRequest("not an IPv4 CIDR: " + cidr);
        }
        int length = Integer.parseInt(cidr.substring(slash + 1));
        return new Ipv4Range((address.get() >>> (BITS - length)) << (BITS - length), length);
    }

    /** Empty if it is no dotted quad. */
    static Optional<Long> address(String text) {
        String[] parts = text.split("\\.", -1);
        long address = 0;
        if (parts.length != 4) {
            return Optional.empty();
        }
        for (String part : parts) {
            if (!part.matches("\\d{1,3}") || Integer.parseInt(part) > 255) {
                return Optional.empty();
            }
            address = (address << 8) | Integer.parseInt(part);
        }
        return Optional.of(address);
    }

    long size() {
        return 1L << (BITS - prefixLength);
    }

    /** Whether it is an address that a service may have: neither the network's nor the broadcast address. */
    boolean contains(long address) {
        return address > network && address < network + size() - 1;
    }

    String at(long offset) {
        return text(network + offset);
    }

    static String text(long address) {
        return ((address >>> 24) & 255) + "." + ((address >>> 16) & 255) + "." + ((address >>> 8) & 255) + "."
                + (address & 255);
    }

    @Override
    public String toString() {
        return text(network) + "/" + prefixLength;
    }
}
