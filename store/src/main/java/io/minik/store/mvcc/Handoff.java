package io.minik.store.mvcc;

import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * What goes back to the callers' contexts: one task for each context and batch, however many callers wait on it. The
 * writer's alone; the tasks run on the contexts.
 */
final class Handoff {
    private record Delivery(ContextInternal context, Runnable action) {}

    private final IdentityHashMap<ContextInternal, List<Delivery>> byLoop = new IdentityHashMap<>();

    /** @param context where the action must run; may be a duplicated one */
    void add(ContextInternal context, Runnable action) {
        byLoop.computeIfAbsent(context.unwrap(), loop -> new ArrayList<>()).add(new Delivery(context, action));
    }

    void send() {
        if (byLoop.isEmpty()) {
            return;
        }
        byLoop.forEach((loop, deliveries) -> loop.runOnContext(task -> {
            for (Delivery delivery : deliveries) {
                // dispatch() also keeps the exception of one callback from the others.
                Handler<Void> action = v -> delivery.action().run();
                delivery.context().dispatch(null, action);
            }
        }));
        byLoop.clear();
    }
}
