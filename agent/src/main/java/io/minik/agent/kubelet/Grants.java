package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.core.Container;
import io.minik.api.core.ContainerResources;
import io.minik.api.core.Pod;
import io.minik.ground.json.Json;
import io.minik.runtime.cri.Cri;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * In-place resize: a pod's spec may ask for other resources while it runs. What the node grants is the spec's pod, or,
 * until there is room, that pod with the resources it had before. What a running container has is in its annotation. Pure.
 */
final class Grants {
    /** Annotation on our containers: the resources that they run with, as JSON. */
    static final String RESOURCES = "io.minik.resources";

    private static final List<String> LISTS = List.of("initContainers", "containers");
    private static final List<String> RESIZABLE = List.of("cpu", "memory");

    private Grants() {}

    /** The same pod, with its containers' resources as an earlier version of it had them. */
    static Pod keep(Pod now, Pod before) {
        Map<String, ContainerResources> granted = new HashMap<>();
        resizable(before).forEach(c -> granted.put(c.name(), c.resources()));
        return with(now, granted);
    }

    /** What an earlier minik had granted, as far as the runtime shows it. */
    static Pod remembered(Pod pod, Observed observed) {
        Map<String, ContainerResources> granted = new HashMap<>();
        for (Container container : resizable(pod)) {
            observed.newest(container.name())
                    .flatMap(Grants::actual)
                    .ifPresent(resources -> granted.put(container.name(), resources));
        }
        return with(pod, granted);
    }

    private static Pod with(Pod pod, Map<String, ContainerResources> granted) {
        boolean same = resizable(pod).stream()
                .allMatch(c -> same(c.resources(), granted.getOrDefault(c.name(), c.resources())));
        if (same) {
            return pod;
        }
        return Pod.of(pod.object()
                .edit(tree -> LISTS.forEach(list -> {
                    for (JsonNode container : Json.items(tree, "spec", list)) {
                        ContainerResources resources = granted.get(Json.text(container, "name"));
                        if (resources != null && container instanceof ObjectNode fields) {
                            fields.set("resources", resources.tree());
                        }
                    }
                })));
    }

    private static List<Container> resizable(Pod pod) {
        return pod.allContainers().stream()
                .filter(c -> !pod.spec().ephemeralContainers().contains(c))
                .toList();
    }

    /** Whether a pod asks for other resources than it was granted. */
    static boolean asks(Pod pod, Pod granted) {
        for (Container container : resizable(pod)) {
            Optional<Container> before = granted.spec().container(container.name());
            if (before.isPresent() && !same(container.resources(), before.get().resources())) {
                return true;
            }
        }
        return false;
    }

    static boolean same(ContainerResources a, ContainerResources b) {
        return RESIZABLE.stream().allMatch(resource -> same(resource, a, b));
    }

    private static boolean same(String resource, ContainerResources a, ContainerResources b) {
        return amount(resource, a.requests()) == amount(resource, b.requests())
                && amount(resource, a.limits()) == amount(resource, b.limits());
    }

    private static long amount(String resource, Map<String, String> amounts) {
        return PodRequests.amount(resource, amounts.getOrDefault(resource, "0"));
    }

    /** What a container of the runtime has; absent for one that an older minik made. */
    static Optional<ContainerResources> actual(Cri.ContainerStatus container) {
        return Optional.ofNullable(container.annotations().get(RESOURCES))
                .map(text -> ContainerResources.of(Json.parse(text.getBytes(StandardCharsets.UTF_8))));
    }

    static Map<String, String> annotation(Container container) {
        return Map.of(RESOURCES, container.resources().tree().toString());
    }

    /** Whether a running container has something else than it was granted. */
    static boolean outdated(Container granted, Cri.ContainerStatus running) {
        return actual(running).filter(now -> !same(now, granted.resources())).isPresent();
    }

    /** Whether one of the resources that change wants a restart. */
    static boolean needsRestart(Container granted, Cri.ContainerStatus running) {
        return actual(running)
                .filter(now -> RESIZABLE.stream()
                        .anyMatch(resource -> !same(resource, now, granted.resources())
                                && granted.resizePolicy()
                                        .getOrDefault(resource, "")
                                        .equals("RestartContainer")))
                .isPresent();
    }
}
