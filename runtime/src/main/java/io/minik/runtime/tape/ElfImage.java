package io.minik.runtime.tape;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.minik.runtime.sys.Arch;
import io.minik.runtime.tape.Arg.Slot;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tape as a static executable: one page of code, then entries, slots and data in a writable segment.
 *
 * <pre>
 *   file 0x0000 → 0x400000  r-x  ELF header, program headers, interpreter
 *   file 0x1000 → 0x411000  rw-  entries | slots | strings and structures
 * </pre>
 *
 * The second address is congruent to its file offset modulo 64 KiB, so that the file also loads where pages are large.
 */
final class ElfImage {
    private static final int CODE_ADDRESS = 0x400000;
    private static final int DATA_OFFSET = 0x1000;
    private static final int PAGE = 0x10000;
    private static final int ELF_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int PROGRAM_HEADERS = 3;
    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int EXECUTE = 1;
    private static final int WRITE = 2;
    private static final int READ = 4;

    private final Tape tape;
    private final Arch arch;
    private final ByteBuffer entries;
    private final long[] slotAddresses;
    private final long dataStart;
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final Map<String, Long> texts = new HashMap<>();

    private ElfImage(Tape tape, Arch arch) {
        this.tape = tape;
        this.arch = arch;
        this.entries = little(tape.entries().size() * Interpreter.ENTRY_BYTES);
        this.slotAddresses = new long[tape.slots().size()];
        // The first 8 bytes after the entries take results that nobody wants.
        long address = Interpreter.TAPE_ADDRESS + entries.capacity() + Long.BYTES;
        for (Slot slot : tape.slots()) {
            slotAddresses[slot.index()] = address;
            address += (slot.bytes() + Long.BYTES - 1) / Long.BYTES * (long) Long.BYTES;
        }
        this.dataStart = address;
    }

    static byte[] of(Tape tape, Arch arch) {
        return new ElfImage(tape, arch).write();
    }

    /** Where each slot of a tape is in its process' memory. */
    static long[] slotAddresses(Tape tape, Arch arch) {
        return new ElfImage(tape, arch).slotAddresses.clone();
    }

    private byte[] write() {
        for (int i = 0; i < tape.entries().size(); i++) {
            write(i, tape.entries().get(i));
        }
        int dataBytes = (int) (dataStart - Interpreter.TAPE_ADDRESS) + data.size();
        byte[] code = Interpreter.code(arch);
        int codeStart = ELF_HEADER + PROGRAM_HEADERS * PROGRAM_HEADER;
        ByteBuffer out = little(DATA_OFFSET + dataBytes);
        out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
        out.position(16);
        out.putShort((short) 2).putShort(machine()).putInt(1);
        out.putLong(CODE_ADDRESS + codeStart).putLong(ELF_HEADER).putLong(0).putInt(0);
        out.putShort((short) ELF_HEADER).putShort((short) PROGRAM_HEADER).putShort((short) PROGRAM_HEADERS);
        out.position(ELF_HEADER);
        programHeader(out, PT_LOAD, READ | EXECUTE, 0, CODE_ADDRESS, codeStart + code.length);
        programHeader(out, PT_LOAD, READ | WRITE, DATA_OFFSET, Interpreter.TAPE_ADDRESS, dataBytes);
        programHeader(out, PT_GNU_STACK, READ | WRITE, 0, 0, 0);
        out.put(code);
        out.position(DATA_OFFSET);
        out.put(TapeSteps.bytes(entries));
        out.position(DATA_OFFSET + (int) (dataStart - Interpreter.TAPE_ADDRESS));
        out.put(data.toByteArray());
        return TapeSteps.bytes(out);
    }

    private short machine() {
        return switch (arch) {
            case X86_64 -> 62;
            case AARCH64 -> 183;
        };
    }

    private static void programHeader(ByteBuffer out, int type, int flags, long offset, long address, long size) {
        out.putInt(type).putInt(flags).putLong(offset).putLong(address).putLong(address);
        out.putLong(size).putLong(size).putLong(type == PT_LOAD ? PAGE : 16);
    }

    private void write(int index, Tape.Entry entry) {
        int at = index * Interpreter.ENTRY_BYTES;
        int indirect = 0;
        for (int i = 0; i < entry.args().size(); i++) {
            Arg arg = entry.args().get(i);
            if (arg instanceof Arg.ValueOf) {
                indirect |= 2 << i;
            }
            entries.putLong(at + 8 + Long.BYTES * i, resolve(arg));
        }
        entries.putInt(at, entry.call().number(arch));
        entries.putInt(at + 4, indirect);
        long nobody = Interpreter.TAPE_ADDRESS + entries.capacity();
        entries.putLong(
                at + 56, entry.result().map(s -> slotAddresses[s.index()]).orElse(nobody));
        entries.putInt(at + 64, (int) entryAddress(entry.onZero()));
        entries.putInt(at + 68, entry.expectedErrno());
        entries.putInt(at + 72, (int) entryAddress(entry.onExpected()));
        entries.putInt(at + 76, index);
    }

    static long entryAddress(int index) {
        return Interpreter.TAPE_ADDRESS + (long) index * Interpreter.ENTRY_BYTES;
    }

    private long resolve(Arg arg) {
        if (arg instanceof Arg.Value value) {
            return value.value();
        }
        if (arg instanceof Arg.ValueOf slot) {
            return slotAddresses[slot.slot().index()] + slot.offset();
        }
        if (arg instanceof Arg.AddressOf slot) {
            return slotAddresses[slot.slot().index()] + slot.offset();
        }
        if (arg instanceof Arg.Text text) {
            return texts.computeIfAbsent(text.text(), t -> place((t + '\0').getBytes(UTF_8), 1));
        }
        if (arg instanceof Arg.Texts array) {
            List<String> items = array.texts();
            ByteBuffer pointers = little(Long.BYTES * (items.size() + 1));
            items.forEach(item -> pointers.putLong(resolve(new Arg.Text(item))));
            return place(TapeSteps.bytes(pointers), Long.BYTES);
        }
        if (arg instanceof Arg.Bytes bytes) {
            byte[] content = bytes.content().clone();
            ByteBuffer view = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
            bytes.pointers().forEach(p -> view.putLong(p.offset(), resolve(p.target())));
            return place(content, Long.BYTES);
        }
        throw new IllegalArgumentException("no such argument: " + arg);
    }

    private long place(byte[] content, int alignment) {
        while ((dataStart + data.size()) % alignment != 0) {
            data.write(0);
        }
        long address = dataStart + data.size();
        data.writeBytes(content);
        return address;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
