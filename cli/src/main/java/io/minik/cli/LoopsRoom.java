package io.minik.cli;

import io.minik.ground.room.Room;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The event loops of all rooms, as they are measured: whoever asks for their health sends each loop a word, and one that is
 * not taken in for a while tells of a loop that something holds. No timer wakes an idle process for it.
 */
final class LoopsRoom implements Room {
    /** A turn takes microseconds, on a machine that is too busy a second. */
    private static final long HELD_MILLIS = 10_000;

    private static final long ANSWERED = -1;

    private final Supplier<Map<Context, String>> loops;
    private final LongSupplier millis;
    /** When a word was sent that was not taken in yet. */
    private final Map<Context, AtomicLong> sent = new ConcurrentHashMap<>();

    /** @param loops with the names of their rooms; @param millis that only go forward */
    LoopsRoom(Supplier<Map<Context, String>> loops, LongSupplier millis) {
        this.loops = loops;
        this.millis = millis;
    }

    @Override
    public String name() {
        return "loops";
    }

    @Override
    public Future<Void> start() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        return Future.succeededFuture();
    }

    @Override
    public Health health() {
        Health health = Health.READY;
        for (Map.Entry<Context, String> loop : loops.get().entrySet()) {
            long waited = waitedMillis(loop.getKey());
            if (waited > HELD_MILLIS) {
                health = Health.notReady(
                        "the event loop of " + loop.getValue() + " has been held for " + waited / 1000 + " s");
            }
        }
        return health;
    }

    /** The longest that a loop has not taken in what it was sent. */
    long heldMillis() {
        return loops.get().keySet().stream().mapToLong(this::waitedMillis).max().orElse(0);
    }

    private long waitedMillis(Context loop) {
        AtomicLong since = sent.computeIfAbsent(loop, unused -> new AtomicLong(ANSWERED));
        long now = millis.getAsLong();
        if (since.compareAndSet(ANSWERED, now)) {
            loop.runOnContext(unused -> since.set(ANSWERED));
            return 0;
        }
        long asked = since.get();
        return asked == ANSWERED ? 0 : now - asked;
    }
}
