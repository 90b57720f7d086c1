package io.minik.runtime.sys;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking descriptor (pipe, pty, socket) as a stream. At most one chunk is in flight, so a slow reader holds the
 * writer back through the kernel's buffer. Owns the descriptor: closed at its end or by {@link #close}.
 */
public final class FdReadStream implements ReadStream<Buffer> {
    /** A pipe's capacity: one wake-up empties it. */
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Poller poller;
    private final Kernel kernel;
    private final Context context;

    // Owned by the poll thread.
    private final int fd;
    private final Poller.Watch watch;
    private boolean closed;
    private boolean armed;
    private boolean draining;

    private final Promise<Void> whenEnded = Promise.promise();

    // Owned by the context.
    private Optional<Handler<Buffer>> handler = Optional.empty();
    private Optional<Handler<Void>> endHandler = Optional.empty();
    private Optional<Handler<Throwable>> exceptionHandler = Optional.empty();
    private Optional<Buffer> pending = Optional.empty();
    private long demand = Long.MAX_VALUE;
    private boolean reading;
    private boolean ended;
    private boolean endDelivered;

    /** @param fd O_NONBLOCK, of a kind that epoll knows */
    public FdReadStream(Poller poller, Kernel kernel, Context context, int fd) {
        this.poller = poller;
        this.kernel = kernel;
        this.context = context;
        this.fd = fd;
        this.watch = poller.watch(fd, events -> readable());
    }

    private void readable() {
        if (closed) {
            return;
        }
        armed = false;
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block block = arena.allocate(CHUNK_BYTES);
            long got = kernel.read(fd, block.address(), CHUNK_BYTES);
            if (got == -Errno.EAGAIN && !draining) {
                arm();
            } else if (got > 0) {
                Buffer chunk = Buffer.buffer(block.copy((int) got));
                context.runOnContext(v -> arrived(chunk));
            } else {
                // 0 = end of file; EIO is how a pty says that its other side is gone.
                closeNow();
                context.runOnContext(v -> end());
            }
        }
    }

    private void arm() {
        if (closed) {
            return;
        }
        if (draining) {
            readable();
        } else {
            armed = true;
            watch.arm(Poller.READABLE);
        }
    }

    /** Completes, on the context, when all was handed on and the end is reached. */
    public Future<Void> whenEnded() {
        return whenEnded.future();
    }

    /** On the context: whether anybody reads. */
    public boolean hasHandler() {
        return handler.isPresent();
    }

    /** No writer that matters is left: what is in the kernel's buffer is handed on, then the stream ends. */
    public void drain() {
        poller.execute(() -> {
            draining = true;
            if (armed) {
                readable();
            }
        });
    }

    private void closeNow() {
        if (!closed) {
            closed = true;
            watch.cancel();
            kernel.close(fd);
        }
    }

    /** Lets go of the descriptor; ends the stream. */
    public void close() {
        poller.execute(() -> {
            if (!closed) {
                closeNow();
                context.runOnContext(v -> end());
            }
        });
    }

    private void arrived(Buffer chunk) {
        reading = false;
        pending = Optional.of(chunk);
        advance();
    }

    private void end() {
        ended = true;
        advance();
    }

    private void advance() {
        if (handler.isEmpty()) {
            deliverEnd();
            return;
        }
        if (pending.isPresent() && demand > 0) {
            Buffer chunk = pending.get();
            pending = Optional.empty();
            demand -= demand == Long.MAX_VALUE ? 0 : 1;
            handler.get().handle(chunk);
        }
        deliverEnd();
        if (!ended && !reading && pending.isEmpty() && demand > 0) {
            reading = true;
            poller.execute(this::arm);
        }
    }

    private void deliverEnd() {
        if (ended && pending.isEmpty()) {
            if (!endDelivered && endHandler.isPresent()) {
                endDelivered = true;
                endHandler.get().handle(null);
            }
            whenEnded.tryComplete();
        }
    }

    private FdReadStream onContext(Runnable change) {
        context.runOnContext(v -> {
            change.run();
            advance();
        });
        return this;
    }

    @Override
    public FdReadStream handler(@Nullable Handler<Buffer> handler) {
        return onContext(() -> this.handler = Optional.ofNullable(handler));
    }

    @Override
    public FdReadStream pause() {
        return onContext(() -> demand = 0);
    }

    @Override
    public FdReadStream resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public FdReadStream fetch(long amount) {
        return onContext(() -> demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount);
    }

    @Override
    public FdReadStream endHandler(@Nullable Handler<Void> handler) {
        return onContext(() -> endHandler = Optional.ofNullable(handler));
    }

    @Override
    public FdReadStream exceptionHandler(@Nullable Handler<Throwable> handler) {
        return onContext(() -> exceptionHandler = Optional.ofNullable(handler));
    }
}
