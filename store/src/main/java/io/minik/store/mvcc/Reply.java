package io.minik.store.mvcc;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;

/** Where an answer goes: completed on the caller's context. */
record Reply<T>(ContextInternal context, Promise<T> promise) {
    static <T> Reply<T> to(ContextInternal context) {
        return new Reply<>(context, Promise.promise());
    }

    Future<T> future() {
        return promise.future();
    }

    void succeed(Handoff handoff, T result) {
        handoff.add(context, () -> promise.tryComplete(result));
    }

    void succeed(Handoff handoff) {
        handoff.add(context, promise::tryComplete);
    }

    void fail(Handoff handoff, Throwable why) {
        handoff.add(context, () -> promise.tryFail(why));
    }

    /** From any thread. */
    void refuse(Throwable why) {
        context.runOnContext(task -> promise.tryFail(why));
    }
}
