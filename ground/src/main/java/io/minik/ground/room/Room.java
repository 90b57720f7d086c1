package io.minik.ground.room;

import io.vertx.core.Future;

/**
 * A part of minik with a life of its own. Whoever wires rooms starts them in list order and stops them in reverse.
 *
 * <pre>
 *   NEW --start()--> STARTING --> RUNNING --stop()--> STOPPING --> STOPPED
 *                        |            |                               ^
 *                        +--> FAILED <+ (invariant broken) --stop()---+
 * </pre>
 *
 * start() and stop() are called once each, by the wiring only; stop() also after a failed start, and then undoes what was
 * done. health() may be called at any time from any thread and never blocks.
 */
public interface Room {
    /** A short noun, as in docs/rooms.txt and /readyz?verbose. */
    String name();

    /** Succeeds when the room serves. Fails with what stands in the way, worded for the person who reads the console. */
    Future<Void> start();

    /** Ends the room's work and gives back what it holds; what must outlive minik (containers) is left alone. */
    Future<Void> stop();

    Health health();

    /**
     * Fails when the room can't go on by itself, after a start that was good: whoever wired it ends the process, which its
     * supervisor starts anew. A room that recovers from all it meets never tells.
     */
    default Future<Void> failed() {
        return Future.future(never -> {});
    }

    /** @param ready whether it serves; @param message why not, or empty */
    record Health(boolean ready, String message) {
        public static final Health READY = new Health(true, "");

        public static Health notReady(String why) {
            return new Health(false, why);
        }
    }
}
