package io.minik.agent.streaming;

import io.minik.runtime.cri.Connection;
import io.minik.runtime.cri.Session;
import io.minik.runtime.criapi.StreamDialer;
import io.minik.runtime.criapi.StreamingUrls.Streams;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Follows the URLs of another runtime's streaming server, by SPDY: the one way that all runtimes and all their versions have. */
public final class StreamClient implements StreamDialer {
    private static final String SWITCHING_PROTOCOLS = "HTTP/1.1 101 ";

    private static final int MOST_HEAD_BYTES = 16 * 1024;
    /** Its errors are structured; the next one only says how a WebSocket's stdin ends, which SPDY has by itself. */
    private static final String PROTOCOL = "v4.channel.k8s.io";

    private static final int CONNECT_MILLIS = 30_000;

    private final Vertx vertx;
    private final NetClient client;

    public StreamClient(Vertx vertx) {
        this.vertx = vertx;
        this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS));
    }

    private Future<SpdySession> open(String url, String protocol) {
        URI at = URI.create(url);
        String head = "POST " + at.getRawPath() + " HTTP/1.1\r\nHost: " + at.getAuthority()
                + "\r\nConnection: Upgrade\r\nUpgrade: " + Upgrades.SPDY + "\r\n" + Upgrades.VERSION_HEADER + ": "
                + protocol
                + "\r\nContent-Length: 0\r\n\r\n";
        Promise<SpdySession> done = Promise.promise();
        vertx.getOrCreateContext().runOnContext(now -> client.connect(at.getPort(), at.getHost())
                .onSuccess(socket -> {
                    upgrade(socket, done);
                    socket.write(head).onFailure(done::tryFail);
                })
                .onFailure(done::tryFail));
        return done.future();
    }

    /** Reads the answer's head; what follows is SPDY's. */
    private static void upgrade(NetSocket socket, Promise<SpdySession> done) {
        Buffer head = Buffer.buffer();
        socket.closeHandler(closed -> done.tryFail("the runtime's streaming server has closed the connection"));
        socket.handler(part -> {
            head.appendBuffer(part);
            String text = head.toString(StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0 && text.startsWith(SWITCHING_PROTOCOLS)) {
                // Nothing comes before our first stream.
                SpdySession session = new SpdySession(SpdyCarrier.of(socket), SpdyStream::ignore);
                session.start();
                done.tryComplete(session);
            } else if (end >= 0 || head.length() > MOST_HEAD_BYTES) {
                done.tryFail("the runtime's streaming server answers "
                        + text.lines().findFirst().orElse(""));
                Unheard.note(socket.close());
            }
        });
    }

    @Override
    public Future<Session> session(String url, Streams streams) {
        return open(url, PROTOCOL).map(session -> new RemoteSession(session, streams));
    }

    @Override
    public Future<Connection> connect(String url, int port) {
        return open(url, Upgrades.PORT_FORWARD).map(session -> {
            SpdyStream error = session.open(header("error", port));
            SpdyStream data = session.open(header("data", port));
            error.end();
            Runnable close = () -> Unheard.note(session.close());
            error.listen(why -> close.run(), () -> {}, () -> {});
            SpdyReadStream in = new SpdyReadStream(Optional.of(data));
            session.onClose(in::broken);
            return new Connection(in, new SpdyWriteStream(Optional.of(data)), close);
        });
    }

    private static Map<String, String> header(String type, int port) {
        return Map.of("streamtype", type, "port", Integer.toString(port), "requestid", "0");
    }

    public Future<Void> close() {
        return client.close();
    }

    static Buffer size(int columns, int rows) {
        return Buffer.buffer("{\"Width\":" + columns + ",\"Height\":" + rows + "}\n");
    }
}
