package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.core.Volume;
import io.minik.api.meta.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a pod may take of the node's disk, by its emptyDirs' sizeLimit and its containers' ephemeral-storage limits. Pure.
 *
 * @param emptyDirs, containers only those with a limit
 * @param pod of all containers together; empty if none has one
 */
record StorageLimits(Map<String, Quantity> emptyDirs, Map<String, Quantity> containers, Optional<Quantity> pod) {
    private static final String RESOURCE = "ephemeral-storage";
    /** system-cluster-critical's priority, and above: such pods are not evicted for what they write. */
    private static final int CRITICAL_PRIORITY = 2_000_000_000;

    static StorageLimits of(Pod pod) {
        Map<String, Quantity> emptyDirs = new LinkedHashMap<>();
        Map<String, Quantity> containers = new LinkedHashMap<>();
        if (pod.spec().priority() >= CRITICAL_PRIORITY) {
            return new StorageLimits(emptyDirs, containers, Optional.empty());
        }
        for (Volume volume : pod.spec().volumes()) {
            if (volume.type().equals("emptyDir")) {
                Quantity.find(volume.source().path("sizeLimit").asText(""))
                        .filter(limit -> limit.signum() > 0)
                        .ifPresent(limit -> emptyDirs.put(volume.name(), limit));
            }
        }
        Optional<Quantity> sum = Optional.empty();
        for (Container container : pod.spec().containers()) {
            Optional<Quantity> limit = limit(container);
            limit.ifPresent(quantity -> containers.put(container.name(), quantity));
            sum = limit.isEmpty() ? sum : Optional.of(sum.map(limit.get()::add).orElse(limit.get()));
        }
        for (Container container : pod.spec().initContainers()) {
            Optional<Quantity> limit = limit(container);
            if (limit.isPresent()) {
                Optional<Quantity> before = sum;
                sum = Optional.of(
                        container.sidecar()
                                ? before.map(limit.get()::add).orElse(limit.get())
                                : before.map(limit.get()::max).orElse(limit.get()));
            }
        }
        return new StorageLimits(emptyDirs, containers, sum);
    }

    private static Optional<Quantity> limit(Container container) {
        return Optional.ofNullable(container.resources().limits().get(RESOURCE))
                .map(Quantity::orZero)
                .filter(quantity -> quantity.signum() > 0);
    }

    boolean none() {
        return emptyDirs.isEmpty() && pod.isEmpty();
    }

    /**
     * What the pod has taken too much, in upstream's words (the blank at the end is theirs).
     *
     * @param usedVolumes bytes of emptyDirs on disk
     * @param usedContainers bytes of writable layers and logs, of all containers
     */
    Optional<String> exceeded(Map<String, Long> usedVolumes, Map<String, Long> usedContainers) {
        for (Map.Entry<String, Quantity> limit : emptyDirs.entrySet()) {
            if (usedVolumes.getOrDefault(limit.getKey(), 0L) > limit.getValue().value()) {
                return Optional.of("Usage of EmptyDir volume \"" + limit.getKey() + "\" exceeds the limit \""
                        + limit.getValue() + "\". ");
            }
        }
        long all = usedVolumes.values().stream().mapToLong(Long::longValue).sum()
                + usedContainers.values().stream().mapToLong(Long::longValue).sum();
        if (pod.isPresent() && all > pod.get().value()) {
            return Optional.of(
                    "Pod ephemeral local storage usage exceeds the total limit of containers " + pod.get() + ". ");
        }
        for (Map.Entry<String, Quantity> limit : containers.entrySet()) {
            if (usedContainers.getOrDefault(limit.getKey(), 0L)
                    > limit.getValue().value()) {
                return Optional.of("Container " + limit.getKey() + " exceeded its local ephemeral storage limit \""
                        + limit.getValue() + "\". ");
            }
        }
        return Optional.empty();
    }
}
