package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.net.Crowd;
import io.minik.store.LocalStore;
import io.minik.store.etcdapi.EtcdApi;
import io.minik.store.etcdapi.Member;
import io.minik.store.etcdapi.SnapshotFiles;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames that a client of HTTP/2 should not send, to the API's server and to the etcd port, by prior knowledge. */
class Http2LimitsTest {
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int CANCEL = 8;
    /** As many as a connection may have open. */
    private static final int STREAMS = 250;

    private static final int ENHANCE_YOUR_CALM = 11;

    /** GET / of host x. */
    private static final byte[] ASK = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 1, 'x'};

    private final Vertx vertx = Vertx.vertx();
    private Socket socket = new Socket();

    enum Server {
        API {
            @Override
            int start(Vertx vertx) throws Exception {
                CompletableFuture<Integer> port = new CompletableFuture<>();
                HttpFront front = new HttpFront(
                        DevServer.config(0, Optional.empty(), Optional.empty()),
                        new Crowd(),
                        (request, connections) -> request.response().end().onFailure(gone -> {}),
                        port::complete);
                vertx.deployVerticle(front).onFailure(port::completeExceptionally);
                return port.get(30, TimeUnit.SECONDS);
            }
        },
        ETCD {
            @Override
            int start(Vertx vertx) throws Exception {
                LocalStore store = new MemoryStore(vertx);
                HttpServerOptions transport =
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0);
                return new EtcdApi(
                                vertx,
                                store,
                                transport,
                                Member.named("m", List.of("http://127.0.0.1:2379")),
                                SnapshotFiles.in(Path.of("target")))
                        .start()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS);
            }
        };

        abstract int start(Vertx vertx) throws Exception;
    }

    private record Frame(int type, byte[] payload) {
        int number(int at) {
            return ByteBuffer.wrap(payload).getInt(at);
        }
    }

    @AfterEach
    void stop() throws Exception {
        socket.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private DataOutputStream connect(Server server) throws Exception {
        return connect(server.start(vertx));
    }

    private DataOutputStream connect(int port) throws Exception {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(30_000);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(out, SETTINGS, 0, 0, new byte[0]);
        return out;
    }

    private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
            throws IOException {
        out.writeByte(payload.length >> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
    }

    /** The first frame of a kind; its absence is the end of the connection. */
    private Optional<Frame> next(int type) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        try {
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int found = in.readUnsignedByte();
                in.readUnsignedByte();
                in.readInt();
                Frame frame = new Frame(found, in.readNBytes(length));
                if (frame.type() == type) {
                    return Optional.of(frame);
                }
            }
        } catch (EOFException | SocketException closed) {
            return Optional.empty();
        }
    }

    private static void resets(DataOutputStream out, int from, int count) throws IOException {
        for (int i = from; i < from + count; i++) {
            frame(out, HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, ASK);
            frame(out, RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, CANCEL});
        }
    }

    private void flooded(DataOutputStream out) throws IOException {
        try {
            out.flush();
        } catch (SocketException closedAlready) {
            return;
        }
        Optional<Frame> goaway = next(GOAWAY);
        assertThat(goaway).isPresent();
        assertThat(goaway.get().number(4)).isEqualTo(ENHANCE_YOUR_CALM);
    }

    private void answersPing(DataOutputStream out) throws IOException {
        frame(out, PING, 0, 0, new byte[8]);
        out.flush();
        assertThat(next(PING)).isPresent();
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void cve202344487RapidResetEndsTheConnection(Server server) throws Exception {
        DataOutputStream out = connect(server);
        resets(out, 0, 100);
        answersPing(out);
        resets(out, 100, 150);
        flooded(out);
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void cve202427316EmptyContinuationsEndTheConnection(Server server) throws Exception {
        DataOutputStream out = connect(server);
        frame(out, HEADERS, END_STREAM, 1, ASK);
        for (int i = 0; i < 10; i++) {
            frame(out, CONTINUATION, 0, 1, new byte[0]);
        }
        frame(out, CONTINUATION, END_HEADERS, 1, new byte[0]);
        answersPing(out);
        frame(out, HEADERS, END_STREAM, 3, ASK);
        for (int i = 0; i < 20; i++) {
            frame(out, CONTINUATION, 0, 3, new byte[0]);
        }
        flooded(out);
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    void headersWithoutEndEndTheConnection(Server server) throws Exception {
        DataOutputStream out = connect(server);
        frame(out, HEADERS, END_STREAM, 1, ASK);
        for (int i = 0; i < 12; i++) {
            frame(out, CONTINUATION, 0, 1, header());
        }
        try {
            out.flush();
        } catch (SocketException closedAlready) {
            return;
        }
        Optional<Frame> goaway = next(GOAWAY);
        assertThat(goaway).isPresent();
        assertThat(goaway.get().number(4)).isNotZero();
    }

    /** {@code a: xxx…} of 8,000 bytes, not indexed: its length in HPACK's seven bits and two more bytes. */
    private static byte[] header() {
        int length = 8_000;
        byte[] line = new byte[3 + 3 + length];
        line[1] = 1;
        line[2] = 'a';
        line[3] = 127;
        line[4] = (byte) (((length - 127) & 127) | 128);
        line[5] = (byte) ((length - 127) >> 7);
        Arrays.fill(line, 6, line.length, (byte) 'x');
        return line;
    }

    /** Whose window is shut leaves each answer open: of a stranger there are few, and another's connection is served. */
    @Test
    void aStrangerWithManyOpenStreamsIsNotServed() throws Exception {
        int port = front(request -> {});
        DataOutputStream out = connect(port);
        for (int i = 0; i < 2 * 16; i++) {
            frame(out, HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, ASK);
        }
        try {
            out.flush();
        } catch (SocketException closedAlready) {
            return;
        }
        assertThat(next(PING)).isEmpty();
    }

    /** An account's requests count until their answers are taken: then its connections are closed, and others are served. */
    @Test
    void anAccountWhoseAnswersAreNotTakenIsNotServedWithoutEnd() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try (TestApi api = new TestApi()) {
            int port = api.server().port();
            long requests = ByteBudget.ofHeap().total() / 4096;
            for (int asked = 0; asked <= requests; asked += STREAMS) {
                DataOutputStream out = connect(port);
                sockets.add(socket);
                try {
                    // An initial window of nothing.
                    frame(out, SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
                    for (int i = 0; i < STREAMS; i++) {
                        frame(out, HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, ASK);
                    }
                    out.flush();
                } catch (SocketException closedAlready) {
                    break;
                }
            }
            // Whose turn it is when there is no more room is closed; whoever holds what it has is not.
            List<Socket> served = new ArrayList<>(sockets);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!served.removeIf(Http2LimitsTest::hasEnded)) {
                assertThat(System.nanoTime()).as("one is closed in time").isLessThan(end);
            }
            assertThat(served).isNotEmpty();
            socket = served.get(0);
            socket.setSoTimeout(30_000);
            answersPing(new DataOutputStream(socket.getOutputStream()));
        } finally {
            for (Socket open : sockets) {
                open.close();
            }
        }
    }

    /** Reads what has come. */
    private static boolean hasEnded(Socket socket) {
        try {
            socket.setSoTimeout(10);
            while (socket.getInputStream().read() >= 0) {
                // What is said does not matter.
            }
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException closed) {
            return true;
        }
    }

    private int front(Consumer<HttpServerRequest> handler) throws Exception {
        CompletableFuture<Integer> port = new CompletableFuture<>();
        HttpFront front = new HttpFront(
                DevServer.config(0, Optional.empty(), Optional.empty()),
                new Crowd(),
                (request, connections) -> handler.accept(request),
                port::complete);
        vertx.deployVerticle(front).onFailure(port::completeExceptionally);
        return port.get(30, TimeUnit.SECONDS);
    }
}
