package io.minik.ground.net;

import java.util.Arrays;
import java.util.Optional;

/**
 * An IP address of either family. Immutable and pure: text is read here and never by a resolver. Reads what Go's
 * {@code net/netip} reads, without zones; writes the canonical form of RFC 5952, so that equal addresses are equal text.
 */
public final class Address implements Comparable<Address> {
    public static final int V4_BITS = 32;
    public static final int V6_BITS = 128;

    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;
    private static final int GROUPS = 8;
    /** Eight groups of four digits, or six and a dotted quad. */
    private static final int MOST_LETTERS = 45;

    private final byte[] bytes;

    private Address(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @param bytes in network order: 4, or 16 */
    public static Address of(byte[] bytes) {
        if (bytes.length != V4_BYTES && bytes.length != V6_BYTES) {
            throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + bytes.length);
        }
        return new Address(bytes.clone());
    }

    /** @throws IllegalArgumentException if it is none */
    public static Address parse(String text) {
        return find(text).orElseThrow(() -> new IllegalArgumentException("not an IP address: \"" + text + "\""));
    }

    /** Empty if it is none; a leading zero makes it none, because readers differ over whether that means octal. */
    public static Optional<Address> find(String text) {
        return text.length() > MOST_LETTERS ? Optional.empty() : text.indexOf(':') < 0 ? v4(text) : v6(text);
    }

    private static Optional<Address> v4(String text) {
        byte[] bytes = new byte[V4_BYTES];
        return dotted(text, bytes, 0) ? Optional.of(new Address(bytes)) : Optional.empty();
    }

    private static boolean dotted(String text, byte[] into, int offset) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != V4_BYTES) {
            return false;
        }
        for (int i = 0; i < V4_BYTES; i++) {
            int value = number(parts[i], 10, 3);
            if (value < 0 || value > 255 || (parts[i].length() > 1 && parts[i].charAt(0) == '0')) {
                return false;
            }
            into[offset + i] = (byte) value;
        }
        return true;
    }

    private static Optional<Address> v6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] bytes = new byte[V6_BYTES];
            return groups(text, bytes) == V6_BYTES ? Optional.of(new Address(bytes)) : Optional.empty();
        }
        byte[] head = new byte[V6_BYTES];
        byte[] tail = new byte[V6_BYTES];
        String left = text.substring(0, gap);
        String right = text.substring(gap + 2);
        int before = left.indexOf('.') < 0 ? groups(left, head) : -1;
        int after = groups(right, tail);
        // The gap stands for a group at least.
        if (before < 0 || after < 0 || before + after > V6_BYTES - 2) {
            return Optional.empty();
        }
        System.arraycopy(tail, 0, head, V6_BYTES - after, after);
        return Optional.of(new Address(head));
    }

    /** Reads groups parted by colons, the last maybe a dotted quad. @return how many bytes, -1 if it is not that */
    private static int groups(String text, byte[] into) {
        if (text.isEmpty()) {
            return 0;
        }
        String[] parts = text.split(":", -1);
        int at = 0;
        for (int i = 0; i < parts.length; i++) {
            boolean quad = i == parts.length - 1 && parts[i].indexOf('.') >= 0;
            if (at + (quad ? V4_BYTES : 2) > V6_BYTES) {
                return -1;
            }
            if (quad) {
                if (!dotted(parts[i], into, at)) {
                    return -1;
                }
                at += V4_BYTES;
                continue;
            }
            int value = number(parts[i], 16, 4);
            if (value < 0) {
                return -1;
            }
            into[at++] = (byte) (value >>> 8);
            into[at++] = (byte) value;
        }
        return at;
    }

    /** -1 if it is no number of one to that many digits. */
    private static int number(String digits, int radix, int most) {
        if (digits.isEmpty() || digits.length() > most) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char letter = digits.charAt(i);
            // Character.digit also takes digits of other scripts.
            int digit = letter < 128 ? Character.digit(letter, radix) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value;
    }

    public boolean isV4() {
        return bytes.length == V4_BYTES;
    }

    /** 32, or 128. */
    public int bits() {
        return bytes.length * 8;
    }

    /** A copy, in network order. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The IPv4 address that is mapped into this one, or itself: both reach the same socket. */
    public Address unmapped() {
        return !isV4() && Cidr.MAPPED.contains(this)
                ? new Address(Arrays.copyOfRange(bytes, V6_BYTES - V4_BYTES, V6_BYTES))
                : this;
    }

    /** Also of a mapped one, as for all that follow: whoever filters by them must not be passed by another spelling. */
    public boolean isLoopback() {
        Address plain = unmapped();
        return plain.isV4() ? plain.bytes[0] == 127 : equals(Cidr.V6_LOOPBACK);
    }

    /** 0.0.0.0, or ::. */
    public boolean isUnspecified() {
        for (byte value : unmapped().bytes) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    public boolean isLinkLocal() {
        Address plain = unmapped();
        return (plain.isV4() ? Cidr.V4_LINK_LOCAL : Cidr.V6_LINK_LOCAL).contains(plain);
    }

    public boolean isMulticast() {
        byte first = unmapped().bytes[0];
        return unmapped().isV4() ? (first & 0xf0) == 0xe0 : (first & 0xff) == 0xff;
    }

    /** The address that many further on, round at the end of the family's. */
    Address plus(long offset) {
        byte[] sum = bytes.clone();
        long carry = offset;
        for (int i = sum.length - 1; i >= 0 && carry != 0; i--) {
            long value = (sum[i] & 0xff) + carry;
            sum[i] = (byte) value;
            carry = value >> 8;
        }
        return new Address(sum);
    }

    /** The same with all bits behind a prefix zero. */
    Address masked(int prefix) {
        byte[] kept = bytes.clone();
        for (int bit = prefix; bit < bits(); ) {
            if (bit % 8 == 0) {
                kept[bit / 8] = 0;
                bit += 8;
            } else {
                kept[bit / 8] &= (byte) (0xff << (8 - bit % 8));
                bit = (bit / 8 + 1) * 8;
            }
        }
        return new Address(kept);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Address address && Arrays.equals(bytes, address.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** All of IPv4 comes before all of IPv6. */
    @Override
    public int compareTo(Address other) {
        int family = Integer.compare(bytes.length, other.bytes.length);
        return family != 0 ? family : Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public String toString() {
        if (isV4()) {
            return quad(0);
        }
        if (Cidr.MAPPED.contains(this)) {
            return "::ffff:" + quad(V6_BYTES - V4_BYTES);
        }
        int gap = GROUPS;
        int length = 1;
        for (int from = 0; from < GROUPS; from++) {
            int to = from;
            while (to < GROUPS && group(to) == 0) {
                to++;
            }
            if (to - from > length) {
                gap = from;
                length = to - from;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == gap) {
                text.append("::");
                i += length - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(group(i)));
        }
        return text.toString();
    }

    private int group(int index) {
        return ((bytes[2 * index] & 0xff) << 8) | (bytes[2 * index + 1] & 0xff);
    }

    private String quad(int at) {
        return (bytes[at] & 0xff) + "." + (bytes[at + 1] & 0xff) + "." + (bytes[at + 2] & 0xff) + "."
                + (bytes[at + 3] & 0xff);
    }
}
