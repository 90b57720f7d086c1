package io.minik.store;

import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits, on a test's own thread. */
public final class Await {
    /** Long enough for a busy machine: nothing is measured by it. */
    private static final long SECONDS = 30;

    private Await() {}

    public static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(failed.getCause());
        } catch (InterruptedException | TimeoutException gaveUp) {
            throw new AssertionError("no answer", gaveUp);
        }
    }
}
