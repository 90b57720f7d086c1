package io.minik.runtime.tape;

import java.util.List;

/** An argument of a call on a tape. Text and bytes become addresses in the tape's data. */
public interface Arg {
    /** For people: as strace would show it. */
    String show();

    static Arg value(long value) {
        return new Value(value);
    }

    static Arg text(String text) {
        return new Text(text);
    }

    /** A null-terminated array of strings: argv, envp. */
    static Arg texts(List<String> texts) {
        return new Texts(List.copyOf(texts));
    }

    /** @param name how to show it */
    static Arg bytes(String name, byte[] content) {
        return new Bytes(name, content, List.of());
    }

    /** Bytes that contain addresses of others. */
    static Arg struct(String name, byte[] content, List<Pointer> pointers) {
        return new Bytes(name, content, List.copyOf(pointers));
    }

    /** What an earlier call stored. */
    static Arg stored(Slot slot) {
        return new ValueOf(slot, 0);
    }

    /** A field of a structure that an earlier call filled; the call sees the 8 bytes that begin there. */
    static Arg stored(Slot slot, int offset) {
        return new ValueOf(slot, offset);
    }

    /** Where the slot is: for calls that fill memory. */
    static Arg addressOf(Slot slot) {
        return new AddressOf(slot, 0);
    }

    static Arg addressOf(Slot slot, int offset) {
        return new AddressOf(slot, offset);
    }

    /** Writable memory of the tape's process, 8 bytes for a result or more for a structure. */
    record Slot(int index, String name, int bytes) {}

    /** The 8 bytes at the offset become the address of the target. */
    record Pointer(int offset, Arg target) {}

    record Value(long value) implements Arg {
        private static final long SMALL = 4096;

        @Override
        public String show() {
            return value > SMALL || value < -SMALL ? "0x" + Long.toHexString(value) : Long.toString(value);
        }
    }

    record Text(String text) implements Arg {
        @Override
        public String show() {
            return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
        }
    }

    record Texts(List<String> texts) implements Arg {
        @Override
        public String show() {
            StringBuilder out = new StringBuilder("[");
            for (String text : texts) {
                out.append(out.length() == 1 ? "" : ", ").append(new Text(text).show());
            }
            return out.append(']').toString();
        }
    }

    record Bytes(String name, byte[] content, List<Pointer> pointers) implements Arg {
        @Override
        public String show() {
            return name;
        }
    }

    record ValueOf(Slot slot, int offset) implements Arg {
        @Override
        public String show() {
            return "$" + slot.name() + (offset == 0 ? "" : "+" + offset);
        }
    }

    record AddressOf(Slot slot, int offset) implements Arg {
        @Override
        public String show() {
            return "&" + slot.name() + (offset == 0 ? "" : "+" + offset);
        }
    }
}
