package io.minik.agent.kubelet;

import io.minik.api.client.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When a sandbox or a volume that could not be made is tried again. Owned by the agent's loop. */
final class SetupRetry {
    /** From the first wait, doubling to the last. */
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

    private static final Duration MOST_WAIT = Duration.ofSeconds(30);

    private final Backoff backoff;
    private Instant retryAt = Instant.EPOCH;

    SetupRetry(RandomGenerator random) {
        backoff = new Backoff(FIRST_WAIT, MOST_WAIT, 0, random);
    }

    Instant retryAt() {
        return retryAt;
    }

    void failed(Instant now) {
        retryAt = now.plus(backoff.next());
    }

    void succeeded() {
        backoff.reset();
    }
}
