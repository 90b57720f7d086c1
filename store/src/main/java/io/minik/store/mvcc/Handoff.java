package io.minik.store.mvcc;

import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes back to the callers' contexts: one task for each context and batch, however many callers wait on it, in the order in
 * which the contexts were first spoken to, so that a run can be replayed. The writer's alone; the tasks run on the contexts.
 */
final class Handoff {
    private static final Logger LOG = LoggerFactory.getLogger(Handoff.class);

    private record Delivery(ContextInternal context, Runnable action) {}

    private final Map<ContextInternal, List<Delivery>> byLoop = new LinkedHashMap<>();

    /** @param context where the action must run; may be a duplicated one */
    void add(ContextInternal context, Runnable action) {
        byLoop.computeIfAbsent(context.unwrap(), loop -> new ArrayList<>()).add(new Delivery(context, action));
    }

    void send() {
        if (byLoop.isEmpty()) {
            return;
        }
        byLoop.forEach(Handoff::send);
        byLoop.clear();
    }

    private static void send(ContextInternal loop, List<Delivery> deliveries) {
        try {
            loop.runOnContext(task -> deliveries.forEach(Handoff::run));
        } catch (RejectedExecutionException closed) {
            // Its Vert.x is closed: there is nobody to tell.
            LOG.atDebug().setCause(closed).log("answers dropped");
        }
    }

    private static void run(Delivery delivery) {
        // dispatch() also keeps the exception of one callback from the others.
        Handler<Void> action = v -> delivery.action().run();
        delivery.context().dispatch(null, action);
    }
}
