package io.minik.ground.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameSizePolicy;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AttributeKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What many streams of one HTTP/2 connection say in one turn of its loop, as one run of DATA frames (RFC 9113, 6.1): they are
 * written behind each other into one buffer, which TLS then takes as a whole. Windows are those of Netty's flow control: what fits
 * them is framed at once and counted off, the rest waits there in its order. All on the connection's loop.
 *
 * <pre>
 *   Stream.write -- nothing waits, the windows have room --> frames -> one buffer | the turn's end: -> TLS -> socket
 *        └- else: waits in flow control -- the client gives windows back --> frames ┘
 * </pre>
 */
public final class JoinedStreams {
    private static final AttributeKey<JoinedStreams> KEY = AttributeKey.valueOf(JoinedStreams.class, "of");

    private static final int FRAME_HEADER_BYTES = 9;

    /** Handed on at once: what a channel takes before it says that it is full. */
    private static final int RUN_BYTES = 64 * 1024;

    private final Http2Connection connection;
    private final Http2RemoteFlowController windows;
    private final Http2FrameSizePolicy sizes;
    private final ChannelHandlerContext context;
    private @Nullable ByteBuf run;
    /** Written last, and as Netty has it: many streams say the same in one turn. */
    private @Nullable Buffer latest;

    private ByteBuf latestBytes = Unpooled.EMPTY_BUFFER;
    private boolean joining;
    private boolean flushing;

    private JoinedStreams(Http2ConnectionHandler http2, ChannelHandlerContext context) {
        this.connection = http2.connection();
        this.windows = http2.encoder().flowController();
        this.sizes = http2.encoder().frameWriter().configuration().frameSizePolicy();
        this.context = context;
    }

    /** Those of a connection; empty if it does not speak HTTP/2. */
    public static Optional<JoinedStreams> of(HttpConnection connection) {
        if (!(connection instanceof ConnectionBase internal)) {
            return Optional.empty();
        }
        ChannelHandlerContext last = internal.channelHandlerContext();
        JoinedStreams known = last.channel().attr(KEY).get();
        if (known == null) {
            ChannelHandlerContext context = last.pipeline().context(Http2ConnectionHandler.class);
            if (context == null) {
                return Optional.empty();
            }
            known = new JoinedStreams((Http2ConnectionHandler) context.handler(), context);
            last.channel().attr(KEY).set(known);
        }
        return Optional.of(known);
    }

    /** One whose headers are written. */
    public Stream stream(int id) {
        return new Stream(id);
    }

    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            context.executor().execute(this::flush);
        }
    }

    private void flush() {
        flushing = false;
        latest = null;
        latestBytes = Unpooled.EMPTY_BUFFER;
        joining = true;
        try {
            // What others end is in flow control, behind what was framed at once.
            handOn();
            windows.writePendingBytes();
        } catch (Http2Exception e) {
            context.fireExceptionCaught(e);
        } finally {
            joining = false;
            handOn();
        }
        context.flush();
    }

    /**
     * Counts bytes off the stream's window and the connection's, if they have that much room and nobody waits for it. Netty's flow
     * control knows no other word for it than a window that grows by less than nothing.
     */
    private boolean take(Http2Stream stream, int bytes) {
        Http2Stream whole = connection.connectionStream();
        if (bytes > sizes.maxFrameSize()
                || windows.hasFlowControlled(stream)
                || windows.windowSize(stream) < bytes
                || windows.windowSize(whole) < bytes
                || !context.channel().isWritable()) {
            return false;
        }
        try {
            windows.incrementWindowSize(stream, -bytes);
            windows.incrementWindowSize(whole, -bytes);
        } catch (Http2Exception e) {
            throw new IllegalStateException("a window could not be taken from", e);
        }
        return true;
    }

    /** Room for some bytes in the present run. */
    private ByteBuf room(int bytes) {
        ByteBuf present = run;
        if (present != null && present.writableBytes() < bytes) {
            handOn();
            present = null;
        }
        if (present == null) {
            present = context.alloc().directBuffer(joining || flushing ? Math.max(RUN_BYTES, bytes) : bytes);
            run = present;
        }
        return present;
    }

    @SuppressWarnings(
            "ReferenceEquality") // The very same buffer is meant: comparing bytes would cost what this spares.
    private ByteBuf bytes(Buffer piece) {
        if (latest != piece) {
            latest = piece;
            latestBytes = ((BufferInternal) piece).getByteBuf();
        }
        return latestBytes;
    }

    private void handOn() {
        ByteBuf present = run;
        run = null;
        if (present != null) {
            context.write(present, context.voidPromise());
        }
    }

    /** One stream of the connection. */
    public final class Stream {
        private final int id;
        private int waitingBytes;
        private boolean gone;
        private Optional<Runnable> onDrained = Optional.empty();

        private Stream(int id) {
            this.id = id;
        }

        /**
         * Writes behind what was written before.
         *
         * @param piece is only read, so that many streams can share it
         * @return false if the client is gone
         */
        public boolean write(Buffer piece) {
            return write(bytes(piece));
        }

        private boolean write(ByteBuf piece) {
            Http2Stream stream = connection.stream(id);
            if (gone || stream == null || !stream.state().localSideOpen()) {
                return false;
            }
            int bytes = piece.readableBytes();
            if (bytes > 0 && take(stream, bytes)) {
                flushSoon();
                frame(piece, piece.readerIndex(), bytes);
            } else if (bytes > 0) {
                waitingBytes += bytes;
                windows.addFlowControlled(stream, new Piece(this, piece));
                flushSoon();
            }
            return !gone;
        }

        /** Comes before whatever another writer of the connection says on this stream: its end, or that it is broken off. */
        public void handOn() {
            JoinedStreams.this.handOn();
        }

        /** Bytes that wait for the client's windows or for the network. */
        public int waitingBytes() {
            return waitingBytes;
        }

        /** @param action told once: when nothing waits any more, or nothing will be written any more */
        public void onDrained(Runnable action) {
            onDrained = Optional.of(action);
        }

        private void frame(ByteBuf piece, int at, int length) {
            ByteBuf out = room(FRAME_HEADER_BYTES + length);
            // Length (24 bits), type (8), flags (8, none) and the stream (32), nine bytes in two strokes.
            out.writeLong((long) length << 40 | (long) Http2FrameTypes.DATA << 32 | id >>> 8)
                    .writeByte(id);
            if (piece.hasArray()) {
                // Between two buffers Netty makes a view of each for every copy.
                out.writeBytes(piece.array(), piece.arrayOffset() + at, length);
            } else {
                out.writeBytes(piece, at, length);
            }
        }

        private void complete() {
            if (waitingBytes == 0) {
                drained();
            }
        }

        private void lost() {
            gone = true;
            waitingBytes = 0;
            drained();
        }

        /** Behind what flow control is about to do: who is told writes more. */
        private void drained() {
            onDrained.ifPresent(context.executor()::execute);
            onDrained = Optional.empty();
        }
    }

    /** What flow control knows of: something that a stream said, as far as it is not written. */
    private final class Piece implements Http2RemoteFlowController.FlowControlled {
        private final Stream stream;
        private final ByteBuf bytes;
        private int at;

        Piece(Stream stream, ByteBuf bytes) {
            this.stream = stream;
            this.bytes = bytes;
            this.at = bytes.readerIndex();
        }

        @Override
        public int size() {
            return bytes.writerIndex() - at;
        }

        @Override
        public void write(ChannelHandlerContext unused, int allowed) {
            int end = at + Math.min(allowed, size());
            int most = sizes.maxFrameSize();
            while (at < end) {
                int part = Math.min(end - at, most);
                stream.frame(bytes, at, part);
                at += part;
                stream.waitingBytes -= part;
            }
            if (!joining) {
                handOn();
            }
        }

        @Override
        public boolean merge(ChannelHandlerContext unused, Http2RemoteFlowController.FlowControlled next) {
            return false;
        }

        @Override
        public void writeComplete() {
            stream.complete();
        }

        @Override
        public void error(ChannelHandlerContext unused, Throwable cause) {
            stream.lost();
        }
    }
}
