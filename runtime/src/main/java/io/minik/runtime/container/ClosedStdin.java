package io.minik.runtime.container;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/** The stdin of a process that has none: writing fails, ending it is fine. */
final class ClosedStdin implements WriteStream<Buffer> {
    @Override
    public Future<Void> write(Buffer data) {
        return Future.failedFuture(Kernel.fault(Errno.EPIPE, "write", "a stdin that was not asked for"));
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
        return false;
    }

    @Override
    public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
        return this;
    }

    @Override
    public WriteStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }
}
