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
        int at = 0;
        while (pending.length() - at >= 2 && pending.length() - at - 2 >= pending.getUnsignedShort(at)) {
            int end = at + 2 + pending.getUnsignedShort(at);
            sink.accept(pending.getBytes(at + 2, end));
            at = end;
        }
        if (at > 0) {
            // Once for all of them: thousands of empty messages come in one piece.
            pending = pending.getBuffer(at, pending.length()).copy();
        }
    }

    static Buffer framed(byte[] message) {
        return Buffer.buffer().appendUnsignedShort(message.length).appendBytes(message);
    }
}
