package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.schema.Format;
import io.minik.ground.net.JoinedStreams;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a watch's events go out on. On the request's context. */
interface WatchWire {
    /** Says that the watch has begun; before this, an error can still be an answer. */
    Future<Void> open();

    /** @param events in order, each a whole frame */
    Future<Void> write(List<Buffer> events);

    boolean full();

    void onDrain(Runnable action);

    /** The client is gone. May be heard before {@link #open}. */
    void onClose(Runnable action);

    boolean closed();

    Future<Void> end();

    /** Ends it at once, for a client that does not read: nothing more can be said. */
    void cut();

    static WatchWire of(HttpExchange wire, MediaType type) {
        return wire.asksForWebSocket() ? new Messages(wire, type) : new Lines(wire.request(), type);
    }

    /** Waits for a client that reads slower than events come: as much as Vert.x keeps of an answer. */
    int MOST_WAITING_BYTES = 64 * 1024;

    /** A response that does not end: an object a line, or a frame of protobuf. In HTTP/2, those of a connection share what they are written with. */
    final class Lines implements WatchWire {
        private static final Future<Void> WRITTEN = Future.succeededFuture();
        private static final Future<Void> GONE = Future.failedFuture("the client is gone");

        private final HttpServerRequest request;
        private final HttpServerResponse response;
        private final MediaType type;
        /** In HTTP/2, once the head is written. */
        private JoinedStreams.@Nullable Stream joined;

        Lines(HttpServerRequest request, MediaType type) {
            this.request = request;
            this.type = type;
            this.response = request.response();
        }

        @Override
        public Future<Void> open() {
            response.setChunked(true)
                    .putHeader("Content-Type", type.streamType())
                    .putHeader("Cache-Control", "no-cache, private");
            return response.writeHead().onSuccess(unused -> {
                if (request.version() == HttpVersion.HTTP_2) {
                    joined = JoinedStreams.of(request.connection())
                            .map(streams -> streams.stream(request.streamId()))
                            .orElse(null);
                }
            });
        }

        @Override
        public Future<Void> write(List<Buffer> events) {
            JoinedStreams.Stream stream = joined;
            if (stream != null) {
                boolean there = true;
                for (int i = 0; i < events.size(); i++) {
                    there = stream.write(events.get(i));
                }
                return there ? WRITTEN : GONE;
            }
            if (events.size() == 1) {
                return response.write(events.get(0));
            }
            Buffer chunk = Buffer.buffer();
            events.forEach(chunk::appendBuffer);
            return response.write(chunk);
        }

        @Override
        public boolean full() {
            JoinedStreams.Stream stream = joined;
            return stream == null ? response.writeQueueFull() : stream.waitingBytes() >= MOST_WAITING_BYTES;
        }

        @Override
        public void onDrain(Runnable action) {
            JoinedStreams.Stream stream = joined;
            if (stream != null) {
                stream.onDrained(action);
            }
            response.drainHandler(unused -> action.run());
        }

        @Override
        public void onClose(Runnable action) {
            response.closeHandler(unused -> action.run());
            response.exceptionHandler(unused -> action.run());
        }

        @Override
        public boolean closed() {
            // Of a joined stream the next write says it, without the response's lock.
            return joined == null && response.closed();
        }

        @Override
        public Future<Void> end() {
            handOn();
            return response.end();
        }

        private void handOn() {
            JoinedStreams.Stream stream = joined;
            if (stream != null) {
                stream.handOn();
            }
        }

        @Override
        public void cut() {
            handOn();
            Outflow.cut(request);
        }
    }

    /** A WebSocket: an object a message, of text or, in protobuf, of bytes; what the client says is not heard. */
    final class Messages implements WatchWire {
        private final HttpExchange wire;
        private final boolean binary;
        private @Nullable ServerWebSocket socket;
        private Runnable gone = () -> {};

        Messages(HttpExchange wire, MediaType type) {
            this.wire = wire;
            this.binary = type.format() == Format.PROTOBUF;
        }

        @Override
        public Future<Void> open() {
            List<String> offered = wire.subprotocols();
            if (offered.size() > 1) {
                throw ApiException.badRequest("a watch speaks one subprotocol at most, not " + offered);
            }
            return wire.upgrade(offered.isEmpty() ? "" : offered.get(0)).map(upgraded -> {
                socket = upgraded;
                upgraded.exceptionHandler(unused -> gone.run());
                upgraded.closeHandler(unused -> gone.run());
                return null;
            });
        }

        private ServerWebSocket opened() {
            return Objects.requireNonNull(socket, "not open yet");
        }

        @Override
        public Future<Void> write(List<Buffer> events) {
            Future<Void> last = Future.succeededFuture();
            for (Buffer event : events) {
                last = binary
                        ? opened().writeBinaryMessage(ProtobufFrames.unframed(event))
                        : opened().writeTextMessage(event.toString());
            }
            return last;
        }

        @Override
        public boolean full() {
            return opened().writeQueueFull();
        }

        @Override
        public void onDrain(Runnable action) {
            opened().drainHandler(unused -> action.run());
        }

        @Override
        public void onClose(Runnable action) {
            gone = action;
        }

        @Override
        public boolean closed() {
            ServerWebSocket open = socket;
            return open != null && open.isClosed();
        }

        @Override
        public Future<Void> end() {
            return opened().close();
        }

        @Override
        public void cut() {
            wire.request().connection().close().onFailure(ProxyPipe::quietly);
        }
    }
}
