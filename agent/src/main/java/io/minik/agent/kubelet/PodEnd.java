package io.minik.agent.kubelet;

import java.time.Duration;
import java.time.Instant;

/**
 * That a pod must stop, and how.
 *
 * @param why whose decision it was
 * @param since when stopping began
 * @param graceSeconds for all of it
 */
record PodEnd(Why why, String reason, String message, Instant since, long graceSeconds) {
    enum Why {
        /** It is deleted, or has run to its end. */
        OVER,
        /** The node could not run it, or no longer by its own rules: phase Failed with the reason. */
        FAILED,
        /** The same, for no fault of its own: the node was short, or goes down. Its controller is told by DisruptionTarget. */
        DISRUPTED
    }

    /** Even after the time is over a container gets this long: upstream's minimum. */
    static final long LEAST_GRACE_SECONDS = 2;

    /** What is left of the grace; 0 only if none was given. */
    long remainingSeconds(Instant now) {
        if (graceSeconds == 0) {
            return 0;
        }
        long left = graceSeconds - Duration.between(since, now).toSeconds();
        return Math.max(LEAST_GRACE_SECONDS, left);
    }

    boolean failed() {
        return why != Why.OVER;
    }

    PodEnd within(long seconds) {
        return new PodEnd(why, reason, message, since, Math.min(graceSeconds, seconds));
    }
}
