package io.minik.agent.kubelet;

import java.time.Duration;
import java.time.Instant;

/**
 * That a pod must stop, and how.
 *
 * @param failed it ended by the node's decision: phase Failed with the reason; else it is deleted or has run to its end
 * @param since when stopping began
 * @param graceSeconds for all of it
 */
record PodEnd(boolean failed, String reason, String message, Instant since, long graceSeconds) {
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

    PodEnd within(long seconds) {
        return new PodEnd(failed, reason, message, since, Math.min(graceSeconds, seconds));
    }
}
