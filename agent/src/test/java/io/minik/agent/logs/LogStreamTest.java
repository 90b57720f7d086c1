package io.minik.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogStreamTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final WorkerExecutor workers = vertx.createSharedWorkerExecutor("test-logs", 1);
    private final LogWatch watch = new LogWatch();
    private final Collector out = new Collector();

    @TempDir
    Path directory;

    private Path log;

    @BeforeEach
    void place() {
        log = directory.resolve("0.log");
    }

    @AfterEach
    void close() throws Exception {
        watch.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void append(String stream, String tag, String text) throws IOException {
        Files.writeString(
                log,
                "2026-01-01T00:00:0" + text.length() % 10 + "Z " + stream + " " + tag + " " + text + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static LogOptions tail(long lines) {
        return new LogOptions(false, OptionalLong.of(lines), Optional.empty(), false, OptionalLong.empty(), "");
    }

    private static final LogOptions FOLLOW =
            new LogOptions(true, OptionalLong.empty(), Optional.empty(), false, OptionalLong.empty(), "");

    private LogStream stream(LogOptions options) {
        return new LogStream(context, log, options, watch, workers, out);
    }

    private CompletableFuture<Void> start(LogStream stream) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        context.runOnContext(ignored -> stream.start().onComplete(result -> {
            if (result.succeeded()) {
                done.complete(null);
            } else {
                done.completeExceptionally(result.cause());
            }
        }));
        return done;
    }

    private String read(LogOptions options) throws Exception {
        start(stream(options)).get(10, TimeUnit.SECONDS);
        return out.take();
    }

    @Test
    void linesAreGivenWithoutTheirHeads() throws Exception {
        append("stdout", "F", "one");
        append("stderr", "F", "three");
        assertThat(read(LogOptions.ALL)).isEqualTo("one\nthree\n");
    }

    @Test
    void partsOfALineAreJoined() throws Exception {
        append("stdout", "P", "begin ");
        append("stdout", "F", "end");
        assertThat(read(new LogOptions(false, OptionalLong.empty(), Optional.empty(), true, OptionalLong.empty(), "")))
                .isEqualTo("2026-01-01T00:00:06Z begin end\n");
    }

    @Test
    void theTailReachesBackOverRotations() throws Exception {
        for (int i = 0; i < 3; i++) {
            append("stdout", "F", "old" + i);
        }
        Files.move(log, directory.resolve("0.log.1"));
        append("stdout", "F", "new0");
        append("stdout", "F", "new1");
        assertThat(read(tail(3))).isEqualTo("old2\nnew0\nnew1\n");
        assertThat(read(tail(1))).isEqualTo("new1\n");
        assertThat(read(tail(0))).isEmpty();
        assertThat(read(tail(100))).isEqualTo("old0\nold1\nold2\nnew0\nnew1\n");
        assertThat(read(LogOptions.ALL)).isEqualTo("old0\nold1\nold2\nnew0\nnew1\n");
    }

    @Test
    void aLongTailCrossesBlocks() throws Exception {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            append("stdout", "F", "line number " + i);
            if (i >= 1000) {
                expected.append("line number ").append(i).append('\n');
            }
        }
        assertThat(read(tail(4000))).isEqualTo(expected.toString());
    }

    @Test
    void sinceStreamAndLimitChoose() throws Exception {
        append("stdout", "F", "a");
        append("stderr", "F", "bb");
        append("stdout", "F", "ccc");
        assertThat(read(new LogOptions(
                        false,
                        OptionalLong.empty(),
                        Optional.of(Instant.parse("2026-01-01T00:00:02Z")),
                        false,
                        OptionalLong.empty(),
                        "")))
                .isEqualTo("bb\nccc\n");
        assertThat(read(new LogOptions(
                        false, OptionalLong.empty(), Optional.empty(), false, OptionalLong.empty(), "stdout")))
                .isEqualTo("a\nccc\n");
        assertThat(read(new LogOptions(false, OptionalLong.empty(), Optional.empty(), false, OptionalLong.of(4), "")))
                .isEqualTo("a\nbb");
    }

    @Test
    void followingGivesWhatComesAndSurvivesRotation() throws Exception {
        append("stdout", "F", "first");
        LogStream stream = stream(FOLLOW);
        CompletableFuture<Void> done = start(stream);
        out.await("first\n");
        append("stdout", "F", "second");
        out.await("second\n");
        Files.move(log, directory.resolve("0.log.1"));
        append("stdout", "F", "third");
        out.await("third\n");
        append("stdout", "F", "last words");
        context.runOnContext(ignored -> stream.containerEnded());
        done.get(10, TimeUnit.SECONDS);
        assertThat(out.take()).isEqualTo("last words\n");
    }

    @Test
    void aReaderThatGoesAwayEndsTheFollowing() throws Exception {
        append("stdout", "F", "x");
        LogStream stream = stream(FOLLOW);
        CompletableFuture<Void> done = start(stream);
        out.await("x\n");
        context.runOnContext(ignored -> stream.close());
        append("stdout", "F", "y");
        done.get(10, TimeUnit.SECONDS);
    }

    @Test
    void nothingIsReadAheadOfASlowReader() throws Exception {
        for (int i = 0; i < 3000; i++) {
            append("stdout", "F", "some line of some length, so that there are several blocks " + i);
        }
        out.full = true;
        CompletableFuture<Void> done = start(stream(LogOptions.ALL));
        String first = out.next();
        assertThat(first.length()).isLessThan(LogCursor.BLOCK_BYTES);
        assertThat(done).isNotDone();
        context.runOnContext(ignored -> out.drain());
        done.get(10, TimeUnit.SECONDS);
        assertThat(out.take()).endsWith("blocks 2999\n");
    }

    /** Keeps what is written; full when told so. */
    private static final class Collector implements WriteStream<Buffer> {
        private final LinkedBlockingQueue<String> written = new LinkedBlockingQueue<>();
        volatile boolean full;
        private @Nullable Handler<@Nullable Void> drained;

        String next() throws InterruptedException {
            String text = written.poll(10, TimeUnit.SECONDS);
            if (text == null) {
                throw new AssertionError("nothing was written");
            }
            return text;
        }

        void await(String expected) throws InterruptedException {
            StringBuilder text = new StringBuilder();
            while (!text.toString().equals(expected)) {
                text.append(next());
            }
        }

        String take() {
            StringBuilder text = new StringBuilder();
            for (String piece = written.poll(); piece != null; piece = written.poll()) {
                text.append(piece);
            }
            return text.toString();
        }

        void drain() {
            full = false;
            if (drained != null) {
                drained.handle(null);
            }
        }

        @Override
        public WriteStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
            return this;
        }

        @Override
        public Future<Void> write(Buffer data) {
            written.add(data.toString());
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> end() {
            return Future.succeededFuture();
        }

        @Override
        public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
            return this;
        }

        @Override
        public boolean writeQueueFull() {
            return full;
        }

        @Override
        public WriteStream<Buffer> drainHandler(@Nullable Handler<@Nullable Void> handler) {
            drained = handler;
            return this;
        }
    }
}
