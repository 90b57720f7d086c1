package io.minik.server.controllers.control;

import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.client.Reconciler;
import io.minik.api.meta.Resource;
import io.minik.ground.loop.Loop;
import java.time.temporal.ChronoUnit;

/** What all controllers of one loop share. */
public record ControllerContext(Loop loop, ApiClient client, Informers informers) {
    /** How many objects one controller works on at a time: calls overlap, decisions do not. */
    private static final int CONCURRENCY = 8;

    public static ControllerContext of(Loop loop, ApiClient client) {
        return new ControllerContext(loop, client, new Informers(loop, client));
    }

    public Informer informer(Resource resource) {
        return informers.of(resource);
    }

    public ReconcileLoop reconcile(String name, Reconciler reconciler) {
        return new ReconcileLoop(name, loop, CONCURRENCY, reconciler);
    }

    /** @param component as upstream's controller is called in events */
    public EventRecorder events(String component) {
        return new EventRecorder(loop, client, component, "");
    }

    /** Now, as the API writes times. */
    public String time() {
        return loop.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
