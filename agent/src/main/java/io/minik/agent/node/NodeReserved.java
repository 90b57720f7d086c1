package io.minik.agent.node;

import io.minik.api.meta.Quantity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What of a node's capacity is kept back from pods.
 *
 * @param kube for the node's own daemons, as quantities by resource; @param system for all else that is no pod
 * @param hard thresholds below which pods are ended: what they keep free can't be promised to any
 */
public record NodeReserved(Map<String, String> kube, Map<String, String> system, List<Threshold> hard) {
    private static final long KIB = 1024;
    private static final long MILLIS = 1000;
    /** Nothing but upstream's threshold of memory. */
    public static final NodeReserved USUAL =
            new NodeReserved(Map.of(), Map.of(), Threshold.hard("memory.available<100Mi"));

    /** Whether anything was named. */
    public boolean named() {
        return !kube.isEmpty() || !system.isEmpty();
    }

    /** What pods may use together: the capacity less what is reserved by name. */
    public Map<String, String> forPods(Map<String, String> capacity) {
        return less(capacity, false);
    }

    /** What pods may ask for: the same less what is never given away. */
    Map<String, String> allocatable(Map<String, String> capacity) {
        return less(capacity, true);
    }

    /** @throws IllegalArgumentException where more is reserved than there is, in upstream's words */
    public void check(Map<String, String> capacity) {
        capacity.forEach((resource, amount) -> {
            long reserved = named(resource) + thresholds(resource, amount(resource, amount));
            if (reserved > amount(resource, amount)) {
                throw new IllegalArgumentException("invalid Node Allocatable configuration. Resource \"" + resource
                        + "\" has a reservation of " + text(resource, reserved) + " but capacity of " + amount
                        + ". Expected capacity >= reservation.");
            }
        });
    }

    private Map<String, String> less(Map<String, String> capacity, boolean thresholds) {
        Map<String, String> left = new LinkedHashMap<>();
        capacity.forEach((resource, amount) -> {
            long all = amount(resource, amount);
            long kept = named(resource) + (thresholds ? thresholds(resource, all) : 0);
            left.put(resource, kept == 0 ? amount : text(resource, Math.max(0, all - kept)));
        });
        return left;
    }

    private long named(String resource) {
        return amount(resource, kube.getOrDefault(resource, "0"))
                + amount(resource, system.getOrDefault(resource, "0"));
    }

    private long thresholds(String resource, long capacity) {
        return hard.stream()
                .filter(each -> each.resource().equals(resource))
                .mapToLong(each -> (long) (each.percent() ? capacity / 100.0 * each.amount() : each.amount()))
                .max()
                .orElse(0);
    }

    /** cpu in thousandths, all else whole. */
    private static long amount(String resource, String text) {
        return resource.equals("cpu")
                ? Quantity.orZero(text).milliValue()
                : Quantity.orZero(text).value();
    }

    private static String text(String resource, long amount) {
        return switch (resource) {
            case "cpu" -> amount % MILLIS == 0 ? Long.toString(amount / MILLIS) : amount + "m";
            case "memory", "ephemeral-storage" -> amount / KIB + "Ki";
            default -> Long.toString(amount);
        };
    }
}
