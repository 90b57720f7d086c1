package io.minik.agent.dns;

import io.netty.util.NetUtil;
import java.util.Optional;

/** IP addresses and ranges as bytes. Pure, and never a lookup. */
final class Addresses {
    private Addresses() {}

    static Optional<byte[]> parse(String text) {
        return Optional.ofNullable(NetUtil.createByteArrayFromIpAddressString(text));
    }

    /** @param cidr {@code 10.42.0.0/16} */
    record Range(byte[] base, int bits) {
        static Range parse(String cidr) {
            int slash = cidr.indexOf('/');
            byte[] base = Addresses.parse(cidr.substring(0, Math.max(slash, 0)))
                    .orElseThrow(() -> new IllegalArgumentException("no CIDR: " + cidr));
            return new Range(base, Integer.parseInt(cidr.substring(slash + 1)));
        }

        boolean contains(byte[] ip) {
            if (ip.length != base.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((ip[bit / 8] & mask) != (base[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** {@code 10.42.0.7} of {@code 7.0.42.10.in-addr.arpa}; IPv6 by nibbles. */
    static Optional<String> ofReverse(String name) {
        java.util.List<String> labels = Record.labels(name);
        java.util.List<String> reversed = new java.util.ArrayList<>(labels);
        java.util.Collections.reverse(reversed);
        if (name.endsWith(".in-addr.arpa") && labels.size() == 6) {
            return parse(String.join(".", reversed.subList(2, 6))).map(NetUtil::bytesToIpAddress);
        }
        if (name.endsWith(".ip6.arpa") && labels.size() == 34) {
            String nibbles = String.join("", reversed.subList(2, 34));
            return parse(nibbles.replaceAll("(.{4})(?!$)", "$1:")).map(NetUtil::bytesToIpAddress);
        }
        return Optional.empty();
    }
}
