package io.minik.runtime.sys;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A non-blocking descriptor (pipe, pty, socket) to write to. Owns it: closed when what was written before {@link #end} is out. */
public final class FdWriteStream implements WriteStream<Buffer> {
    /** Held for a reader that does not keep up before the writer is told to wait; a pipe holds as much again. */
    private static final int DEFAULT_QUEUE_BYTES = 64 * 1024;

    private final Poller poller;
    private final Kernel kernel;
    private final Context context;
    private final Runnable onEnd;
    private final AtomicLong queued = new AtomicLong();
    private volatile int maxQueued = DEFAULT_QUEUE_BYTES;

    // Owned by the poll thread.
    private final int fd;
    private final Poller.Watch watch;
    private final ArrayDeque<Pending> queue = new ArrayDeque<>();
    private boolean ending;
    private boolean closed;

    // Owned by the context.
    private Optional<Handler<Void>> drainHandler = Optional.empty();
    private Optional<Handler<Throwable>> exceptionHandler = Optional.empty();

    private static final class Pending {
        private final byte[] bytes;
        private final Promise<Void> written;
        private int done;

        private Pending(byte[] bytes, Promise<Void> written) {
            this.bytes = bytes;
            this.written = written;
        }
    }

    /**
     * @param fd O_NONBLOCK, of a kind that epoll knows
     * @param onEnd on the poll thread, when all is written and before the descriptor is closed: a socket's half-close
     */
    public FdWriteStream(Poller poller, Kernel kernel, Context context, int fd, Runnable onEnd) {
        this.poller = poller;
        this.kernel = kernel;
        this.context = context;
        this.fd = fd;
        this.onEnd = onEnd;
        this.watch = poller.watch(fd, events -> flush());
    }

    @Override
    public Future<Void> write(Buffer data) {
        Promise<Void> written = Promise.promise();
        byte[] bytes = data.getBytes();
        queued.addAndGet(bytes.length);
        poller.execute(() -> {
            if (closed || ending) {
                queued.addAndGet(-bytes.length);
                written.fail(Kernel.fault(Errno.EPIPE, "write", "a closed stream"));
                return;
            }
            queue.add(new Pending(bytes, written));
            flush();
        });
        return onContext(written.future());
    }

    private Future<Void> onContext(Future<Void> future) {
        Promise<Void> promise = Promise.promise();
        future.onComplete(done -> context.runOnContext(v -> promise.handle(done)));
        return promise.future();
    }

    private void flush() {
        while (!closed && !queue.isEmpty()) {
            Pending head = queue.peek();
            long result = writeSome(head);
            if (result == -Errno.EAGAIN) {
                watch.arm(Poller.WRITABLE);
                return;
            }
            if (result < 0) {
                RuntimeException failure = Kernel.fault((int) -result, "write", "stream");
                closeNow(failure);
                context.runOnContext(v -> exceptionHandler.ifPresent(h -> h.handle(failure)));
                return;
            }
            head.done += (int) result;
            if (head.done == head.bytes.length) {
                queue.remove();
                head.written.complete();
                drained(head.bytes.length);
            }
        }
        if (ending && !closed) {
            onEnd.run();
            closeNow(Kernel.fault(Errno.EPIPE, "write", "a closed stream"));
        }
    }

    private long writeSome(Pending head) {
        try (Arena arena = kernel.sys().arena()) {
            int rest = Math.min(head.bytes.length - head.done, DEFAULT_QUEUE_BYTES);
            if (rest == 0) {
                return 0;
            }
            Arena.Block block = arena.allocate(rest);
            block.bytes().put(0, head.bytes, head.done, rest);
            return kernel.write(fd, block.address(), rest);
        }
    }

    private void drained(int bytes) {
        long before = queued.getAndAdd(-bytes);
        if (before >= maxQueued / 2 && before - bytes < maxQueued / 2) {
            context.runOnContext(v -> drainHandler.ifPresent(h -> h.handle(null)));
        }
    }

    private void closeNow(RuntimeException failure) {
        if (!closed) {
            closed = true;
            watch.cancel();
            kernel.close(fd);
            queue.forEach(pending -> pending.written.tryFail(failure));
            queue.clear();
        }
    }

    @Override
    public Future<Void> end() {
        Promise<Void> ended = Promise.promise();
        poller.execute(() -> {
            ending = true;
            flush();
            ended.complete();
        });
        return onContext(ended.future());
    }

    /** Drops what is not written yet. */
    public void close() {
        poller.execute(() -> closeNow(Kernel.fault(Errno.EPIPE, "write", "a closed stream")));
    }

    @Override
    public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
        maxQueued = Math.max(2, maxSize);
        return this;
    }

    @Override
    public boolean writeQueueFull() {
        return queued.get() >= maxQueued;
    }

    @Override
    public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
        drainHandler = Optional.ofNullable(handler);
        return this;
    }

    @Override
    public WriteStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
        exceptionHandler = Optional.ofNullable(handler);
        return this;
    }
}
