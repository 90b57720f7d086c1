package io.minik.agent.ingress;

import io.minik.ground.net.Connections;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long nothing may move. One deadline of the connection's, set again only when it is over: to note a move costs nothing. */
final class Patience {
    private final Connections.Guard guard;
    private final Runnable late;
    private Connections.@Nullable Deadline deadline;
    private int seconds;
    private long moved;

    Patience(Connections.Guard guard, Runnable late) {
        this.guard = guard;
        this.late = late;
    }

    /** From now on, for so long. */
    void begin(int limit) {
        if (limit < seconds) {
            end();
        }
        seconds = limit;
        moved();
        if (deadline == null) {
            deadline = guard.within(limit, this::look);
        }
    }

    void moved() {
        moved = System.nanoTime();
    }

    void end() {
        if (deadline != null) {
            deadline.met();
            deadline = null;
        }
    }

    private void look() {
        long still = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - moved);
        if (still >= seconds) {
            deadline = null;
            late.run();
        } else {
            deadline = guard.within((int) Math.max(1, seconds - still), this::look);
        }
    }
}
