package io.minik.server.resourcemetrics;

import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Two samples of each node that somebody asks about, taken when they ask. Who asks after a long silence waits for a second, over
 * which the rates are; who asks every quarter of a minute, as an autoscaler does, gets rates since its last question at once.
 * Between questions nothing is done.
 *
 * <p>On one loop.
 */
final class Scrapes {
    /** Who asks again within this gets the same answer; metrics-server's is up to 15 s old. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** A rate over more than this is none of the present any more. */
    private static final Duration OLDEST = Duration.ofSeconds(60);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Loop loop;
    private final Function<String, Future<String>> kubelets;
    private final Map<String, Pair> known = new HashMap<>();
    private final Map<String, Future<Pair>> underWay = new HashMap<>();

    /** @param takenMillis of this loop, when the later one came */
    record Pair(Optional<NodeSample> before, NodeSample now, long takenMillis) {
        Optional<Reading.Usage> node() {
            return now.node().flatMap(reading -> reading.since(before.flatMap(NodeSample::node)));
        }
    }

    /** @param kubelets what the kubelet of this node answers to {@code GET /metrics/resource} */
    Scrapes(Loop loop, Function<String, Future<String>> kubelets) {
        this.loop = loop;
        this.kubelets = kubelets;
    }

    /** Forgets what was known of all other nodes. */
    void keepOnly(Set<String> nodes) {
        known.keySet().retainAll(nodes);
    }

    Future<Pair> of(String node) {
        Pair last = known.get(node);
        if (last != null && last.before().isPresent() && age(last) < FRESH.toMillis()) {
            return Future.succeededFuture(last);
        }
        Future<Pair> present = underWay.get(node);
        if (present != null) {
            return present;
        }
        Future<Pair> next = take(node, Optional.ofNullable(last)).onComplete(taken -> {
            underWay.remove(node);
            if (taken.succeeded()) {
                known.put(node, taken.result());
            }
        });
        if (!next.isComplete()) {
            underWay.put(node, next);
        }
        return next;
    }

    private long age(Pair pair) {
        return loop.millis() - pair.takenMillis();
    }

    private Future<Pair> take(String node, Optional<Pair> last) {
        Optional<NodeSample> before = last.filter(
                        pair -> age(pair) >= PAUSE.toMillis() && age(pair) <= OLDEST.toMillis())
                .map(Pair::now);
        return sample(node)
                .compose(first -> before.isPresent()
                        ? Future.succeededFuture(pair(before, first))
                        : pause().compose(unused -> sample(node)).map(second -> pair(Optional.of(first), second)));
    }

    private Pair pair(Optional<NodeSample> before, NodeSample now) {
        return new Pair(before, now, loop.millis());
    }

    private Future<NodeSample> sample(String node) {
        return kubelets.apply(node)
                .map(text -> NodeSample.parse(text, loop.now().toEpochMilli()));
    }

    private Future<Void> pause() {
        Promise<Void> over = Promise.promise();
        loop.after(PAUSE, over::complete);
        return over.future();
    }
}
