package io.minik.agent.kubelet;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends pods that take more of the disk than they may. It counts only while a pod with a limit is here, one pod after the
 * other, and rests ten times as long as it counted: a full disk must not keep the node busy. Owned by the agent's loop.
 */
final class StorageEviction {
    private static final Logger log = LoggerFactory.getLogger(StorageEviction.class);
    /** Upstream's interval of the eviction manager. */
    private static final Duration EVERY = Duration.ofSeconds(10);

    private static final int REST = 10;
    /** Upstream's immediateEvictionGracePeriodSeconds. */
    private static final long GRACE_SECONDS = 1;

    private final Loop loop;
    private final ContainerStart.Node node;
    private final Supplier<Collection<PodWorker>> workers;
    private boolean running;

    StorageEviction(Loop loop, ContainerStart.Node node, Supplier<Collection<PodWorker>> workers) {
        this.loop = loop;
        this.node = node;
        this.workers = workers;
    }

    /** A pod has come: from now on its disk is looked at, if it has a limit. */
    void watch(PodWorker worker) {
        if (!running && isLimited(worker)) {
            running = true;
            loop.after(EVERY, this::round);
        }
    }

    private static boolean isLimited(PodWorker worker) {
        return worker.holdsResources()
                && worker.end().isEmpty()
                && !StorageLimits.of(worker.pod()).none();
    }

    private void round() {
        List<PodWorker> limited =
                workers.get().stream().filter(StorageEviction::isLimited).toList();
        if (limited.isEmpty()) {
            running = false;
            return;
        }
        Instant began = loop.now();
        look(limited, 0)
                .onComplete(done -> loop.run(() -> {
                    Duration rest = Duration.between(began, loop.now()).multipliedBy(REST);
                    loop.after(rest.compareTo(EVERY) > 0 ? rest : EVERY, this::round);
                }));
    }

    private Future<Void> look(List<PodWorker> limited, int index) {
        if (index == limited.size()) {
            return Future.succeededFuture();
        }
        PodWorker worker = limited.get(index);
        return look(worker)
                .recover(error -> {
                    log.atWarn()
                            .addKeyValue("pod", worker.pod().key())
                            .addKeyValue("err", String.valueOf(error.getMessage()))
                            .log("a pod's use of the disk could not be counted");
                    return Future.succeededFuture();
                })
                .compose(ignored -> look(limited, index + 1));
    }

    private Future<Void> look(PodWorker worker) {
        Future<Map<String, Long>> volumes = node.volumes().used(worker.pod());
        Future<Map<String, Long>> containers = containers(worker);
        return Future.all(volumes, containers).map(ignored -> {
            StorageLimits.of(worker.pod())
                    .exceeded(volumes.result(), containers.result())
                    .ifPresent(message -> loop.run(() -> evict(worker, message)));
            return null;
        });
    }

    /** Bytes of a pod's volumes, writable layers and logs. */
    Future<Long> used(PodWorker worker) {
        Future<Map<String, Long>> volumes = node.volumes().used(worker.pod());
        Future<Map<String, Long>> containers = containers(worker);
        return Future.all(volumes, containers).map(done -> Stream.of(volumes.result(), containers.result())
                .flatMap(each -> each.values().stream())
                .mapToLong(Long::longValue)
                .sum());
    }

    private void evict(PodWorker worker, String message) {
        if (worker.end().isEmpty() && worker.holdsResources()) {
            node.events().warning(worker.pod(), "Evicted", message);
            worker.fail(PodEnd.Why.DISRUPTED, "Evicted", message, GRACE_SECONDS);
            worker.wake();
        }
    }

    /** Writable layers and logs, by the containers' names. */
    private Future<Map<String, Long>> containers(PodWorker worker) {
        Map<String, Long> used = new HashMap<>();
        List<Future<Void>> all = new ArrayList<>();
        for (var container : worker.pod().allContainers()) {
            worker.observed()
                    .newest(container.name())
                    .ifPresent(present -> all.add(used(present).map(bytes -> {
                        used.put(container.name(), bytes);
                        return null;
                    })));
        }
        return all.isEmpty() ? Future.succeededFuture(used) : Future.all(all).map(used);
    }

    private Future<Long> used(Cri.ContainerStatus container) {
        Future<Long> layer = container.state() == Cri.ContainerState.CONTAINER_RUNNING
                ? node.runtime().containerStats(container.id()).map(stats -> stats.writableLayer()
                        .usedBytes())
                : Future.succeededFuture(0L);
        return layer.compose(bytes -> node.files().call(() -> bytes + logBytes(container)));
    }

    private static long logBytes(Cri.ContainerStatus container) throws IOException {
        long bytes = 0;
        for (Path file : PodDirectory.logs(container.logPath())) {
            bytes += file.toFile().length();
        }
        return bytes;
    }
}
