package io.minik.runtime.sys;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Bump-allocated memory for the arguments of a few system calls; zeroed; valid until closed. Not for sharing between threads. */
public final class Arena implements AutoCloseable {
    /** Holds the arguments of nearly every call in one piece. */
    private static final int CHUNK_BYTES = 4096;

    private static final int ALIGNMENT = 16;

    private final Memory memory;
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private long base;
    private int used;

    /** Where an arena's chunks come from. */
    public interface Memory {
        /** A zeroed chunk in native order, of that size or more. */
        ByteBuffer chunk(int bytes);

        /** Of the chunk that was made last. */
        long address(ByteBuffer chunk);

        /** No call uses the chunks any more. */
        void release(List<ByteBuffer> chunks);
    }

    public Arena(Memory memory) {
        this.memory = memory;
    }

    /** Memory of this process. */
    Arena(ToLongFunction<ByteBuffer> addressOf) {
        this(new Memory() {
            @Override
            public ByteBuffer chunk(int bytes) {
                return ByteBuffer.allocateDirect(Math.max(CHUNK_BYTES, bytes)).order(ByteOrder.nativeOrder());
            }

            @Override
            public long address(ByteBuffer chunk) {
                return addressOf.applyAsLong(chunk);
            }

            @Override
            public void release(List<ByteBuffer> chunks) {
                // The memory is the collector's; it must only not go before the last call that uses it.
                chunks.forEach(Reference::reachabilityFence);
            }
        });
    }

    /** A zeroed piece; its buffer has native order, position 0 and the asked-for limit. */
    public Block allocate(int bytes) {
        int rounded = Math.max(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        ByteBuffer chunk = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
        if (chunk == null || chunk.capacity() - used < rounded) {
            chunk = memory.chunk(rounded);
            chunks.add(chunk);
            base = memory.address(chunk);
            used = 0;
        }
        ByteBuffer piece = chunk.slice(used, bytes).order(ByteOrder.nativeOrder());
        long address = base + used;
        used += rounded;
        return new Block(address, piece);
    }

    public Block bytes(byte[] content) {
        Block block = allocate(content.length);
        block.bytes().put(0, content);
        return block;
    }

    /** A C string. */
    public long string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        Block block = allocate(utf8.length + 1);
        block.bytes().put(0, utf8);
        return block.address();
    }

    /** A null-terminated array of C strings. */
    public long strings(List<String> texts) {
        Block array = allocate(8 * (texts.size() + 1));
        for (int i = 0; i < texts.size(); i++) {
            array.bytes().putLong(8 * i, string(texts.get(i)));
        }
        return array.address();
    }

    @Override
    public void close() {
        memory.release(chunks);
        chunks.clear();
    }

    /** @param bytes a view of the memory at the address, in native order */
    public record Block(long address, ByteBuffer bytes) {
        public byte[] copy(int length) {
            byte[] out = new byte[length];
            bytes.get(0, out);
            return out;
        }
    }
}
