package io.minik.agent.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.criapi.StreamingUrls.Streams;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Clients of exec and port-forward that say much and hear nothing. */
class HostileStreamsTest {
    /** A wire in memory, whose other end reads or does not. */
    private static final class Held implements SpdyCarrier {
        private final EmbeddedChannel client = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
        private Consumer<Buffer> data = unheard -> {};
        private Runnable gone = () -> {};
        private boolean full;
        private boolean closed;
        private int written;

        void say(Object frame) {
            client.writeOutbound(frame);
            for (ByteBuf bytes = client.readOutbound(); bytes != null; bytes = client.readOutbound()) {
                byte[] content = new byte[bytes.readableBytes()];
                bytes.readBytes(content);
                bytes.release();
                data.accept(Buffer.buffer(content));
            }
        }

        void open(int id, String type, String request) {
            DefaultSpdySynStreamFrame frame = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
            frame.headers().add("streamtype", type);
            frame.headers().add("requestid", request);
            frame.headers().add("port", "80");
            say(frame);
        }

        @Override
        public Future<Void> write(Buffer bytes) {
            written++;
            return Future.succeededFuture();
        }

        @Override
        public boolean full() {
            return full;
        }

        @Override
        public void onDrain(Runnable action) {}

        @Override
        public void onData(Consumer<Buffer> handler) {
            data = handler;
        }

        @Override
        public void onClose(Runnable action) {
            gone = action;
        }

        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public Future<Void> close() {
            closed = true;
            gone.run();
            return Future.succeededFuture();
        }
    }

    private final Held wire = new Held();
    private final List<SpdyStream> opened = new ArrayList<>();

    private SpdySession session() {
        SpdySession session = new SpdySession(wire, opened::add);
        session.start();
        return session;
    }

    @Test
    void pingsOfWhoReadsAreAnswered() {
        session();
        for (int i = 1; i < 10_000; i += 2) {
            wire.say(new DefaultSpdyPingFrame(i));
        }
        assertThat(wire.written).isEqualTo(5_000);
        assertThat(wire.closed).isFalse();
    }

    @Test
    void pingsOfWhoDoesNotReadEndTheSession() {
        session();
        wire.full = true;
        for (int i = 1; i < 10_000; i += 2) {
            wire.say(new DefaultSpdyPingFrame(i));
        }
        assertThat(wire.closed).isTrue();
        assertThat(wire.written).isLessThan(1_100);
    }

    @Test
    void soDoStreamsThatAreOpenedAndReset() {
        session();
        wire.full = true;
        for (int i = 1; i < 10_000; i += 2) {
            wire.open(i, "data", "r" + i);
            wire.say(new DefaultSpdyRstStreamFrame(i, SpdyStreamStatus.CANCEL));
        }
        assertThat(wire.closed).isTrue();
        assertThat(wire.written).isLessThan(1_100);
    }

    @Test
    void whatNobodyListensToIsKeptToOneLimit() {
        SpdySession session = session();
        byte[] chunk = new byte[32 * 1024];
        for (int id = 1; id < 200; id += 2) {
            wire.open(id, "data", "r" + id);
            wire.say(new DefaultSpdyDataFrame(id, io.netty.buffer.Unpooled.wrappedBuffer(chunk)));
        }
        int[] kept = {0};
        opened.forEach(stream -> stream.listen(data -> kept[0] += data.length(), () -> {}, () -> {}));
        assertThat(kept[0]).isBetween(chunk.length, 1 << 20);
        assertThat(session.full()).isFalse();
    }

    @Test
    void aStreamWhoseSiblingNeverComesIsForgottenWithItsReset() {
        PortForward forward = new PortForward("pod", port -> Future.failedFuture("refused"));
        forward.serve(wire);
        for (int i = 1; i < 20_000; i += 2) {
            wire.open(i, "data", "r" + i);
            wire.say(new DefaultSpdyRstStreamFrame(i, SpdyStreamStatus.CANCEL));
        }
        assertThat(forward.waiting()).isZero();
        wire.open(20_001, "data", "last");
        assertThat(forward.waiting()).isOne();
        wire.open(20_003, "error", "last");
        assertThat(forward.waiting()).isZero();
        assertThat(wire.closed).isFalse();
    }

    @Test
    void bytesThatAreNoSpdyEndTheSession() {
        session();
        wire.data.accept(
                Buffer.buffer(new byte[] {(byte) 0x80, 3, 0, 1, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2}));
        wire.data.accept(Buffer.buffer("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100)));
        wire.say(new DefaultSpdyPingFrame(1));
        assertThat(wire.written).isLessThan(3);
    }

    @Test
    void onlyTheStreamsThatWereAskedForCount() {
        SpdyStreams streams = new SpdyStreams(wire, "v4.channel.k8s.io", new Streams(false, true, true, false));
        Future<RemoteStreams> ready = streams.start();
        for (int i = 1; i < 1_000; i += 2) {
            wire.open(i, "odd" + i, "");
        }
        assertThat(ready.isComplete()).isFalse();
        wire.open(1_001, "error", "");
        wire.open(1_003, "stdout", "");
        wire.open(1_005, "stderr", "");
        assertThat(ready.succeeded()).isTrue();
    }
}
