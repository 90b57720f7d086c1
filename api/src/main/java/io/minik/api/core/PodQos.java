package io.minik.api.core;

import io.minik.api.meta.Quantity;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** core/v1 PodQOSClass, and how a pod gets one (from cpu and memory of all its containers). */
public enum PodQos {
    Guaranteed,
    Burstable,
    BestEffort;

    private static final List<String> COUNTED = List.of("cpu", "memory");

    public static PodQos of(PodSpec spec) {
        boolean any = false;
        boolean guaranteed = true;
        boolean podLevel =
                counted(spec.resources().requests()) || counted(spec.resources().limits());
        List<ContainerResources> all = podLevel
                ? List.of(spec.resources())
                : Stream.concat(spec.initContainers().stream(), spec.containers().stream())
                        .map(Container::resources)
                        .toList();
        for (ContainerResources resources : all) {
            any |= counted(resources.requests()) || counted(resources.limits());
            for (String resource : COUNTED) {
                String limit = resources.limits().getOrDefault(resource, "0");
                // The API server sets an absent request to the limit; an object that did not pass it is read the same
                // way.
                String request = resources.requests().getOrDefault(resource, limit);
                guaranteed &= !zero(limit) && Quantity.orZero(limit).equals(Quantity.orZero(request));
            }
        }
        if (!any) {
            return BestEffort;
        }
        return guaranteed ? Guaranteed : Burstable;
    }

    private static boolean counted(Map<String, String> quantities) {
        return COUNTED.stream().anyMatch(name -> !zero(quantities.getOrDefault(name, "0")));
    }

    private static boolean zero(String quantity) {
        return Quantity.orZero(quantity).signum() == 0;
    }
}
