package io.minik.store.remote;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One quorum read for all who ask for the read point at about the same time: who comes while one is under way may not have its
 * answer, which may be older, and shares the next. Owned by the store's loop.
 */
final class ReadPoint {
    private final Supplier<Future<Long>> ask;
    private boolean asking;
    private Optional<Promise<Long>> waiting = Optional.empty();

    ReadPoint(Supplier<Future<Long>> ask) {
        this.ask = ask;
    }

    Future<Long> revision() {
        Promise<Long> next = waiting.orElseGet(Promise::promise);
        waiting = Optional.of(next);
        if (!asking) {
            go();
        }
        return next.future();
    }

    private void go() {
        waiting.ifPresent(first -> {
            waiting = Optional.empty();
            asking = true;
            ask.get().onComplete(done -> {
                asking = false;
                if (done.succeeded()) {
                    first.complete(done.result());
                } else {
                    first.fail(done.cause());
                }
                go();
            });
        });
    }
}
