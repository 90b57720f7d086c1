package io.minik.agent.dns;

import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;

/** DNS over TCP: messages with their length in front. One connection, one loop. */
final class Framing {
    private final Consumer<byte[]> sink;
    /** At most one message and what came with it: the length field bounds it to 64 KiB. */
    private Buffer pending = Buffer.buffer();

    Framing(Consumer<byte[]> sink) {
        this.sink = sink;
    }

    void received(Buffer bytes) {
        pending.appendBuffer(bytes);
        while (pending.length() >= 2 && pending.length() - 2 >= pending.getUnsignedShort(0)) {
            int end = 2 + pending.getUnsignedShort(0);
            byte[] message = pending.getBytes(2, end);
            pending = pending.getBuffer(end, pending.length()).copy();
            sink.accept(message);
        }
    }

    static Buffer framed(byte[] message) {
        return Buffer.buffer().appendUnsignedShort(message.length).appendBytes(message);
    }
}
