package io.minik.agent.probe;

import io.minik.api.core.Container;
import java.time.Instant;

/** Keeps the probes of running containers going. Called on the agent's loop. */
public interface Prober {
    enum Kind {
        STARTUP("Startup"),
        READINESS("Readiness"),
        LIVENESS("Liveness");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As messages start with it. */
        public String word() {
            return word;
        }
    }

    /** Called on the agent's loop. */
    interface Listener {
        /** Of each try, whatever comes of it. */
        default void tried(Kind kind, Actions.Result result) {}

        /** The verdict changed: the threshold of successes or failures was reached. */
        void verdict(Kind kind, boolean success, String message);

        /** One try has failed. */
        void failed(Kind kind, String message);

        /** One try succeeded, but says something. */
        void warned(Kind kind, String message);

        /** One try could not be made, and counts for nothing. */
        void errored(Kind kind, String message);
    }

    /**
     * Starts the container's probes; does nothing if they run already.
     *
     * @param started the startup probe has passed already (an adopted container)
     */
    void start(Container container, Actions.Target target, Instant startedAt, boolean started, Listener listener);

    /** The container is told to end: it is asked on whether it is ready, and nothing else. Idempotent. */
    void retire(String containerId);

    /** Ends the container's probes; may be called again. */
    void stop(String containerId);
}
