package io.minik.server.scheduler;

import io.minik.api.core.Node;
import io.minik.api.core.ResourceList;
import io.minik.api.core.Taint;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One node and what is placed on it, its sums kept as pods come and go. Owned by the scheduler's loop.
 */
final class NodeState {
    private final String name;
    private final Map<ObjectKey, PodNeeds> pods = new HashMap<>();
    private final Map<String, Integer> podsByOwner = new HashMap<>();
    private final List<PodNeeds> picky = new ArrayList<>();
    private final List<PodNeeds> withHostPorts = new ArrayList<>();
    private Map<String, Long> extendedUsed = Map.of();
    private long cpuMillisUsed;
    private long memoryBytesUsed;
    private long ephemeralBytesUsed;
    private long scoredCpuMillis;
    private long scoredMemoryBytes;

    private @Nullable Node node;
    private Map<String, String> labels = Map.of();
    private ResourceList allocatable = ResourceList.NONE;
    private List<Taint> taints = List.of();
    private boolean unschedulable;
    private Map<String, Long> imageBytes = Map.of();

    NodeState(String name) {
        this.name = name;
    }

    /** The same for a what-if: changes there are not seen here. */
    NodeState copy() {
        NodeState copy = new NodeState(name);
        copy.node = node;
        copy.labels = labels;
        copy.allocatable = allocatable;
        copy.taints = taints;
        copy.unschedulable = unschedulable;
        copy.imageBytes = imageBytes;
        pods.values().forEach(copy::add);
        return copy;
    }

    /** Empty (a node that is not known, or gone) while pods still name it. */
    void become(@Nullable KubeObject object) {
        node = object == null ? null : Node.of(object);
        if (node == null || object == null) {
            return;
        }
        labels = object.meta().labels();
        allocatable = node.allocatable();
        taints = node.taints();
        unschedulable = node.unschedulable();
        Map<String, Long> images = new HashMap<>();
        for (var image : object.at("status", "images")) {
            long bytes = Json.longOr(0, image, "sizeBytes");
            image.path("names").forEach(each -> images.put(each.asText(), bytes));
        }
        imageBytes = images;
    }

    void add(PodNeeds pod) {
        PodNeeds before = pods.put(pod.key(), pod);
        if (before != null) {
            count(before, -1);
        }
        count(pod, 1);
    }

    void remove(ObjectKey key) {
        PodNeeds before = pods.remove(key);
        if (before != null) {
            count(before, -1);
        }
    }

    private void count(PodNeeds pod, int sign) {
        ResourceList requests = pod.requests();
        cpuMillisUsed += sign * requests.cpuMillis();
        memoryBytesUsed += sign * requests.memoryBytes();
        ephemeralBytesUsed += sign * requests.ephemeralBytes();
        scoredCpuMillis += sign * pod.scoredCpuMillis();
        scoredMemoryBytes += sign * pod.scoredMemoryBytes();
        if (!requests.extended().isEmpty()) {
            Map<String, Long> sums = new TreeMap<>(extendedUsed);
            requests.extended().forEach((resource, amount) -> sums.merge(resource, sign * amount, Long::sum));
            extendedUsed = sums;
        }
        if (!pod.owner().isEmpty()) {
            podsByOwner.merge(pod.owner(), sign, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
        }
        change(
                picky,
                pod,
                sign,
                !pod.antiAffinity().isEmpty() || !pod.preferredAntiAffinity().isEmpty());
        change(withHostPorts, pod, sign, !pod.hostPorts().isEmpty());
    }

    private static void change(List<PodNeeds> list, PodNeeds pod, int sign, boolean concerned) {
        if (concerned && sign > 0) {
            list.add(pod);
        } else if (concerned) {
            list.remove(pod);
        }
    }

    String name() {
        return name;
    }

    boolean known() {
        return node != null;
    }

    boolean empty() {
        return pods.isEmpty();
    }

    Map<String, String> labels() {
        return labels;
    }

    ResourceList allocatable() {
        return allocatable;
    }

    List<Taint> taints() {
        return taints;
    }

    boolean unschedulable() {
        return unschedulable;
    }

    Map<String, Long> imageBytes() {
        return imageBytes;
    }

    Collection<PodNeeds> pods() {
        return pods.values();
    }

    int podCount() {
        return pods.size();
    }

    /** Pods with anti-affinity of either sort. */
    List<PodNeeds> picky() {
        return picky;
    }

    List<PodNeeds> withHostPorts() {
        return withHostPorts;
    }

    int podsOf(String owner) {
        return podsByOwner.getOrDefault(owner, 0);
    }

    long cpuMillisFree() {
        return allocatable.cpuMillis() - cpuMillisUsed;
    }

    long memoryBytesFree() {
        return allocatable.memoryBytes() - memoryBytesUsed;
    }

    long ephemeralBytesFree() {
        return allocatable.ephemeralBytes() - ephemeralBytesUsed;
    }

    long extendedFree(String resource) {
        return allocatable.extended().getOrDefault(resource, 0L) - extendedUsed.getOrDefault(resource, 0L);
    }

    long scoredCpuMillis() {
        return scoredCpuMillis;
    }

    long scoredMemoryBytes() {
        return scoredMemoryBytes;
    }
}
