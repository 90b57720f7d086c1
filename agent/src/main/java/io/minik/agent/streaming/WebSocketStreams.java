package io.minik.agent.streaming;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Remote streams as WebSocket channels: the first byte of a message is its channel (0 stdin, 1 stdout, 2 stderr, 3 error,
 * 4 resize, 255 close in v5). With the base64 protocols messages are text and the channel is a digit.
 */
final class WebSocketStreams implements RemoteStreams {
    /** Newest first; a client's own order decides. */
    static final List<String> PROTOCOLS = List.of(
            "v5.channel.k8s.io",
            "v4.channel.k8s.io",
            "v4.base64.channel.k8s.io",
            "channel.k8s.io",
            "base64.channel.k8s.io");

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;
    private static final int CLOSE = 255;
    private static final short NORMAL_CLOSURE = 1000;
    private static final short INVALID_DATA = 1007;
    /** Output is cut so that a message fits every client's buffer. */
    private static final int MOST_MESSAGE_BYTES = 32 * 1024;

    private final ServerWebSocket socket;
    private final boolean base64;
    private final boolean structuredErrors;
    private final Drains drains = new Drains();
    /** Typed ahead while a command starts; beyond this the client waits. */
    private static final int MOST_EARLY_BYTES = 64 * 1024;

    private final List<Buffer> early = new ArrayList<>();
    private int earlyBytes;
    private Consumer<Buffer> stdin;
    private Runnable stdinEnd = () -> {};
    private boolean stdinEnded;
    private BiConsumer<Integer, Integer> resize = (columns, rows) -> {};
    /** A client tells its size at once, before the process is there. */
    private Optional<JsonNode> lastSize = Optional.empty();

    /**
     * @param wantsStdin false: what the client types all the same is for nobody
     * @param wantsStdout false: only stderr, or nothing, is sent
     */
    WebSocketStreams(ServerWebSocket socket, boolean wantsStdin, boolean wantsStdout) {
        this.socket = socket;
        this.stdin = wantsStdin ? this::keep : unwanted -> {};
        String protocol = socket.subProtocol() == null ? "" : socket.subProtocol();
        this.base64 = protocol.contains("base64");
        this.structuredErrors = protocol.startsWith("v4.") || protocol.startsWith("v5.");
        socket.drainHandler(ignored -> drains.run());
        socket.binaryMessageHandler(this::message);
        socket.textMessageHandler(text -> text(text));
        // The first word is ours: it tells the client that the streams are there.
        send(wantsStdout ? STDOUT : ERROR, Buffer.buffer()).onFailure(error -> Unheard.note(socket.close()));
    }

    private void keep(Buffer data) {
        early.add(data);
        earlyBytes += data.length();
        if (earlyBytes > MOST_EARLY_BYTES) {
            socket.pause();
        }
    }

    private void text(String text) {
        if (text.isEmpty()) {
            return;
        }
        byte[] content;
        try {
            content = base64
                    ? Base64.getDecoder().decode(text.substring(1))
                    : text.substring(1).getBytes(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            Unheard.note(socket.close(INVALID_DATA, "a text message must be base64"));
            return;
        }
        receive(text.charAt(0) - '0', Buffer.buffer(content));
    }

    private void message(Buffer message) {
        if (message.length() > 0) {
            receive(message.getUnsignedByte(0), message.slice(1, message.length()));
        }
    }

    private void receive(int channel, Buffer data) {
        switch (channel) {
            case STDIN -> {
                if (data.length() > 0 && !stdinEnded) {
                    stdin.accept(data);
                }
            }
            case RESIZE -> size(data);
            case CLOSE -> {
                if (data.length() > 0 && data.getUnsignedByte(0) == STDIN && !stdinEnded) {
                    stdinEnded = true;
                    stdinEnd.run();
                }
            }
            default -> {}
        }
    }

    private void size(Buffer data) {
        try {
            JsonNode size = Json.parse(data.getBytes());
            lastSize = Optional.of(size);
            resize.accept(Json.intOr(0, size, "Width"), Json.intOr(0, size, "Height"));
        } catch (IllegalArgumentException e) {
            Unheard.note(socket.close(INVALID_DATA, "a resize message must be JSON"));
        }
    }

    private Future<Void> send(int channel, Buffer data) {
        if (socket.isClosed()) {
            return Future.failedFuture("the client is gone");
        }
        if (base64) {
            return socket.writeTextMessage(channel + Base64.getEncoder().encodeToString(data.getBytes()));
        }
        Future<Void> last = Future.succeededFuture();
        int from = 0;
        do {
            int to = Math.min(data.length(), from + MOST_MESSAGE_BYTES);
            last = socket.writeBinaryMessage(
                    Buffer.buffer(to - from + 1).appendByte((byte) channel).appendBuffer(data, from, to - from));
            from = to;
        } while (from < data.length());
        return last;
    }

    private final class Channel implements Outlet {
        private final int number;

        Channel(int number) {
            this.number = number;
        }

        @Override
        public Future<Void> write(Buffer data) {
            return send(number, data);
        }

        @Override
        public boolean full() {
            return socket.writeQueueFull();
        }

        @Override
        public void onDrain(Runnable action) {
            drains.add(action);
        }

        @Override
        public void end() {}
    }

    @Override
    public Outlet stdout() {
        return new Channel(STDOUT);
    }

    @Override
    public Outlet stderr() {
        return new Channel(STDERR);
    }

    @Override
    public void onStdin(Consumer<Buffer> data, Runnable end) {
        stdin = data;
        stdinEnd = end;
        early.forEach(data);
        early.clear();
        if (earlyBytes > MOST_EARLY_BYTES) {
            socket.resume();
        }
        if (stdinEnded) {
            end.run();
        }
    }

    @Override
    public void pauseStdin() {
        socket.pause();
    }

    @Override
    public void resumeStdin() {
        socket.resume();
    }

    @Override
    public void onResize(BiConsumer<Integer, Integer> action) {
        resize = action;
        lastSize.ifPresent(size -> action.accept(Json.intOr(0, size, "Width"), Json.intOr(0, size, "Height")));
    }

    @Override
    public void onClose(Runnable action) {
        socket.closeHandler(ignored -> action.run());
    }

    @Override
    public Future<Void> finish(Buffer status) {
        // Clients of the first protocols read plain text, and nothing means success.
        Buffer said = structuredErrors ? status : Buffer.buffer(Json.text(Json.parse(status.getBytes()), "message"));
        return send(ERROR, said)
                .transform(sent -> socket.isClosed() ? Future.succeededFuture() : socket.close(NORMAL_CLOSURE));
    }
}
