package io.minik.ground.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sockets against a server that knows who asks for /known, and nobody else. */
class ConnectionsTest {
    private static final int MOST_STRANGERS = 3;
    private static final String ASK = " HTTP/1.1\r\nHost: x\r\n\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong now = new AtomicLong();
    private final Crowd crowd = new Crowd(2, 3);
    private final Connections connections = new Connections(vertx, MOST_STRANGERS, crowd, now::get);
    private final List<Socket> sockets = new ArrayList<>();
    private final Promise<HttpServerRequest> slow = Promise.promise();
    private int port;

    @BeforeEach
    void start() throws Exception {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        // With it, plain connections are told of only when the first request is whole; with TLS there
                        // is none.
                        .setHttp2ClearTextEnabled(false)
                        .setMaxHeaderSize(4 << 20)
                        .setMaxWebSocketFrameSize(4 << 20)
                        .setMaxWebSocketMessageSize(4 << 20)
                        .setMaxInitialLineLength(4 << 20))
                .connectionHandler(connections::opened)
                .requestHandler(request -> {
                    Connections.Guard guard = connections.of(request.connection());
                    guard.begin();
                    request.response().endHandler(unused -> guard.end());
                    if (request.path().equals("/known")) {
                        guard.known();
                    }
                    String user = request.getParam("user");
                    if (user != null && !guard.isKnown() && !guard.known(user, user.equals("node") ? 0 : 1)) {
                        request.response().setStatusCode(429).end("ok").onFailure(gone -> {});
                        return;
                    }
                    if (request.path().equals("/socket")) {
                        request.toWebSocket().onSuccess(socket -> {
                            socket.handler(frame -> socket.writeTextMessage("heard " + frame.length()));
                        });
                        return;
                    }
                    if (request.path().equals("/slow")) {
                        slow.complete(request);
                    } else {
                        request.response().end("ok").onFailure(gone -> {});
                    }
                });
        port = get(server.listen(0)).actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        get(vertx.close());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Socket say(String text) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(30_000);
        sockets.add(socket);
        return say(socket, text);
    }

    private static Socket say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return socket;
    }

    private static void answered(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("ok")) {
            int next = socket.getInputStream().read();
            assertThat(next).isNotNegative();
            answer.append((char) next);
        }
        assertThat(answer).startsWith("HTTP/1.1 200");
    }

    private static boolean closed(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    private void later(int seconds) throws Exception {
        Promise<Void> swept = Promise.promise();
        // Behind what the loop has read already.
        vertx.runOnContext(unused -> swept.complete());
        get(swept.future());
        now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void theOldestStrangerMakesRoomForTheNewest() throws Exception {
        Socket known = say("GET /known" + ASK);
        answered(known);
        List<Socket> half = new ArrayList<>();
        for (int i = 0; i < MOST_STRANGERS; i++) {
            half.add(say("GET /half HTTP/1.1\r\nHost:"));
        }
        Socket next = say("GET /known" + ASK);
        answered(next);
        assertThat(closed(half.get(0))).isTrue();
        answered(say(known, "GET /known" + ASK));
        say(half.get(2), " x\r\n\r\n");
        answered(half.get(2));
    }

    private static void refused(Socket socket) throws IOException {
        assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 429");
    }

    @Test
    void aUserHasSoManyConnectionsAndWhatIsOpenGoesOn() throws Exception {
        Socket first = say("GET /?user=jane" + ASK);
        answered(first);
        answered(say("GET /?user=jane" + ASK));
        refused(say("GET /?user=jane" + ASK));
        answered(say("GET /?user=john" + ASK));
        answered(say(first, "GET /?user=jane" + ASK));
    }

    @Test
    void anAddressHasSoManyConnectionsButANodeIsNeverKeptOut() throws Exception {
        Socket first = say("GET /?user=a" + ASK);
        answered(first);
        answered(say("GET /?user=b" + ASK));
        answered(say("GET /?user=c" + ASK));
        refused(say("GET /?user=d" + ASK));
        answered(say("GET /?user=node" + ASK));
        assertThat(crowd.size()).isEqualTo(3);
    }

    @Test
    void aClosedConnectionGivesItsPlaceBack() throws Exception {
        answered(say("GET /?user=jane" + ASK));
        answered(say("GET /?user=jane" + ASK));
        later(Connections.IDLE_SECONDS + 1);
        for (Socket old : List.copyOf(sockets)) {
            assertThat(closed(old)).isTrue();
        }
        assertThat(crowd.size()).isZero();
        answered(say("GET /?user=jane" + ASK));
    }

    @Test
    void oneAddressDoesNotTakeAllPlacesOfStrangers() throws Exception {
        Connections four = new Connections(vertx, 4, crowd, now::get);
        HttpServer server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setHttp2ClearTextEnabled(false))
                .connectionHandler(four::opened)
                .requestHandler(request -> {
                    four.of(request.connection()).begin();
                    request.response().end("ok").onFailure(gone -> {});
                });
        int there = get(server.listen(0)).actualPort();
        Socket other = new Socket(InetAddress.getByName("127.0.0.1"), there, InetAddress.getByName("127.0.0.2"), 0);
        other.setSoTimeout(30_000);
        sockets.add(other);
        say(other, "GET /half HTTP/1.1\r\nHost:");
        Socket oldest = new Socket("127.0.0.1", there);
        oldest.setSoTimeout(30_000);
        sockets.add(oldest);
        for (int i = 0; i < 3; i++) {
            sockets.add(new Socket("127.0.0.1", there));
        }
        assertThat(closed(oldest)).isTrue();
        say(other, " x\r\n\r\n");
        answered(other);
    }

    @Test
    void aHeaderThatIsNotWholeInTimeEndsTheConnection() throws Exception {
        Socket half = say("GET /half HTTP/1.1\r\nHost:");
        Socket known = say("GET /known" + ASK);
        answered(known);
        later(Connections.HEADER_SECONDS + 1);
        assertThat(closed(half)).isTrue();
        answered(say(known, "GET /known" + ASK));
        later(Connections.IDLE_SECONDS + 1);
        assertThat(closed(known)).isTrue();
    }

    @Test
    void aRequestUnderWayIsNotIdle() throws Exception {
        Socket waiting = say("GET /slow" + ASK);
        HttpServerRequest request = get(slow.future());
        Socket half = say("GET /half HTTP/1.1\r\nHost:");
        answered(say("GET /any" + ASK));
        later(10 * Connections.IDLE_SECONDS);
        assertThat(closed(half)).isTrue();
        request.response().end("ok").onFailure(gone -> {});
        answered(waiting);
    }

    @Test
    void whatARequestOwesIsLateOnceAndOnlyIfItDidNotCome() throws Exception {
        say("GET /slow" + ASK);
        Connections.Guard guard = connections.of(get(slow.future()).connection());
        AtomicInteger late = new AtomicInteger();
        AtomicInteger came = new AtomicInteger();
        Promise<Void> set = Promise.promise();
        vertx.runOnContext(unused -> {
            guard.within(10, late::incrementAndGet);
            guard.within(10, came::incrementAndGet).met();
            set.complete();
        });
        get(set.future());
        now.addAndGet(TimeUnit.SECONDS.toNanos(10));
        connections.sweep();
        assertThat(late).hasValue(0);
        now.incrementAndGet();
        connections.sweep();
        connections.sweep();
        assertThat(late).hasValue(1);
        assertThat(came).hasValue(0);
    }

    @Test
    void whereNobodyIsAndNothingIsOwedNothingIsLookedAt() throws Exception {
        say("GET /slow" + ASK);
        HttpConnection connection = get(slow.future()).connection();
        Connections.Deadline owed = connections.of(connection).within(10, () -> {});
        get(connection.close());
        assertThat(connections.isResting()).isFalse();
        Promise<Boolean> rests = Promise.promise();
        vertx.runOnContext(unused -> whenNobodyIsThere(() -> {
            owed.met();
            rests.complete(connections.isResting());
        }));
        assertThat(get(rests.future())).isTrue();
    }

    private void whenNobodyIsThere(Runnable then) {
        if (connections.size() == 0) {
            then.run();
        } else {
            vertx.runOnContext(unused -> whenNobodyIsThere(then));
        }
    }

    @Test
    void unfinishedHeadersTogetherAreBounded() throws Exception {
        Socket modest = say("GET /half HTTP/1.1\r\nHost:");
        Socket fat = say("GET /fat HTTP/1.1\r\n");
        String line = "a: " + "x".repeat(1000) + "\r\n";
        boolean cut = false;
        try {
            say(fat, line.repeat(Connections.MAX_HEADER_BYTES / line.length() + 1));
        } catch (SocketException closedAlready) {
            cut = true;
        }
        assertThat(cut || closed(fat)).isTrue();
        answered(say(modest, " x\r\n\r\n"));
    }

    private Socket webSocket() throws IOException {
        Socket socket = say(String.join(
                "\r\n",
                "GET /socket HTTP/1.1",
                "Host: x",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "",
                ""));
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) socket.getInputStream().read());
        }
        assertThat(head).startsWith("HTTP/1.1 101");
        return socket;
    }

    /** Of a masked binary frame: its head, which announces so many bytes, masked with zeros. */
    private static byte[] frameHead(int opcode, int length) {
        ByteBuffer head = ByteBuffer.allocate(14).put((byte) (0x80 | opcode));
        if (length < 126) {
            head.put((byte) (0x80 | length));
        } else {
            head.put((byte) (0x80 | 127)).putLong(length);
        }
        head.putInt(0);
        return Arrays.copyOf(head.array(), head.position());
    }

    private long unfinishedFrames() throws Exception {
        Promise<Long> bytes = Promise.promise();
        vertx.runOnContext(unused -> bytes.complete(connections.frameBytes()));
        return get(bytes.future());
    }

    @Test
    void unfinishedFramesHaveABoundTogether() throws Exception {
        int large = 3 << 20;
        List<Socket> open = new ArrayList<>();
        for (int i = 0; i <= Connections.MAX_FRAME_BYTES / large; i++) {
            Socket socket = webSocket();
            socket.getOutputStream().write(frameHead(2, large));
            open.add(socket);
        }
        Socket whole = webSocket();
        // Frame after frame, each of them whole: nothing of it counts.
        for (int i = 0; i < 20; i++) {
            whole.getOutputStream().write(frameHead(2, 1 << 20));
            whole.getOutputStream().write(new byte[1 << 20]);
            assertThat(whole.getInputStream().readNBytes(2 + "heard 1048576".length()))
                    .endsWith('6');
        }
        Socket last = open.remove(open.size() - 1);
        long read = 0;
        for (Socket socket : open) {
            socket.getOutputStream().write(new byte[large - 1]);
            socket.getOutputStream().flush();
            read += large - 1;
            while (unfinishedFrames() < read) {
                later(0);
            }
        }
        try {
            last.getOutputStream().write(new byte[large - 1]);
        } catch (java.net.SocketException cutOff) {
            assertThat(cutOff).isNotNull();
        }
        try {
            // What it still hears is good-bye.
            assertThat(last.getInputStream().readAllBytes()).hasSizeLessThan(100);
        } catch (java.net.SocketException cutOff) {
            assertThat(cutOff).isNotNull();
        }
        open.get(0).getOutputStream().write(1);
        assertThat(open.get(0).getInputStream().read()).isPositive();
    }

    @Test
    void pingsOfWhoDoesNotReadAreNotAnswered() throws Exception {
        Socket socket = webSocket();
        byte[] ping = Arrays.copyOf(frameHead(9, 125), 6 + 125);
        byte[] pings = new byte[ping.length * 1000];
        for (int i = 0; i < 1000; i++) {
            System.arraycopy(ping, 0, pings, i * ping.length, ping.length);
        }
        // 40 MB of answers, which fit no socket's buffers: who answers all of them keeps them.
        for (int i = 0; i < 320; i++) {
            socket.getOutputStream().write(pings);
        }
        socket.getOutputStream().write(Arrays.copyOf(frameHead(8, 2), 6 + 2));
        socket.getOutputStream().flush();
        int answered = socket.getInputStream().readAllBytes().length / (2 + 125);
        assertThat(answered).isBetween(100, 300_000);
    }
}
