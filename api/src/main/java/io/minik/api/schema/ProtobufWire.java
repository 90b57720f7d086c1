package io.minik.api.schema;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Protobuf's wire format: a cursor over one message. What runs over its end throws. */
class ProtobufWire {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    final byte[] bytes;
    final int end;
    final int depth;
    int at;

    /** @throws IllegalArgumentException if it nests too deep */
    ProtobufWire(byte[] bytes, int from, int end, int depth) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
        this.depth = depth;
        if (depth > Body.MAX_DEPTH) {
            throw new IllegalArgumentException("proto: the message nests deeper than " + Body.MAX_DEPTH);
        }
    }

    long number(int wire) {
        if (wire == VARINT) {
            return varint();
        }
        int size = wire == FIXED64 ? Long.BYTES : wire == FIXED32 ? Integer.BYTES : 0;
        if (size == 0) {
            throw new IllegalArgumentException("proto: wrong wireType = " + wire);
        }
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (bytes[at + i] & 0xffL) << (8 * i);
        }
        at += size;
        return value;
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw new IllegalArgumentException("unexpected EOF");
            }
            byte next = bytes[at++];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("proto: integer overflow");
    }

    int length() {
        long length = varint();
        if (length < 0 || length > end - at) {
            throw new IllegalArgumentException("unexpected EOF");
        }
        return (int) length;
    }

    byte[] slice() {
        int length = length();
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    String text() {
        int length = length();
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    void skip(int wire) {
        switch (wire) {
            case VARINT -> varint();
            case FIXED64 -> at += Long.BYTES;
            case BYTES -> {
                int length = length();
                at += length;
            }
            case FIXED32 -> at += Integer.BYTES;
            default -> throw new IllegalArgumentException("proto: illegal wireType " + wire);
        }
        if (at > end) {
            throw new IllegalArgumentException("unexpected EOF");
        }
    }
}
