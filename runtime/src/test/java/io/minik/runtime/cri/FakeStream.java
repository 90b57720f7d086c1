package io.minik.runtime.cri;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Bytes in memory. What nobody listens to waits. */
final class FakeStream implements ReadStream<Buffer> {
    private final Queue<Buffer> waiting = new ArrayDeque<>();
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private boolean paused;
    private boolean finished;

    void give(Buffer bytes) {
        waiting.add(bytes);
        flow();
    }

    void finish() {
        finished = true;
        flow();
    }

    private void flow() {
        while (!paused && handler != null && !waiting.isEmpty()) {
            handler.handle(waiting.remove());
        }
        if (finished && waiting.isEmpty() && endHandler != null) {
            Handler<Void> last = endHandler;
            endHandler = null;
            last.handle(null);
        }
    }

    @Override
    public ReadStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> ignored) {
        return this;
    }

    @Override
    public ReadStream<Buffer> handler(@Nullable Handler<Buffer> wanted) {
        handler = wanted;
        flow();
        return this;
    }

    @Override
    public ReadStream<Buffer> pause() {
        paused = true;
        return this;
    }

    @Override
    public ReadStream<Buffer> resume() {
        paused = false;
        flow();
        return this;
    }

    @Override
    public ReadStream<Buffer> fetch(long amount) {
        return resume();
    }

    @Override
    public ReadStream<Buffer> endHandler(@Nullable Handler<Void> wanted) {
        endHandler = wanted;
        flow();
        return this;
    }

    /** The other direction: what is written is had at once. */
    record Sink(Consumer<Buffer> taker, Runnable ender) implements WriteStream<Buffer> {
        @Override
        public WriteStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> ignored) {
            return this;
        }

        @Override
        public Future<Void> write(Buffer data) {
            taker.accept(data);
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> end() {
            ender.run();
            return Future.succeededFuture();
        }

        @Override
        public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
            return this;
        }

        @Override
        public boolean writeQueueFull() {
            return false;
        }

        @Override
        public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> ignored) {
            return this;
        }
    }
}
