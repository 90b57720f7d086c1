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

    /** About one pod, one behind the other: whoever throws more often may be told again only after the story's end. */
    private static final int MOST_IN_A_ROW = 2;

    private final Map<ObjectKey, Integer> thrownHearing = new TreeMap<>();

    private final Map<ObjectKey, Integer> thrownWorking = new TreeMap<>();

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

    private void trip(Map<ObjectKey, Integer> thrown, ObjectKey key) {
        boolean trips = context.loop().random().nextInt(ONE_IN) == 0;
        if (trips && thrown.merge(key, 1, Integer::sum) <= MOST_IN_A_ROW) {
            throw new IllegalStateException("a fault of the neighbour's");
        }
        thrown.remove(key);
    }

    private void hear(Optional<KubeObject> before, Optional<KubeObject> now) {
        ObjectKey key = now.or(() -> before).orElseThrow().key();
        trip(thrownHearing, key);
        note(heard, key, now);
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        trip(thrownWorking, key);
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
