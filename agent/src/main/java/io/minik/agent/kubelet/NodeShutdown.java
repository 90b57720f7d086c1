package io.minik.agent.kubelet;

import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends pods before the machine goes down: those of the lowest priorities first, each group with its own grace; the next one begins when
 * the last of a group has ended, or the group's time is over. Owned by the agent's loop.
 */
final class NodeShutdown {
    private static final Logger log = LoggerFactory.getLogger(NodeShutdown.class);
    private static final String REASON = "Terminated";
    private static final String MESSAGE = "Pod was terminated in response to imminent node shutdown.";
    /** How often a group is looked at: it is over when the last of its pods says so. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Loop loop;
    private final KubeletSettings.Shutdown settings;
    private final PodEvents events;
    private final Supplier<Collection<PodWorker>> workers;
    private boolean begun;

    NodeShutdown(
            Loop loop, KubeletSettings.Shutdown settings, PodEvents events, Supplier<Collection<PodWorker>> workers) {
        this.loop = loop;
        this.settings = settings;
        this.events = events;
        this.workers = workers;
    }

    /** Why no pod begins here any more. */
    Optional<NodeAdmission.Rejection> refuse() {
        return begun
                ? Optional.of(
                        new NodeAdmission.Rejection("NodeShutdown", "Pod was rejected as the node is shutting down."))
                : Optional.empty();
    }

    Future<Void> begin() {
        if (begun || settings.groups().isEmpty()) {
            return Future.succeededFuture();
        }
        begun = true;
        log.atInfo().addKeyValue("grace", settings.whole()).log("the machine goes down: pods end");
        Future<Void> done = Future.succeededFuture();
        for (KubeletSettings.Group group : settings.groups()) {
            done = done.compose(before -> end(group));
        }
        return done;
    }

    private Future<Void> end(KubeletSettings.Group group) {
        List<PodWorker> here = workers.get().stream()
                .filter(worker -> settings.of(worker.pod().spec().priority()).equals(group))
                .filter(NodeShutdown::lives)
                .toList();
        for (PodWorker worker : here) {
            long grace = Math.min(group.grace().toSeconds(), worker.pod().spec().terminationGracePeriodSeconds());
            if (worker.end().isEmpty()) {
                events.normal(worker.pod(), REASON, MESSAGE);
            }
            worker.fail(PodEnd.Why.DISRUPTED, REASON, MESSAGE, grace);
            worker.wake();
        }
        Promise<Void> over = Promise.promise();
        watch(here, loop.now().plus(group.grace()), over);
        return over.future();
    }

    private void watch(List<PodWorker> group, Instant until, Promise<Void> over) {
        boolean late = !loop.now().isBefore(until);
        if (late || group.stream().noneMatch(NodeShutdown::lives)) {
            group.stream().filter(NodeShutdown::lives).forEach(worker -> log.atWarn()
                    .addKeyValue("pod", worker.pod().key())
                    .log("a pod did not end in the time that its priority has"));
            over.complete();
        } else {
            loop.after(LOOK, () -> watch(group, until, over));
        }
    }

    /** Until all of it has ended and the API knows. */
    private static boolean lives(PodWorker worker) {
        return worker.observed().containers().stream().anyMatch(Observed::running)
                || (worker.known() && !worker.status().terminal());
    }
}
