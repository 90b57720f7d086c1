package io.minik.agent.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyGoAwayFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyGoAwayFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySessionStatus;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One side of a SPDY/3.1 session, as far as Kubernetes uses it: mostly the server's, where clients open the streams and we answer.
 * The others keep no flow-control windows, so neither do we: a stream that can't take more stops the whole wire. On the
 * agent's context.
 */
final class SpdySession {
    private static final Logger log = LoggerFactory.getLogger(SpdySession.class);
    private static final int MOST_CHUNK_BYTES = 64 * 1024;
    private static final int MOST_HEADER_BYTES = 16 * 1024;
    private static final int COMPRESSION_LEVEL = 6;
    private static final int WINDOW_BITS = 15;
    private static final int MEMORY_LEVEL = 8;
    /** A kubectl has a handful; a browser of ports some dozens. */
    private static final int MOST_STREAMS = 1024;

    /** A client may type ahead while a command starts: on all its streams together. */
    private static final int MOST_EARLY_BYTES = 1 << 20;
    /** Answers to pings and to streams that a client may owe us the reading of. */
    private static final int MOST_UNREAD_ANSWERS = 1_000;

    private final SpdyCarrier wire;
    private final Consumer<SpdyStream> opened;
    private final EmbeddedChannel codec = new EmbeddedChannel(new SpdyFrameCodec(
            SpdyVersion.SPDY_3_1, MOST_CHUNK_BYTES, MOST_HEADER_BYTES, COMPRESSION_LEVEL, WINDOW_BITS, MEMORY_LEVEL));
    private final Map<Integer, SpdyStream> streams = new HashMap<>();
    private Runnable closed = () -> {};
    /** A client's streams have odd numbers. */
    private int nextId = 1;

    private int paused;
    private int earlyBytes;
    private int unread;
    private boolean over;

    SpdySession(SpdyCarrier wire, Consumer<SpdyStream> opened) {
        this.wire = wire;
        this.opened = opened;
    }

    void start() {
        wire.onClose(this::gone);
        wire.onData(this::received);
    }

    void onClose(Runnable action) {
        closed = action;
    }

    private void received(Buffer data) {
        if (over) {
            return;
        }
        List<Object> frames = new ArrayList<>();
        try {
            codec.writeInbound(Unpooled.wrappedBuffer(data.getBytes()));
            for (Object frame = codec.readInbound(); frame != null; frame = codec.readInbound()) {
                frames.add(frame);
            }
        } catch (Exception unreadable) {
            log.atDebug().addKeyValue("err", unreadable.toString()).log("a client does not speak SPDY");
            frames.forEach(ReferenceCountUtil::release);
            cut();
            return;
        }
        frames.forEach(this::handle);
    }

    boolean mayKeep(int bytes) {
        earlyBytes += bytes;
        return earlyBytes <= MOST_EARLY_BYTES;
    }

    /** An answer that the client may be made to wait for, but not we for the client. */
    private void answer(Object frame) {
        unread = wire.full() ? unread + 1 : 0;
        if (unread > MOST_UNREAD_ANSWERS) {
            log.atDebug().log("a SPDY client asks and does not read");
            cut();
        } else {
            Unheard.note(send(frame));
        }
    }

    private void cut() {
        Unheard.note(wire.close());
        gone();
    }

    private void handle(Object frame) {
        if (frame instanceof SpdySynStreamFrame syn) {
            open(syn);
        } else if (frame instanceof SpdyDataFrame data) {
            Buffer content = copy(data.content());
            data.release();
            SpdyStream stream = streams.get(data.streamId());
            if (stream != null) {
                stream.received(content, data.isLast());
            }
        } else if (frame instanceof SpdyPingFrame ping) {
            // Even ids are answers to pings of ours, and we send none.
            answer(ping);
        } else if (frame instanceof SpdyRstStreamFrame reset) {
            SpdyStream stream = streams.remove(reset.streamId());
            if (stream != null) {
                stream.wasReset();
            }
        } else if (frame instanceof SpdyGoAwayFrame) {
            log.atDebug().log("a SPDY client says good-bye");
        }
    }

    private void open(SpdySynStreamFrame syn) {
        if (syn.isInvalid() || syn.isTruncated() || streams.size() >= MOST_STREAMS) {
            answer(new DefaultSpdyRstStreamFrame(syn.streamId(), SpdyStreamStatus.REFUSED_STREAM));
            return;
        }
        Map<String, String> headers = new HashMap<>();
        syn.headers()
                .forEach(header -> headers.put(
                        header.getKey().toString().toLowerCase(Locale.ROOT),
                        header.getValue().toString()));
        SpdyStream stream = new SpdyStream(this, syn.streamId(), headers);
        streams.put(syn.streamId(), stream);
        // Never without a header: the codec then leaves the whole block out, and clients break off.
        DefaultSpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(syn.streamId());
        reply.headers().add(":status", "200");
        reply.headers().add(":version", "HTTP/1.1");
        answer(reply);
        if (syn.isLast()) {
            stream.received(Buffer.buffer(), true);
        }
        opened.accept(stream);
    }

    /** Opens a stream of ours, where we are the client: a runtime's. @param headers by names in lower case */
    SpdyStream open(Map<String, String> headers) {
        int id = nextId;
        nextId += 2;
        SpdyStream stream = new SpdyStream(this, id, headers);
        streams.put(id, stream);
        DefaultSpdySynStreamFrame syn = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
        headers.forEach((name, value) -> syn.headers().add(name, value));
        Unheard.note(send(syn));
        return stream;
    }

    // ---- for the streams

    Future<Void> data(int stream, Buffer data, boolean last) {
        ByteBuf content = Unpooled.wrappedBuffer(data.getBytes());
        return send(new DefaultSpdyDataFrame(stream, content).setLast(last));
    }

    void reset(int stream) {
        streams.remove(stream);
        Unheard.note(send(new DefaultSpdyRstStreamFrame(stream, SpdyStreamStatus.CANCEL)));
    }

    void forget(int stream) {
        streams.remove(stream);
    }

    boolean full() {
        return wire.full();
    }

    void onDrain(Runnable action) {
        wire.onDrain(action);
    }

    void pause() {
        if (paused++ == 0) {
            wire.pause();
        }
    }

    void resume() {
        if (--paused == 0) {
            wire.resume();
        }
    }

    private Future<Void> send(Object frame) {
        if (over) {
            return Future.failedFuture("the client is gone");
        }
        codec.writeOutbound(frame);
        Future<Void> last = Future.succeededFuture();
        for (@Nullable ByteBuf bytes = codec.readOutbound(); bytes != null; bytes = codec.readOutbound()) {
            Buffer out = copy(bytes);
            bytes.release();
            last = wire.write(out);
        }
        return last;
    }

    private static Buffer copy(ByteBuf bytes) {
        byte[] content = new byte[bytes.readableBytes()];
        bytes.getBytes(bytes.readerIndex(), content);
        return Buffer.buffer(content);
    }

    Future<Void> close() {
        if (over) {
            return Future.succeededFuture();
        }
        return send(new DefaultSpdyGoAwayFrame(0, SpdySessionStatus.OK)).transform(sent -> wire.close());
    }

    private void gone() {
        if (over) {
            return;
        }
        over = true;
        try {
            codec.finishAndReleaseAll();
        } catch (Exception unreadable) {
            log.atDebug().addKeyValue("err", unreadable.toString()).log("a client's last bytes were no SPDY");
        }
        List.copyOf(streams.values()).forEach(SpdyStream::wasReset);
        streams.clear();
        closed.run();
    }
}
