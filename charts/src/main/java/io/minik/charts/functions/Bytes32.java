package io.minik.charts.functions;

import java.io.ByteArrayOutputStream;

/** Base 32 (RFC 4648): the JDK has none. */
final class Bytes32 {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int BITS = 5;
    private static final int GROUP = 8;

    private Bytes32() {}

    static String encode(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        int buffer = 0;
        int held = 0;
        for (byte one : bytes) {
            buffer = (buffer << Byte.SIZE | (one & 0xff)) & 0xffff;
            held += Byte.SIZE;
            while (held >= BITS) {
                held -= BITS;
                out.append(LETTERS.charAt((buffer >> held) & 31));
            }
        }
        if (held > 0) {
            out.append(LETTERS.charAt((buffer << (BITS - held)) & 31));
        }
        while (out.length() % GROUP != 0) {
            out.append('=');
        }
        return out.toString();
    }

    /** @throws IllegalArgumentException where the text is none */
    static byte[] decode(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String bare = text.replaceAll("=+$", "");
        int buffer = 0;
        int held = 0;
        for (int i = 0; i < bare.length(); i++) {
            int value = LETTERS.indexOf(bare.charAt(i));
            if (value < 0 || text.length() % GROUP != 0) {
                throw new IllegalArgumentException("illegal base32 data at input byte " + i);
            }
            buffer = (buffer << BITS | value) & 0xffff;
            held += BITS;
            if (held >= Byte.SIZE) {
                held -= Byte.SIZE;
                out.write(buffer >> held & 0xff);
            }
        }
        return out.toByteArray();
    }
}
