package io.minik.server.admission;

import io.vertx.core.Future;

/**
 * One step that a write must pass between authorization and the store. All stand in one list, in order ({@link
 * AdmissionChain}); none knows who stands before it. Called on the request's loop, must not block; refuses by throwing, or by a
 * Future that fails with, {@link io.minik.api.meta.ApiException}.
 *
 * <p>A step that needs nobody returns {@link #DONE}: that costs neither a hop nor an object. One that asks somebody returns what
 * completes with the answer, and the write waits behind it while its loop goes on with others. Meanwhile the object may be changed
 * by somebody else: then the commit fails, and all steps are asked again about what is then to be written. So a step changes
 * nothing but the {@link Review}.
 */
public interface Admission {
    /** Shared by all that need nobody. */
    Future<Void> DONE = Future.succeededFuture();

    /** Upstream's name of the plugin: {@code LimitRanger}. */
    String name();

    /** May change {@code review.object()}, which has its defaults. */
    default Future<Void> mutate(Review review) {
        return DONE;
    }

    /** After all mutations and after validation. */
    default Future<Void> validate(Review review) {
        return DONE;
    }

    /** Once it is certain that the write takes {@code review.old()} out of the store: what must go with it. */
    default void release(Review review) {}
}
