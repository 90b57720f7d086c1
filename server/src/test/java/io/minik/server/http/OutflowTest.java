package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.net.Connections;
import io.minik.ground.net.JoinedFlushes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Long answers are written in bounded pieces, whatever the client's windows would take at once. */
class OutflowTest {
    private static final int PIECES = 100;
    private static final int WINDOW_BYTES = 32 << 20;

    private final Vertx vertx = Vertx.vertx();
    /** Of the server's loop: which turn it is in. */
    private int turn;

    private int inThisTurn;
    private int mostInATurn;
    private int seenTurn = -1;
    private volatile Future<Void> written = Future.failedFuture("nothing was asked for");

    /** Whether the end of this turn is already waited for. */
    private boolean counted;

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /**
     * Once in a turn that pulls, in front of the turn that such a one asks for. A counter that asks for its own next turn would
     * keep the loop from its sockets: Netty runs tasks for a second before it looks at them again.
     */
    private void count() {
        if (!counted) {
            counted = true;
            vertx.runOnContext(unused -> {
                counted = false;
                turn++;
            });
        }
    }

    private final class Pieces implements Iterator<byte[]> {
        private int given;

        @Override
        public boolean hasNext() {
            return given < PIECES;
        }

        @Override
        public byte[] next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            given++;
            count();
            inThisTurn = turn == seenTurn ? inThisTurn + 1 : 1;
            seenTurn = turn;
            mostInATurn = Math.max(mostInATurn, inThisTurn);
            byte[] piece = new byte[Outflow.SLICE_BYTES];
            Arrays.fill(piece, (byte) given);
            return piece;
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = HttpVersion.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void aTurnWritesAFewSlicesOnly(HttpVersion version) throws Exception {
        HttpServer server = vertx.createHttpServer()
                .connectionHandler(JoinedFlushes::of)
                .requestHandler(http -> {
                    http.response().setChunked(true);
                    written = new Outflow(vertx, http, new Connections(vertx, 1).of(http.connection()))
                            .slices(Buffer.buffer("["), new Outflow.Slices(new Pieces()));
                });
        int port = server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .actualPort();
        HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(version)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2ConnectionWindowSize(WINDOW_BYTES)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(WINDOW_BYTES)));
        Buffer body = client.request(HttpMethod.GET, port, "127.0.0.1", "/")
                .compose(request -> request.send().compose(HttpClientResponse::body))
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        written.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertThat(body.length()).isEqualTo(1 + PIECES * Outflow.SLICE_BYTES);
        // A slice that is used again is not seen twice.
        for (int piece = 0; piece < PIECES; piece++) {
            byte[] arrived = body.getBytes(1 + piece * Outflow.SLICE_BYTES, 1 + (piece + 1) * Outflow.SLICE_BYTES);
            byte[] sent = new byte[Outflow.SLICE_BYTES];
            Arrays.fill(sent, (byte) (piece + 1));
            assertThat(arrived).as("piece %d", piece).isEqualTo(sent);
        }
        // Two parts of one turn may pull, when a queue that was full is emptied in the turn that filled it.
        assertThat(mostInATurn).isBetween(1, 2 * Outflow.SLICES_A_TURN);
        // Vert.x ends a client that nobody refers to any more, with its requests: it is referred to until here.
        client.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
