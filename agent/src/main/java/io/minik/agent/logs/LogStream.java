package io.minik.agent.logs;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One reader of one container's log. Owned by the reader's context.
 *
 * <pre>
 *   READING --(all read, following)--> WAITING --(directory changed, container ended)--> READING
 *      |  +--(writer full)--> DRAINING --(drained)--> READING
 *      +--(all read and not following, or ended; limit; closed)--> DONE
 * </pre>
 */
public final class LogStream {
    private final Path directory;
    private final LogOptions options;
    private final LogWatch watch;
    private final WorkerExecutor files;
    private final WriteStream<Buffer> out;
    private final LogCursor cursor;
    private final Promise<Void> done = Promise.promise();
    private final Runnable told;
    private boolean waiting;
    private boolean dirty;
    private boolean ended;
    private boolean closed;

    /**
     * @param context the caller's: everything happens on it
     * @param files where blocking work is done
     */
    public LogStream(
            Context context,
            Path log,
            LogOptions options,
            LogWatch watch,
            WorkerExecutor files,
            WriteStream<Buffer> out) {
        this.directory = log.toAbsolutePath().resolve("..").normalize();
        this.options = options;
        this.watch = watch;
        this.files = files;
        this.out = out;
        this.cursor = new LogCursor(log.toAbsolutePath(), options);
        this.told = () -> context.runOnContext(ignored -> wake());
    }

    /** Succeeds when all was written that was asked for; the writer is not ended. */
    public Future<Void> start() {
        if (options.follow()) {
            try {
                watch.add(directory, told);
            } catch (IOException e) {
                return Future.failedFuture(e);
            }
        }
        read();
        return done.future();
    }

    /** The container writes no more: what is there is read, and then it ends. */
    public void containerEnded() {
        ended = true;
        wake();
    }

    /** The reader went away. */
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (waiting) {
            finish(null);
        }
    }

    private void wake() {
        dirty = true;
        if (waiting) {
            waiting = false;
            read();
        }
    }

    private void read() {
        dirty = false;
        boolean last = ended;
        files.executeBlocking(cursor::read, false).onComplete(result -> {
            if (closed) {
                finish(null);
            } else if (result.failed()) {
                finish(result.cause());
            } else {
                took(result.result(), last);
            }
        });
    }

    private void took(LogCursor.Block block, boolean last) {
        if (block.text().length() > 0) {
            out.write(block.text()).onFailure(error -> close());
        }
        if (block.over()) {
            finish(null);
        } else if (!block.end()) {
            if (out.writeQueueFull()) {
                out.drainHandler(ignored -> read());
            } else {
                read();
            }
        } else if (!options.follow() || last) {
            finish(null);
        } else if (dirty) {
            read();
        } else {
            waiting = true;
        }
    }

    private void finish(@org.jspecify.annotations.Nullable Throwable error) {
        if (options.follow()) {
            watch.remove(directory, told);
        }
        try {
            cursor.close();
        } catch (IOException e) {
            done.tryFail(e);
        }
        if (error == null) {
            done.tryComplete();
        } else {
            done.tryFail(error);
        }
    }
}
