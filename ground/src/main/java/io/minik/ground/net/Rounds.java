package io.minik.ground.net;

import io.minik.ground.loop.Loop;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop that have requests waiting: one of each in turn, and so many of all together before the loop comes to
 * its sockets again. A hundred connections with their own turns alone would hold it for a second. On the loop.
 */
final class Rounds {
    /** Of all connections between two looks at the sockets. It takes some ten milliseconds. */
    static final int MOST = 64;

    /** What others get in between: a timer, since the loop would do tasks alone as long as there are any. */
    private static final Duration PAUSE = Duration.ofMillis(1);

    private final Vertx vertx;
    /** Of the handlers, known with the first request: a channel's own events come without one. */
    private @Nullable Loop loop;

    private final Queue<Turns> ring = new ArrayDeque<>();
    private int handled;
    private boolean pausing;

    Rounds(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Whether one more can be handled as it comes, although it is not its connection's first. */
    boolean hasRoom() {
        return handled < MOST;
    }

    /** One was handled as it came: counted until the loop has looked at all sockets, after which its tasks run. */
    void count(EventLoop sockets) {
        if (handled++ == 0) {
            sockets.execute(() -> handled = 0);
        }
    }

    /** A request waits. In the context of its handler. */
    void waits() {
        if (loop == null) {
            loop = Loop.here(vertx);
        }
    }

    /** From now on its requests are asked for in turn, until it leaves. */
    void join(Turns turns) {
        ring.add(turns);
        pause();
    }

    private void pause() {
        if (!pausing && !ring.isEmpty() && loop != null) {
            pausing = true;
            loop.after(PAUSE, this::round);
        }
    }

    private void round() {
        pausing = false;
        for (int left = MOST; left > 0 && !ring.isEmpty(); left--) {
            Turns turns = ring.remove();
            if (turns.next()) {
                ring.add(turns);
            }
        }
        pause();
    }
}
