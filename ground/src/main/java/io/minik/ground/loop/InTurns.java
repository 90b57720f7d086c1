package io.minik.ground.loop;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Iterator;
import java.util.function.Function;

/** What is behind {@link Loop#inTurns}. */
record InTurns<T>(Loop loop, Iterator<T> items, Function<T, Future<Void>> step, Promise<Void> done) {
    void next() {
        if (!items.hasNext()) {
            done.complete();
            return;
        }
        Future<Void> taken;
        try {
            taken = step.apply(items.next());
        } catch (RuntimeException e) {
            taken = Future.failedFuture(e);
        }
        taken.onSuccess(unused -> loop.run(this::next)).onFailure(done::fail);
    }
}
