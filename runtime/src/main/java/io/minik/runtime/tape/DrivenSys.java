package io.minik.runtime.tape;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Sys;
import io.minik.runtime.sys.Syscall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/**
 * The kernel as the process of a {@link DrivenTape} has it: each call is made there. It is a process of one thread that
 * does nothing else, so every call is allowed, also those that no thread of a JVM may make.
 *
 * <p>An exchange is three entries and the open arenas' memory there, and the result with the same memory back. One
 * caller at a time; arenas are closed in the reverse order of their opening.
 */
public final class DrivenSys implements Sys {
    private static final int MSG_WAITALL = 0x100;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int CHUNK_BYTES = 512;

    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private final Arch arch;
    private final ByteBuffer hello;
    /** What lies in the other process' memory: the arenas' chunks are pieces of it. */
    private final ByteBuffer memory;

    private int used;

    private DrivenSys(ReadableByteChannel in, WritableByteChannel out, Arch arch, ByteBuffer hello) {
        this.in = in;
        this.out = out;
        this.arch = arch;
        this.hello = hello;
        this.memory = ByteBuffer.allocate((int) hello.getLong(24)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Waits for its hello. */
    public static DrivenSys of(ReadableByteChannel in, WritableByteChannel out, Arch arch) throws IOException {
        ByteBuffer hello = ByteBuffer.allocate(DrivenTape.HELLO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(in, hello);
        if (hello.getInt(0) != DrivenTape.MAGIC || hello.getLong(24) != DrivenTape.MEMORY_BYTES) {
            throw new IOException("not a client of this version");
        }
        return new DrivenSys(in, out, arch, hello);
    }

    public int pid() {
        return hello.getInt(48);
    }

    /** Whether it started us. */
    public boolean alone() {
        return hello.getInt(4) == 1;
    }

    @Override
    public long call(Syscall call, long a, long b, long c, long d, long e, long f) {
        return call(call.number(arch), new long[] {a, b, c, d, e, f}, after(1));
    }

    /** Clones; the child executes what is in descriptor {@link DrivenTape#IMAGE}. @return its pid or -errno */
    public long cloneImage(long flags) {
        return call(Syscall.CLONE.number(arch), new long[] {flags, 0, 0, 0, 0, 0}, hello.getLong(32));
    }

    /** The process ends; nothing can be called any more. */
    public void exit(int code) {
        tell(Syscall.EXIT_GROUP.number(arch), new long[] {code, 0, 0, 0, 0, 0}, after(1));
    }

    /** The process goes and asks a program of its own to decide. */
    public void decline() {
        tell(Syscall.SCHED_YIELD.number(arch), new long[6], hello.getLong(40));
    }

    private long result() {
        return hello.getLong(16);
    }

    /** The address of the entry after one of the three. */
    private long after(int step) {
        return hello.getLong(8) + (long) (step + 1) * Interpreter.ENTRY_BYTES;
    }

    private long call(int number, long[] args, long onZero) {
        try {
            int bytes = used;
            ByteBuffer request = request(number, args, onZero, bytes);
            writeFully(request);
            ByteBuffer answer =
                    ByteBuffer.allocate(DrivenTape.RESULT_BYTES + bytes).order(ByteOrder.LITTLE_ENDIAN);
            readFully(in, answer);
            memory.put(0, answer, DrivenTape.RESULT_BYTES, bytes);
            return answer.getLong(0);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "drive", "the client has gone", e);
        }
    }

    private void tell(int number, long[] args, long onZero) {
        try {
            writeFully(request(number, args, onZero, 0));
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "drive", "the client has gone", e);
        }
    }

    private ByteBuffer request(int number, long[] args, long onZero, int bytes) {
        ByteBuffer out =
                ByteBuffer.allocate(3 * Interpreter.ENTRY_BYTES + bytes).order(ByteOrder.LITTLE_ENDIAN);
        long at = result() + DrivenTape.RESULT_BYTES;
        if (bytes == 0) {
            entry(out, Syscall.SCHED_YIELD.number(arch), new long[6], after(0), 0);
        } else {
            entry(
                    out,
                    Syscall.RECVFROM.number(arch),
                    new long[] {Player.REPORT_FD, at, bytes, MSG_WAITALL, 0, 0},
                    after(0),
                    0);
        }
        entry(out, number, args, onZero, Tape.ANY);
        long length = (long) DrivenTape.RESULT_BYTES + bytes;
        entry(
                out,
                Syscall.SENDTO.number(arch),
                new long[] {Player.REPORT_FD, result(), length, MSG_NOSIGNAL, 0, 0},
                after(2),
                0);
        return out.put(memory.array(), 0, bytes).flip();
    }

    /** Results of the first and the third are overwritten by the call's, or come after it was sent. */
    private void entry(ByteBuffer out, int number, long[] args, long onZero, int expected) {
        int start = out.position();
        int index = start / Interpreter.ENTRY_BYTES;
        out.putInt(number).putInt(0);
        for (long arg : args) {
            out.putLong(arg);
        }
        out.putLong(result()).putInt((int) onZero).putInt(expected);
        out.putInt((int) after(index)).putInt(index);
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static void readFully(ReadableByteChannel in, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (in.read(bytes) < 0) {
                throw new IOException("end of file");
            }
        }
    }

    @Override
    public long spawn(Spawn spawn) {
        throw new UnsupportedOperationException("a driven process clones itself");
    }

    @Override
    public Arena arena() {
        return new Arena(new Arena.Memory() {
            @Override
            public ByteBuffer chunk(int bytes) {
                int size = Math.max(CHUNK_BYTES, bytes);
                if (used + size > memory.capacity()) {
                    throw new RuntimeFault(
                            RuntimeFault.Kind.KERNEL, "drive", "arguments of more than " + memory.capacity(), 0);
                }
                ByteBuffer chunk = memory.slice(used, size).order(ByteOrder.LITTLE_ENDIAN);
                chunk.put(0, new byte[size]);
                used += size;
                return chunk;
            }

            @Override
            public long address(ByteBuffer chunk) {
                return result() + DrivenTape.RESULT_BYTES + used - chunk.capacity();
            }

            @Override
            public void release(List<ByteBuffer> chunks) {
                used -= chunks.stream().mapToInt(ByteBuffer::capacity).sum();
            }
        });
    }

    @Override
    public Arch arch() {
        return arch;
    }
}
