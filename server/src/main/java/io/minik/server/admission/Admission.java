package io.minik.server.admission;

import io.vertx.core.Future;

/**
 * One rule that a write must pass. All rules stand in one list, in order ({@link AdmissionChain}); none knows who stands
 * before it. Called on the request's loop, must not block; refuses by throwing {@link io.minik.api.meta.ApiException}.
 */
public interface Admission {
    /** Upstream's name of the plugin: {@code LimitRanger}. */
    String name();

    /** May change {@code review.object()}, which has its defaults. */
    default void mutate(Review review) {}

    /**
     * {@link #mutate}, for a rule that may have to wait for something first: what it answers is then incomplete. All
     * others are done at once, and cost nothing.
     */
    default Future<Void> admit(Review review) {
        mutate(review);
        return AdmissionChain.DONE;
    }

    /** After all mutations and after validation. */
    default void validate(Review review) {}
}
