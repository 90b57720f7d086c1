package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.ContainerPort;
import io.minik.api.core.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the pods of the node hold of it. Kept as sums, so that a pod that comes is held against a few numbers, and not against all
 * the others. Owned by the agent's loop.
 */
final class HeldResources {
    private record Share(Pod of, Map<String, Long> requests, List<ContainerPort> ports) {}

    private final Map<String, Share> shares = new HashMap<>();
    private final Map<String, Long> sums = new HashMap<>();
    /** By the port's number. */
    private final Map<Integer, List<ContainerPort>> ports = new HashMap<>();

    /** What the pod was granted, in place of what it held before. */
    @SuppressWarnings("ReferenceEquality") // Another grant is another object, and most calls are about the same one.
    void hold(Pod pod) {
        Share before = shares.get(pod.uid());
        if (before != null && before.of() == pod) {
            return;
        }
        release(pod.uid());
        Share share = new Share(pod, PodRequests.of(pod), hostPorts(pod));
        shares.put(pod.uid(), share);
        share.requests().forEach((resource, amount) -> sums.merge(resource, amount, Long::sum));
        share.ports().forEach(port -> ports.computeIfAbsent(port.hostPort(), number -> new ArrayList<>())
                .add(port));
    }

    /** What was granted may be something else; a pod that holds nothing any more goes on so. @return whether it is */
    boolean renew(Pod pod) {
        Share before = shares.get(pod.uid());
        if (before == null) {
            return false;
        }
        hold(pod);
        return !PodRequests.of(pod).equals(before.requests());
    }

    /** @return whether it held anything */
    boolean release(String uid) {
        Share share = shares.remove(uid);
        if (share == null) {
            return false;
        }
        share.requests().forEach((resource, amount) -> sums.merge(resource, -amount, Long::sum));
        for (ContainerPort port : share.ports()) {
            ports.computeIfPresent(port.hostPort(), (number, taken) -> {
                taken.remove(port);
                return taken.isEmpty() ? null : taken;
            });
        }
        return true;
    }

    void clear() {
        shares.clear();
        sums.clear();
        ports.clear();
    }

    /** How many pods hold something, beside this one. */
    int pods(String but) {
        return shares.size() - (shares.containsKey(but) ? 1 : 0);
    }

    /** By all pods beside this one. */
    long used(String resource, String but) {
        Share own = shares.get(but);
        return sums.getOrDefault(resource, 0L)
                - (own == null ? 0 : own.requests().getOrDefault(resource, 0L));
    }

    /** Whether a port of the node that the pod wants is another's: pods that were bound past the scheduler may want the same. */
    boolean collides(Pod pod) {
        return hostPorts(pod).stream().anyMatch(wanted -> ports.getOrDefault(wanted.hostPort(), List.of()).stream()
                .anyMatch(taken -> taken.protocol().equals(wanted.protocol())
                        && (everywhere(taken)
                                || everywhere(wanted)
                                || taken.hostIp().equals(wanted.hostIp()))));
    }

    private static boolean everywhere(ContainerPort port) {
        return port.hostIp().isEmpty()
                || port.hostIp().equals("0.0.0.0")
                || port.hostIp().equals("::");
    }

    private static List<ContainerPort> hostPorts(Pod pod) {
        return Stream.concat(
                        pod.spec().containers().stream(),
                        pod.spec().initContainers().stream().filter(Container::sidecar))
                .flatMap(container -> container.ports().stream())
                .filter(port -> port.hostPort() > 0)
                .toList();
    }
}
