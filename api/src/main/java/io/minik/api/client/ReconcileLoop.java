package io.minik.api.client;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * The shell of a controller: informers wake keys, the queue hands them to the reconciler once all informers are
 * complete.
 *
 * <pre>
 *   var loop = new ReconcileLoop("replicaset", on, 8, this::reconcile)
 *           .watch(replicaSets)
 *           .watch(pods, pod -&gt; owners(pod));
 * </pre>
 */
public final class ReconcileLoop implements Room, Queued {
    /** A controller whose every place is held for so long does nothing any more: a call of the API has answered long since. */
    private static final Duration STUCK = Duration.ofMinutes(2);

    private final String name;
    private final Loop loop;
    private final WorkQueue<ObjectKey> queue;
    private final List<Informer> informers = new ArrayList<>();
    private volatile boolean working;

    /** @param concurrency how many keys are worked on at a time, all on the one loop */
    public ReconcileLoop(String name, Loop loop, int concurrency, Reconciler reconciler) {
        this.name = name;
        this.loop = loop;
        this.queue = new WorkQueue<>(name, loop, concurrency, reconciler::reconcile);
    }

    /** Every change of an object wakes its own key. */
    public ReconcileLoop watch(Informer informer) {
        return watch(informer, object -> List.of(object.key()));
    }

    /** Every change of an object wakes the keys it maps to, of its state before and after. */
    public ReconcileLoop watch(Informer informer, Function<KubeObject, Collection<ObjectKey>> keys) {
        needs(informer);
        informer.onChange((before, now) -> {
            before.ifPresent(object -> keys.apply(object).forEach(queue::add));
            now.ifPresent(object -> keys.apply(object).forEach(queue::add));
        });
        return this;
    }

    /** Work waits for this informer too, but its changes wake nothing. */
    public ReconcileLoop needs(Informer informer) {
        if (!informers.contains(informer)) {
            informers.add(informer);
        }
        return this;
    }

    /** Wakes a key. On the loop. */
    public void add(ObjectKey key) {
        queue.add(key);
    }

    /** Wakes a key later. On the loop. */
    public void addAfter(ObjectKey key, Duration delay) {
        queue.addAfter(key, delay);
    }

    @Override
    public String name() {
        return name;
    }

    /** Starts the informers; work begins by itself when they are complete, {@link #health} tells. */
    @Override
    public Future<Void> start() {
        List<Future<Void>> complete = new ArrayList<>();
        for (Informer informer : informers) {
            complete.add(informer.start().synced());
        }
        Future.all(complete)
                .onSuccess(all -> loop.run(() -> {
                    working = true;
                    queue.open();
                }))
                .onFailure(error -> {
                    throw new IllegalStateException("an informer's synced never fails", error);
                });
        return Future.succeededFuture();
    }

    /** Ends the work; shared informers go on, {@link Informers#stop} ends them. */
    @Override
    public Future<Void> stop() {
        Promise<Void> stopped = Promise.promise();
        loop.run(() -> {
            working = false;
            queue.stop();
            stopped.complete();
        });
        return stopped.future();
    }

    @Override
    public List<QueueFigures> queues() {
        return List.of(queue.figures());
    }

    @Override
    public Health health() {
        Duration stuck = queue.stuckFor();
        if (working && stuck.compareTo(STUCK) > 0) {
            return Health.notReady("work has waited for " + stuck.toSeconds() + " s behind what does not end");
        }
        return working ? Health.READY : Health.notReady("waiting for informers");
    }
}
