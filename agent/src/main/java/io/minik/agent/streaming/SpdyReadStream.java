package io.minik.agent.streaming;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What comes on a stream of ours, from its first byte on. Flows while somebody listens and has not paused it. */
final class SpdyReadStream implements ReadStream<Buffer> {
    /** Kept for a listener; beyond this the wire waits. */
    private static final int MOST_KEPT_BYTES = 64 * 1024;

    private final Optional<SpdyStream> stream;
    private final Deque<Buffer> kept = new ArrayDeque<>();
    private final Promise<Void> ended = Promise.promise();
    private @Nullable Handler<Buffer> handler;
    private Handler<Void> endHandler = unused -> {};
    private int keptBytes;
    private boolean paused;
    private boolean remoteEnded;
    private boolean told;

    /** @param stream none ends at once */
    SpdyReadStream(Optional<SpdyStream> stream) {
        this.stream = stream;
        stream.ifPresentOrElse(present -> present.listen(this::received, this::broken, this::broken), this::broken);
    }

    private void received(Buffer data) {
        kept.add(data);
        keptBytes += data.length();
        flow();
        if (keptBytes > MOST_KEPT_BYTES) {
            stream.ifPresent(SpdyStream::pause);
        }
    }

    /** Nothing more comes. */
    void broken() {
        remoteEnded = true;
        flow();
        if (handler == null) {
            // Nobody has asked for what there is: nobody waits for it either.
            ended.tryComplete();
        }
    }

    private void flow() {
        while (!paused && handler != null && !kept.isEmpty()) {
            Buffer next = kept.remove();
            keptBytes -= next.length();
            handler.handle(next);
        }
        if (keptBytes <= MOST_KEPT_BYTES) {
            stream.ifPresent(SpdyStream::resume);
        }
        if (remoteEnded && kept.isEmpty() && !told && handler != null) {
            told = true;
            endHandler.handle(null);
            ended.tryComplete();
        }
    }

    /** Succeeds when all was handed on. */
    Future<Void> ended() {
        return ended.future();
    }

    @Override
    public ReadStream<Buffer> handler(@Nullable Handler<Buffer> listener) {
        handler = listener;
        flow();
        return this;
    }

    @Override
    public ReadStream<Buffer> endHandler(@Nullable Handler<Void> listener) {
        endHandler = listener == null ? unused -> {} : listener;
        return this;
    }

    /** A break shows as the end: SPDY does not tell them apart. */
    @Override
    public ReadStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> listener) {
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

    /** Any demand is all. */
    @Override
    public ReadStream<Buffer> fetch(long amount) {
        return resume();
    }
}
