package io.minik.ground.tls;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads DER elements in order. Every length is checked against what is there: the input may come from anyone. */
final class DerReader {
    private final byte[] data;
    private int position;

    DerReader(byte[] data) {
        this.data = data;
    }

    /** @param encoded tag, length and content together, as signatures cover them */
    record Element(int tag, byte[] content, byte[] encoded) {
        DerReader open() {
            return new DerReader(content);
        }

        Element require(int wanted, String what) {
            if (tag != wanted) {
                throw new X509Exception(
                        what + ": DER tag 0x" + Integer.toHexString(tag) + ", not 0x" + Integer.toHexString(wanted));
            }
            return this;
        }

        /** The bits of a BIT STRING with whole octets. */
        byte[] bits(String what) {
            require(Der.BIT_STRING, what);
            if (content.length == 0 || content[0] != 0) {
                throw new X509Exception(what + ": a BIT STRING of whole octets expected");
            }
            return Arrays.copyOfRange(content, 1, content.length);
        }

        String oid(String what) {
            require(Der.OID, what);
            StringBuilder dotted = new StringBuilder();
            long value = 0;
            int septets = 0;
            for (byte octet : content) {
                value = (value << 7) | (octet & 0x7f);
                if (++septets > 9) {
                    throw new X509Exception(what + ": object identifier with an arc above 63 bits");
                }
                if (octet >= 0) {
                    if (dotted.isEmpty()) {
                        long first = Math.min(value / 40, 2);
                        dotted.append(first).append('.').append(value - first * 40);
                    } else {
                        dotted.append('.').append(value);
                    }
                    value = 0;
                    septets = 0;
                }
            }
            return dotted.toString();
        }

        /** A directory string of any kind that is in use. */
        String text() {
            return switch (tag) {
                case 0x0c -> new String(content, StandardCharsets.UTF_8);
                case 0x13, 0x16 -> new String(content, StandardCharsets.US_ASCII);
                case 0x14 -> new String(content, StandardCharsets.ISO_8859_1);
                case 0x1e -> new String(content, StandardCharsets.UTF_16BE);
                default -> throw new X509Exception("a name with string type 0x" + Integer.toHexString(tag));
            };
        }
    }

    boolean hasNext() {
        return position < data.length;
    }

    Element next(String what) {
        int start = position;
        int tag = octet(what);
        if ((tag & 0x1f) == 0x1f) {
            throw new X509Exception(what + ": DER tags above 30 are not used in X.509");
        }
        int length = octet(what);
        if (length >= 0x80) {
            int octets = length & 0x7f;
            if (octets == 0 || octets > 3) {
                throw new X509Exception(what + ": DER length of " + octets + " octets");
            }
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = (length << 8) | octet(what);
            }
        }
        if (length > data.length - position) {
            throw new X509Exception(
                    what + ": cut off, " + length + " octets announced, " + (data.length - position) + " there");
        }
        int contentStart = position;
        position += length;
        return new Element(
                tag, Arrays.copyOfRange(data, contentStart, position), Arrays.copyOfRange(data, start, position));
    }

    Element next(int tag, String what) {
        return next(what).require(tag, what);
    }

    private int octet(String what) {
        if (position >= data.length) {
            throw new X509Exception(what + ": cut off");
        }
        return data[position++] & 0xff;
    }
}
