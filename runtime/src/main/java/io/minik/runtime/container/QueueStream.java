package io.minik.runtime.container;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Chunks pushed by one thread and read on a context; says when it holds too much. */
final class QueueStream implements ReadStream<Buffer> {
    /** A few reads' worth: what a remote terminal may lag behind before the container is held back. */
    private static final long FULL_BYTES = 256 * 1024;

    private final Context context;
    private final Runnable onRoom;
    private final AtomicLong held = new AtomicLong();

    // Owned by the context.
    private final ArrayDeque<Buffer> queue = new ArrayDeque<>();
    private Optional<Handler<Buffer>> handler = Optional.empty();
    private Optional<Handler<Void>> endHandler = Optional.empty();
    private long demand = Long.MAX_VALUE;
    private boolean ended;

    /** @param onRoom called when it was full and is not any more; any thread */
    QueueStream(Context context, Runnable onRoom) {
        this.context = context;
        this.onRoom = onRoom;
    }

    void push(Buffer chunk) {
        held.addAndGet(chunk.length());
        context.runOnContext(v -> {
            queue.add(chunk);
            advance();
        });
    }

    boolean isFull() {
        return held.get() >= FULL_BYTES;
    }

    void finish() {
        context.runOnContext(v -> {
            ended = true;
            advance();
        });
    }

    private void advance() {
        while (demand > 0 && handler.isPresent() && !queue.isEmpty()) {
            Buffer chunk = queue.remove();
            demand -= demand == Long.MAX_VALUE ? 0 : 1;
            long before = held.getAndAdd(-chunk.length());
            if (before >= FULL_BYTES && before - chunk.length() < FULL_BYTES) {
                onRoom.run();
            }
            handler.get().handle(chunk);
        }
        if (ended && queue.isEmpty() && endHandler.isPresent()) {
            Handler<Void> last = endHandler.get();
            endHandler = Optional.empty();
            last.handle(null);
        }
    }

    private QueueStream onContext(Runnable change) {
        context.runOnContext(v -> {
            change.run();
            advance();
        });
        return this;
    }

    @Override
    public QueueStream handler(@Nullable Handler<Buffer> handler) {
        return onContext(() -> this.handler = Optional.ofNullable(handler));
    }

    @Override
    public QueueStream pause() {
        return onContext(() -> demand = 0);
    }

    @Override
    public QueueStream resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public QueueStream fetch(long amount) {
        return onContext(() -> demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount);
    }

    @Override
    public QueueStream endHandler(@Nullable Handler<Void> handler) {
        return onContext(() -> endHandler = Optional.ofNullable(handler));
    }

    @Override
    public QueueStream exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }
}
