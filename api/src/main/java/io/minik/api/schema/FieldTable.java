package io.minik.api.schema;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Fields by their names as bytes, which are ASCII: a table of hashes, for who looks up each field of thousands of objects. */
final class FieldTable {
    private final Field[] fields;
    private final byte[][] names;
    /** One more than a field's place; 0: nothing. Twice as large as there are fields, so that most are found at once. */
    private final short[] slots;

    FieldTable(Field[] fields) {
        this.fields = fields;
        this.names = new byte[fields.length][];
        this.slots = new short[Integer.highestOneBit(Math.max(1, fields.length)) * 4];
        for (int at = 0; at < fields.length; at++) {
            byte[] name = fields[at].name().getBytes(StandardCharsets.US_ASCII);
            names[at] = name;
            int slot = hash(name.length, name[0], name[name.length / 2], name[name.length - 1]);
            while (slots[slot & slots.length - 1] != 0) {
                slot++;
            }
            slots[slot & slots.length - 1] = (short) (at + 1);
        }
    }

    private static int hash(int length, int first, int middle, int last) {
        return length * 131 + first * 31 + middle * 7 + last;
    }

    @Nullable
    Field find(byte[] json, int from, int to) {
        int length = to - from;
        if (length == 0) {
            return null;
        }
        int slot = hash(length, json[from], json[from + length / 2], json[to - 1]);
        for (int at = slots[slot & slots.length - 1]; at != 0; at = slots[++slot & slots.length - 1]) {
            if (isNamed(names[at - 1], json, from, length)) {
                return fields[at - 1];
            }
        }
        return null;
    }

    private static boolean isNamed(byte[] name, byte[] json, int from, int length) {
        if (name.length != length) {
            return false;
        }
        for (int at = 0; at < length; at++) {
            if (name[at] != json[from + at]) {
                return false;
            }
        }
        return true;
    }
}
