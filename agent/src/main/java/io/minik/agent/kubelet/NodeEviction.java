package io.minik.agent.kubelet;

import io.minik.agent.node.NodePressure;
import io.minik.agent.node.Threshold;
import io.minik.agent.node.Threshold.Amount;
import io.minik.agent.node.Threshold.Signal;
import io.minik.api.core.Container;
import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends pods when the node is short of memory, disk, inodes or process ids, one at a time, before the kernel chooses. For the disk's
 * sake images that nobody needs go first. Looks only while there are thresholds. Owned by the agent's loop.
 */
final class NodeEviction {
    private static final Logger log = LoggerFactory.getLogger(NodeEviction.class);
    /** Upstream's interval of the eviction manager. */
    private static final Duration EVERY = Duration.ofSeconds(10);
    /** What a pod leaves is waited for before the next one is chosen. */
    private static final Duration LEAVING = Duration.ofSeconds(30);
    /** Upstream's immediateEvictionGracePeriodSeconds. */
    private static final long GRACE_SECONDS = 1;

    /** system-cluster-critical's priority, and above: such pods are not evicted. */
    private static final int CRITICAL_PRIORITY = 2_000_000_000;

    private static final List<String> UNITS = List.of("", "Ki", "Mi", "Gi", "Ti");
    private static final long UNIT = 1024;

    /** @param images gives back the disk of images that nobody needs */
    record Parts(
            ContainerStart.Node node,
            NodePressure pressure,
            Callable<Map<Signal, Amount>> figures,
            StorageEviction storage,
            Supplier<Future<Void>> images) {}

    /** A pod that may be ended. @param request of what is short; 0 where pods ask for none */
    record Candidate(PodWorker worker, long used, long request) {
        boolean exceeds() {
            return used > request;
        }

        int priority() {
            return worker.pod().spec().priority();
        }
    }

    private final Loop loop;
    private final Parts parts;
    private final Supplier<Collection<PodWorker>> workers;
    private Optional<PodWorker> leaving = Optional.empty();
    private Instant leavingUntil = Instant.EPOCH;
    private Map<Signal, Amount> figures = Map.of();
    private boolean running;

    NodeEviction(Loop loop, Parts parts, Supplier<Collection<PodWorker>> workers) {
        this.loop = loop;
        this.parts = parts;
        this.workers = workers;
    }

    void start() {
        if (!parts.pressure().policy().thresholds().isEmpty()) {
            running = true;
            loop.after(EVERY, this::round);
        }
    }

    void stop() {
        running = false;
    }

    private void round() {
        if (!running) {
            return;
        }
        look().onComplete(done -> loop.run(() -> {
            if (done.failed()) {
                log.atWarn()
                        .addKeyValue("err", String.valueOf(done.cause().getMessage()))
                        .log("what the node has left could not be measured");
            }
            loop.after(EVERY, this::round);
        }));
    }

    private Future<Void> look() {
        return measured().compose(due -> {
            if (due.isEmpty() || isLeaving()) {
                return Future.succeededFuture();
            }
            Signal signal = due.get(0).signal();
            return signal == Signal.DISK || signal == Signal.INODES
                    ? parts.images().get().compose(freed -> measured()).compose(this::endOne)
                    : endOne(due);
        });
    }

    private Future<List<Threshold>> measured() {
        return parts.node().files().call(parts.figures()).map(figures -> {
            this.figures = figures;
            return parts.pressure().seen(figures, loop.now());
        });
    }

    private boolean isLeaving() {
        boolean still =
                leaving.filter(worker -> worker.observed().containers().stream().anyMatch(Observed::running))
                                .isPresent()
                        && loop.now().isBefore(leavingUntil);
        if (!still) {
            leaving = Optional.empty();
        }
        return still;
    }

    private Future<Void> endOne(List<Threshold> due) {
        if (due.isEmpty()) {
            return Future.succeededFuture();
        }
        Threshold threshold = due.get(0);
        List<Future<Candidate>> asked = workers.get().stream()
                .filter(PodWorker::holdsResources)
                .filter(worker -> worker.end().isEmpty())
                .filter(NodeEviction::mayEnd)
                .map(worker -> candidate(worker, threshold.signal()))
                .toList();
        return Future.all(asked).map(done -> {
            asked.stream()
                    .map(Future::result)
                    .min(order(threshold.signal()))
                    .ifPresentOrElse(victim -> loop.run(() -> end(victim, threshold)), () -> log.atWarn()
                            .addKeyValue("resource", threshold.signal().resource())
                            .log("the node is short, and has no pod that could be ended for it"));
            return null;
        });
    }

    private static boolean mayEnd(PodWorker worker) {
        return worker.pod().spec().priority() < CRITICAL_PRIORITY
                && !StaticManifest.isStatic(worker.pod().object());
    }

    /** Whom to end first: who takes more than he asked for, then who matters least, then who takes most. */
    static Comparator<Candidate> order(Signal signal) {
        Comparator<Candidate> most = Comparator.comparingLong(each -> each.request() - each.used());
        Comparator<Candidate> least = Comparator.comparingInt(Candidate::priority);
        return signal == Signal.PIDS
                ? least.thenComparing(most)
                : Comparator.<Candidate, Boolean>comparing(each -> !each.exceeds())
                        .thenComparing(least)
                        .thenComparing(most);
    }

    private Future<Candidate> candidate(PodWorker worker, Signal signal) {
        Future<Long> used =
                switch (signal) {
                    case MEMORY -> figure(worker, stats -> stats.memory().workingSetBytes());
                    case PIDS -> figure(worker, Cri.ContainerStats::processCount);
                    case DISK, INODES -> parts.storage().used(worker);
                };
        long request = signal == Signal.PIDS
                ? 0
                : PodRequests.of(worker.pod())
                        .getOrDefault(signal == Signal.MEMORY ? "memory" : "ephemeral-storage", 0L);
        return used.otherwise(0L).map(amount -> new Candidate(worker, amount, request));
    }

    private interface Figure {
        long of(Cri.ContainerStats stats);
    }

    private Future<Long> figure(PodWorker worker, Figure figure) {
        List<Future<Long>> all = new ArrayList<>();
        worker.observed().containers().stream()
                .filter(Observed::running)
                .forEach(container -> all.add(parts.node()
                        .runtime()
                        .containerStats(container.id())
                        .map(figure::of)
                        .otherwise(0L)));
        return Future.all(all)
                .map(done -> all.stream().mapToLong(Future::result).sum());
    }

    private void end(Candidate victim, Threshold threshold) {
        PodWorker worker = victim.worker();
        if (worker.end().isPresent() || !worker.holdsResources()) {
            return;
        }
        Signal signal = threshold.signal();
        String message = message(threshold, figures.getOrDefault(signal, new Amount(0, 0)), victim);
        long grace = threshold.grace().isEmpty()
                ? GRACE_SECONDS
                : Math.min(
                        worker.pod().spec().terminationGracePeriodSeconds(),
                        parts.node()
                                .config()
                                .settings()
                                .evictionMaxPodGracePeriod()
                                .orElse(Long.MAX_VALUE));
        leaving = Optional.of(worker);
        leavingUntil = loop.now().plus(LEAVING).plusSeconds(grace);
        log.atWarn()
                .addKeyValue("pod", worker.pod().key())
                .addKeyValue("resource", signal.resource())
                .log("pod is ended: the node is short");
        parts.node().events().warning(worker.pod(), "Evicted", message);
        worker.fail(PodEnd.Why.DISRUPTED, "Evicted", message, grace);
        worker.wake();
    }

    /** In upstream's words; the blanks at the ends are theirs. */
    static String message(Threshold threshold, Amount amount, Candidate victim) {
        Signal signal = threshold.signal();
        StringBuilder text = new StringBuilder("The node was low on resource: " + signal.resource() + ". ");
        String quantity = threshold.percent()
                ? text(signal, (long) (amount.all() / 100.0 * threshold.amount()))
                : threshold.text();
        text.append("Threshold quantity: ")
                .append(quantity)
                .append(", available: ")
                .append(text(signal, amount.available()))
                .append(". ");
        if (victim.exceeds() && signal != Signal.PIDS) {
            List<Container> containers = victim.worker().pod().spec().containers();
            text.append("Container ")
                    .append(containers.get(0).name())
                    .append(containers.size() == 1 ? "" : " and others")
                    .append(" was using ")
                    .append(text(signal, victim.used()))
                    .append(", request is ")
                    .append(victim.request() == 0 ? "0" : text(signal, victim.request()))
                    .append(", has larger consumption of ")
                    .append(signal.resource())
                    .append(". ");
        }
        return text.toString();
    }

    /** Bytes as a quantity of the largest unit that they are whole in. */
    private static String text(Signal signal, long amount) {
        if (signal == Signal.PIDS || signal == Signal.INODES) {
            return Long.toString(amount);
        }
        long rest = amount;
        int unit = 0;
        while (rest != 0 && rest % UNIT == 0 && unit < UNITS.size() - 1) {
            rest /= UNIT;
            unit++;
        }
        return rest + UNITS.get(unit);
    }
}
