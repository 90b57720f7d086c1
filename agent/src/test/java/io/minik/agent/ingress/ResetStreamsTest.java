package io.minik.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of HTTP/2 whose streams or connections are gone before their turn has come: none stays under way. */
class ResetStreamsTest {
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    /** Of one connection at once, below what ends it. */
    private static final int STREAMS = 90;

    private static final int CONNECTIONS = 30;

    /** GET https://x/. */
    private static final byte[] ASK = {(byte) 0x82, (byte) 0x87, (byte) 0x84, 0x41, 1, 'x'};

    private static void frame(Buffer out, int type, int flags, int stream, byte... payload) {
        out.appendMedium(payload.length)
                .appendByte((byte) type)
                .appendByte((byte) flags)
                .appendInt(stream)
                .appendBytes(payload);
    }

    private static Buffer flood(boolean reset) {
        Buffer out =
                Buffer.buffer().appendBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(out, SETTINGS, 0, 0);
        for (int stream = 1; stream < 2 * STREAMS; stream += 2) {
            frame(out, HEADERS, END_STREAM | END_HEADERS, stream, ASK);
            if (reset) {
                frame(out, RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) 8);
            }
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void areForgotten(boolean reset) throws Exception {
        try (LivePath path = new LivePath();
                RawBackend backend = RawBackend.answering();
                RawClient other = path.to(backend.endpoint()).client()) {
            NetClient client = path.vertx()
                    .createNetClient(new NetClientOptions()
                            .setSsl(true)
                            .setTrustAll(true)
                            .setHostnameVerificationAlgorithm("")
                            .setUseAlpn(true)
                            .setApplicationLayerProtocols(List.of("h2")));
            for (int i = 0; i < CONNECTIONS; i++) {
                NetSocket socket = LivePath.await(client.connect(path.tls, "127.0.0.1"));
                LivePath.await(socket.write(flood(reset)));
                LivePath.await(socket.close());
            }
            Eventually.holds(path.figures::text, figures -> assertThat(figures)
                    .contains("minik_ingress_requests_under_way 0\n"));
            other.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").until("ok");
        }
    }
}
