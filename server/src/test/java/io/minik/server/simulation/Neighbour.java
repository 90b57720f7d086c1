package io.minik.server.simulation;

import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.room.Room;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A controller that throws now and then, where it hears of pods and where it works on them. It shares loop and informers with
 * all others: they go on, and it, too, knows all in the end.
 */
final class Neighbour implements Room {
    private static final int ONE_IN = 4;

    /** Each pod's version, as the handler heard of it last. */
    final Map<ObjectKey, String> heard = new TreeMap<>();

    /** The same, as it was worked on. */
    final Map<ObjectKey, String> workedOn = new TreeMap<>();

    private final ControllerContext context;
    private final Informer pods;
    private final ReconcileLoop work;

    Neighbour(ControllerContext context) {
        this.context = context;
        this.pods = context.informer(Resources.PODS);
        pods.onChange(this::hear);
        this.work = new ReconcileLoop("neighbour", context.loop(), 2, this::reconcile).watch(pods);
    }

    private void trip() {
        if (context.loop().random().nextInt(ONE_IN) == 0) {
            throw new IllegalStateException("a fault of the neighbour's");
        }
    }

    private void hear(Optional<KubeObject> before, Optional<KubeObject> now) {
        trip();
        note(heard, now.or(() -> before).orElseThrow().key(), now);
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        trip();
        note(workedOn, key, pods.get(key));
        return Outcomes.done();
    }

    private static void note(Map<ObjectKey, String> where, ObjectKey key, Optional<KubeObject> now) {
        now.ifPresentOrElse(pod -> where.put(key, pod.meta().resourceVersion()), () -> where.remove(key));
    }

    @Override
    public String name() {
        return work.name();
    }

    @Override
    public Future<Void> start() {
        return work.start();
    }

    @Override
    public Future<Void> stop() {
        return work.stop();
    }

    @Override
    public Health health() {
        return work.health();
    }
}
