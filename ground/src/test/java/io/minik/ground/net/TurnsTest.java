package io.minik.ground.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many requests on one connection, to a server that knows nobody and answers each at once. */
class TurnsTest {
    private static final byte[] ASK = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST = "GET /last HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String LAST_WORDS = "the last";
    private static final int ANSWER_BYTES = 1000;
    /** More than the kernel keeps of a connection's answers. */
    private static final int MANY = 20_000;

    private static final int CROWD = 60;

    private final Vertx vertx = Vertx.vertx();
    private final Connections connections = new Connections(vertx, 256);
    private final AtomicInteger handled = new AtomicInteger();
    private final AtomicInteger turns = new AtomicInteger();
    private volatile int mostInATurn;
    private int inThisTurn;
    private int port;

    @BeforeEach
    void start() throws Exception {
        HttpServer server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setHttp2ClearTextEnabled(false))
                .connectionHandler(connections::opened)
                .requestHandler(request -> connections.of(request.connection()).inTurn(request, () -> {
                    Connections.Guard guard = connections.of(request.connection());
                    guard.begin();
                    request.response().endHandler(unused -> guard.end());
                    if (request.path().equals("/broken")) {
                        throw new IllegalStateException("a fault of ours");
                    }
                    handled.incrementAndGet();
                    count();
                    String body = request.path().equals("/last") ? LAST_WORDS : "x".repeat(ANSWER_BYTES);
                    request.response().end(body).onFailure(gone -> {});
                }));
        port = get(server.listen(0)).actualPort();
    }

    /** A turn ends where the loop comes to what is asked of it now. */
    private void count() {
        if (inThisTurn++ == 0) {
            vertx.getOrCreateContext().runOnContext(unused -> {
                turns.incrementAndGet();
                inThisTurn = 0;
            });
        }
        mostInATurn = Math.max(mostInATurn, inThisTurn);
    }

    @AfterEach
    void stop() throws Exception {
        get(vertx.close());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static void ask(Socket socket, int times, byte[] last) throws IOException {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
        for (int i = 0; i < times; i++) {
            out.write(ASK);
        }
        out.write(last);
        out.flush();
    }

    private static boolean endsWithTheLast(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        int found = 0;
        for (int next = in.read(); next >= 0 && found < LAST_WORDS.length(); next = in.read()) {
            found = next == LAST_WORDS.charAt(found) ? found + 1 : 0;
            if (found == LAST_WORDS.length()) {
                return true;
            }
        }
        return false;
    }

    @Test
    void manyRequestsOfOneReadAreAnsweredInTurnsAndAllOfThem() throws Exception {
        try (Socket socket = connect()) {
            ask(socket, 1000, LAST);
            assertThat(endsWithTheLast(socket)).isTrue();
        }
        assertThat(handled).hasValue(1001);
        assertThat(mostInATurn).isBetween(2, 2 * Turns.MOST);
        assertThat(turns).hasValueGreaterThan(10);
    }

    @Test
    void aRequestThatBreaksEndsItsConnectionAndHoldsUpNobody() throws Exception {
        byte[] broken = "GET /broken HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int before : List.of(0, 10 * Turns.MOST)) {
            try (Socket socket = connect()) {
                ask(socket, before, broken);
                assertThat(endsWithTheLast(socket)).isFalse();
            }
            try (Socket other = connect()) {
                ask(other, 10 * Turns.MOST, LAST);
                assertThat(endsWithTheLast(other)).isTrue();
            }
        }
    }

    @Test
    void manyConnectionsTogetherHoldTheLoopNoLongerThanOne() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            sockets.add(connect());
        }
        List<Thread> asking = new ArrayList<>();
        for (Socket socket : sockets) {
            asking.add(new Thread(() -> {
                try (socket) {
                    ask(socket, 500, LAST);
                    assertThat(endsWithTheLast(socket)).isTrue();
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            }));
        }
        asking.forEach(Thread::start);
        for (Thread each : asking) {
            each.join();
        }
        assertThat(handled).hasValue(501 * CROWD);
        // A round, as many as come, and the first of each.
        assertThat(mostInATurn).isBetween(CROWD, 2 * Rounds.MOST + CROWD);
    }

    @Test
    void whoReadsNoAnswerIsAskedForNoFurtherRequest() throws Exception {
        try (Socket socket = connect()) {
            Thread asking = new Thread(() -> {
                try {
                    ask(socket, MANY, LAST);
                } catch (IOException closed) {
                    // The test is over.
                }
            });
            asking.start();
            int before = -1;
            while (handled.get() != before || before == 0) {
                before = handled.get();
                // Another's request is answered meanwhile, many times: what could be handled has been.
                for (int i = 0; i < 20; i++) {
                    try (Socket other = connect()) {
                        ask(other, 0, LAST);
                        assertThat(endsWithTheLast(other)).isTrue();
                    }
                    handled.decrementAndGet();
                }
            }
            assertThat(handled.get()).isLessThan(MANY);
            assertThat(endsWithTheLast(socket)).isTrue();
            assertThat(handled).hasValue(MANY + 1);
            asking.join();
        }
    }
}
