package io.minik.ground.net;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JoinedStreamsTest {
    private static final int STREAMS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger writes = new AtomicInteger();
    /** By path; those of the server's own loop. */
    private final Map<String, HttpServerRequest> open = new TreeMap<>();

    private final Map<String, JoinedStreams.Stream> streams = new TreeMap<>();
    private HttpClientAgent client = vertx.createHttpClient();

    @BeforeEach
    void serve() throws Exception {
        HttpServer server = await(vertx.createHttpServer()
                .connectionHandler(this::opened)
                .requestHandler(this::serve)
                .listen(0, "127.0.0.1"));
        client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setDefaultHost("127.0.0.1")
                        .setDefaultPort(server.actualPort())
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        // More than one stream's, as Go's clients have it: who does not read holds up himself only.
                        .setHttp2ConnectionWindowSize(1 << 20)
                        .setHttp2ClearTextUpgrade(false),
                new PoolOptions().setHttp2MaxSize(1));
    }

    @AfterEach
    void close() throws Exception {
        await(client.close());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void opened(HttpConnection connection) {
        ((ConnectionBase) connection).channelHandlerContext().pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
                writes.incrementAndGet();
                super.write(context, message, promise);
            }
        });
    }

    private void serve(HttpServerRequest request) {
        JoinedStreams joined = JoinedStreams.of(request.connection()).orElseThrow();
        open.put(request.path(), request);
        streams.put(request.path(), joined.stream(request.streamId()));
        request.response().setChunked(true).writeHead();
    }

    /** What a client hears on one stream; complete when the server ends it. */
    private static final class Heard {
        private final Buffer bytes = Buffer.buffer();
        private final Promise<Void> end = Promise.promise();
        private final HttpClientResponse response;

        Heard(HttpClientResponse response) {
            this.response = response;
            response.handler(bytes::appendBuffer)
                    .endHandler(unused -> end.tryComplete())
                    .exceptionHandler(end::tryFail);
        }
    }

    private Heard hear(String path) throws Exception {
        return await(client.request(HttpMethod.GET, path)
                .compose(request -> request.send().map(Heard::new)));
    }

    /** Runs it on the server's loop, in one turn. */
    private <T> T onLoop(Callable<T> turn) throws Exception {
        Promise<T> done = Promise.promise();
        ((ConnectionBase) open.values().iterator().next().connection())
                .context()
                .runOnContext(unused -> {
                    try {
                        done.complete(turn.call());
                    } catch (Exception e) {
                        done.fail(e);
                    }
                });
        return await(done.future());
    }

    private JoinedStreams.Stream stream(String path) {
        return requireNonNull(streams.get(path));
    }

    private HttpServerRequest request(String path) {
        return requireNonNull(open.get(path));
    }

    private static Buffer text(String text) {
        return Buffer.buffer(text);
    }

    @Test
    void whatAllStreamsWriteInOneTurnIsOneWrite() throws Exception {
        List<Heard> all = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            all.add(hear("/" + i));
        }
        Buffer event = text("event\n");
        int before = onLoop(() -> {
            streams.values().forEach(stream -> assertThat(stream.write(event)).isTrue());
            return writes.get();
        });
        int after = onLoop(writes::get);
        onLoop(() -> {
            open.values().forEach(request -> request.response().end());
            return 0;
        });
        for (Heard heard : all) {
            await(heard.end.future());
            assertThat(heard.bytes.toString()).isEqualTo("event\n");
        }
        assertThat(after - before).isEqualTo(1);
    }

    @Test
    void aLongWriteComesWholeThroughSmallWindowsAndBeforeTheEnd() throws Exception {
        Heard one = hear("/one");
        Heard other = hear("/other");
        // Four windows of a stream, in pieces that end within frames.
        String line = "x".repeat(9_999) + "\n";
        onLoop(() -> {
            for (int i = 0; i < 26; i++) {
                stream("/one").write(text(line));
                stream("/other").write(text(i + "\n"));
            }
            // Six lines fit a window of 65,535.
            assertThat(stream("/one").waitingBytes()).isEqualTo(200_000);
            streams.values().forEach(JoinedStreams.Stream::handOn);
            open.values().forEach(request -> request.response().end());
            return 0;
        });
        await(one.end.future());
        await(other.end.future());
        assertThat(one.bytes.toString()).isEqualTo(line.repeat(26));
        assertThat(other.bytes.toString().lines()).hasSize(26).endsWith("25");
    }

    @Test
    void aClientThatReadsNothingIsWaitedForAndTheOthersGoOn() throws Exception {
        Heard slow = hear("/slow");
        Heard quick = hear("/quick");
        slow.response.pause();
        Promise<Void> drained = Promise.promise();
        String line = "y".repeat(99_999) + "\n";
        onLoop(() -> {
            stream("/slow").write(text(line.repeat(2)));
            stream("/slow").onDrained(drained::complete);
            stream("/quick").write(text("here"));
            return 0;
        });
        onLoop(() -> {
            request("/quick").response().end();
            return 0;
        });
        await(quick.end.future());
        assertThat(drained.future().isComplete()).isFalse();
        assertThat(onLoop(() -> stream("/slow").waitingBytes())).isPositive();
        slow.response.resume();
        await(drained.future());
        assertThat(onLoop(() -> stream("/slow").waitingBytes())).isZero();
    }

    @Test
    void whoIsGoneIsWrittenNothing() throws Exception {
        Heard heard = hear("/gone");
        hear("/other");
        Promise<Void> told = Promise.promise();
        Promise<Void> closed = Promise.promise();
        onLoop(() -> {
            request("/gone").response().closeHandler(unused -> closed.tryComplete());
            stream("/gone").write(text("z".repeat(200_000)));
            stream("/gone").onDrained(told::complete);
            return 0;
        });
        heard.response.request().reset();
        await(told.future());
        await(closed.future());
        assertThat(onLoop(() -> stream("/gone").write(text("more")))).isFalse();
        assertThat(onLoop(() -> stream("/gone").waitingBytes())).isZero();
        assertThat(onLoop(() -> stream("/other").write(text("more")))).isTrue();
    }

    @Test
    void whatIsHandedOnComesBeforeTheEndOfTheSameTurn() throws Exception {
        Heard heard = hear("/last");
        onLoop(() -> {
            stream("/last").write(text("last words\n"));
            stream("/last").handOn();
            request("/last").response().end();
            return 0;
        });
        await(heard.end.future());
        assertThat(heard.bytes.toString()).isEqualTo("last words\n");
    }

    /** What was framed at once is counted: were it not, the client would break the connection off. */
    @Test
    void theClientsWindowsHoldForWhatIsFramedAtOnce() throws Exception {
        Heard slow = hear("/slow");
        slow.response.pause();
        int lines = 0;
        String line = "w".repeat(999) + "\n";
        for (; onLoop(() -> stream("/slow").waitingBytes()) == 0; lines++) {
            onLoop(() -> stream("/slow").write(text(line)));
        }
        // A window is 65,535 bytes; of what a client does not read it gives nothing back.
        assertThat(lines).isEqualTo(66);
        slow.response.resume();
        int written = lines;
        onLoop(() -> {
            stream("/slow").handOn();
            request("/slow").response().end();
            return 0;
        });
        await(slow.end.future());
        assertThat(slow.bytes.toString()).isEqualTo(line.repeat(written));
    }

    /** Any sizes in any turns, with clients that stop reading, read on and leave: each hears what was said, in order, to its end. */
    @Test
    void manyStreamsOfAllSizesAreHeardAsTheyWereWritten() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        Map<String, Heard> heard = new TreeMap<>();
        Map<String, StringBuilder> said = new TreeMap<>();
        for (int i = 0; i < STREAMS; i++) {
            heard.put("/" + i, hear("/" + i));
            said.put("/" + i, new StringBuilder());
        }
        for (int turn = 0; turn < 200; turn++) {
            onLoop(() -> {
                for (int i = random.nextInt(30); i > 0; i--) {
                    String path = "/" + random.nextInt(STREAMS);
                    StringBuilder all = said.get(path);
                    if (all != null) {
                        // Some beyond a frame, some beyond a window, most small.
                        int size = random.nextInt(1, random.nextInt(20) == 0 ? 100_000 : 2_000);
                        String words =
                                Character.toString('a' + random.nextInt(26)).repeat(size);
                        assertThat(stream(path).write(text(words))).isTrue();
                        all.append(words);
                    }
                }
                return 0;
            });
            String path = "/" + random.nextInt(STREAMS);
            Heard one = requireNonNull(heard.get(path));
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> one.response.pause();
                case 3, 4, 5, 6 -> one.response.resume();
                case 7 -> {
                    if (said.size() > STREAMS / 2 && said.remove(path) != null) {
                        one.response.request().reset();
                    }
                }
                default -> {}
            }
        }
        onLoop(() -> {
            for (String path : said.keySet()) {
                stream(path).handOn();
                request(path).response().end();
            }
            return 0;
        });
        // Those that do not read hold the connection's window, too: nobody waits for it alone.
        heard.values().forEach(each -> each.response.resume());
        for (Map.Entry<String, StringBuilder> each : said.entrySet()) {
            Heard one = requireNonNull(heard.get(each.getKey()));
            await(one.end.future());
            assertThat(one.bytes.toString()).isEqualTo(each.getValue().toString());
        }
    }
}
