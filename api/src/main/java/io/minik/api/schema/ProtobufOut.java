package io.minik.api.schema;

import java.util.Arrays;

/** Protobuf's wire format being written: messages get their lengths when they are whole. */
final class ProtobufOut {
    /** What a length takes that is not known yet: most messages are short. */
    private static final int GUESSED_LENGTH = 1;

    private byte[] bytes;
    private int at;

    ProtobufOut(int expected) {
        bytes = new byte[Math.max(64, expected)];
    }

    byte[] done() {
        return at == bytes.length ? bytes : Arrays.copyOf(bytes, at);
    }

    int at() {
        return at;
    }

    /** Takes back what was written since. */
    void back(int place) {
        at = place;
    }

    void tag(int number, int wire) {
        varint(((long) number << 3) | wire);
    }

    /** Begins a message, or anything of a length. @return what {@link #end} wants */
    int begin(int number) {
        tag(number, ProtobufWire.BYTES);
        room(GUESSED_LENGTH);
        at += GUESSED_LENGTH;
        return at;
    }

    /** Says how long it is; what is longer than was guessed moves. */
    void end(int begun) {
        int length = at - begun;
        int more = size(length) - GUESSED_LENGTH;
        if (more > 0) {
            room(more);
            System.arraycopy(bytes, begun, bytes, begun + more, length);
        }
        at = begun - GUESSED_LENGTH;
        varint(length);
        at += length;
    }

    static int size(long value) {
        return value == 0 ? 1 : (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7;
    }

    void varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[at++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
    }

    void fixed64(long value) {
        room(Long.BYTES);
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            bytes[at++] = (byte) (value >>> shift);
        }
    }

    void chunk(int number, byte[] from, int begin, int end) {
        tag(number, ProtobufWire.BYTES);
        varint(end - begin);
        raw(from, begin, end);
    }

    void chunk(int number, byte[] whole) {
        chunk(number, whole, 0, whole.length);
    }

    void raw(byte[] from, int begin, int end) {
        room(end - begin);
        System.arraycopy(from, begin, bytes, at, end - begin);
        at += end - begin;
    }

    void put(int each) {
        room(1);
        bytes[at++] = (byte) each;
    }

    /** A character in UTF-8. */
    void character(int code) {
        if (code < 0x80) {
            put(code);
        } else if (code < 0x800) {
            put(0xc0 | (code >> 6));
            put(0x80 | (code & 0x3f));
        } else if (code < 0x1_0000) {
            put(0xe0 | (code >> 12));
            put(0x80 | ((code >> 6) & 0x3f));
            put(0x80 | (code & 0x3f));
        } else {
            put(0xf0 | (code >> 18));
            put(0x80 | ((code >> 12) & 0x3f));
            put(0x80 | ((code >> 6) & 0x3f));
            put(0x80 | (code & 0x3f));
        }
    }

    private void room(int more) {
        if (bytes.length - at < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
        }
    }
}
