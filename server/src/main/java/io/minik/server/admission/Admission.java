package io.minik.server.admission;

/**
 * One rule that a write must pass. All rules stand in one list, in order ({@link AdmissionChain}); none knows who stands
 * before it. Called on the request's loop, must not block; refuses by throwing {@link io.minik.api.meta.ApiException}.
 */
public interface Admission {
    /** Upstream's name of the plugin: {@code LimitRanger}. */
    String name();

    /** May change {@code review.object()}, which has its defaults. */
    default void mutate(Review review) {}

    /** After all mutations and after validation. */
    default void validate(Review review) {}
}
