package io.minik.agent.streaming;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What goes out on a stream of ours. Its end is the stream's, not the wire's. */
final class SpdyWriteStream implements WriteStream<Buffer> {
    private final Optional<SpdyStream> stream;

    SpdyWriteStream(Optional<SpdyStream> stream) {
        this.stream = stream;
    }

    @Override
    public Future<Void> write(Buffer data) {
        return stream.map(present -> present.write(data))
                .orElseGet(() -> Future.failedFuture("nobody takes this process' input"));
    }

    @Override
    public Future<Void> end() {
        stream.ifPresent(SpdyStream::end);
        return Future.succeededFuture();
    }

    /** The wire has one queue for all streams. */
    @Override
    public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
        return this;
    }

    @Override
    public boolean writeQueueFull() {
        return stream.map(SpdyStream::full).orElse(false);
    }

    @Override
    public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
        if (handler != null) {
            stream.ifPresent(present -> present.onDrain(() -> handler.handle(null)));
        }
        return this;
    }

    /** Each write tells of its own failure. */
    @Override
    public WriteStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }
}
