package io.minik.agent.volume;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.meta.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What fieldRef and resourceFieldRef say of a pod: for environment variables and for downward API volumes.
 *
 * @param hostIps of the node
 * @param podIps empty before the sandbox has them
 * @param allocatable of the node: what an absent limit means
 */
public record DownwardFields(Pod pod, List<String> hostIps, List<String> podIps, Map<String, String> allocatable) {
    private static final String SUBSCRIPT_END = "']";

    /** @return empty if there is no such field */
    public Optional<String> field(String path) {
        Optional<String> label = subscript(path, "metadata.labels['");
        if (label.isPresent()) {
            return Optional.of(pod.labels().getOrDefault(label.get(), ""));
        }
        Optional<String> annotation = subscript(path, "metadata.annotations['");
        if (annotation.isPresent()) {
            return Optional.of(pod.annotations().getOrDefault(annotation.get(), ""));
        }
        return switch (path) {
            case "metadata.name" -> Optional.of(pod.name());
            case "metadata.namespace" -> Optional.of(pod.namespace());
            case "metadata.uid" -> Optional.of(pod.uid());
            case "metadata.labels" -> Optional.of(lines(pod.labels()));
            case "metadata.annotations" -> Optional.of(lines(pod.annotations()));
            case "spec.nodeName" -> Optional.of(pod.spec().nodeName());
            case "spec.serviceAccountName" -> Optional.of(pod.spec().serviceAccountName());
            case "status.hostIP" -> Optional.of(hostIps.isEmpty() ? "" : hostIps.get(0));
            case "status.hostIPs" -> Optional.of(String.join(",", hostIps));
            case "status.podIP" -> Optional.of(podIps.isEmpty() ? "" : podIps.get(0));
            case "status.podIPs" -> Optional.of(String.join(",", podIps));
            default -> Optional.empty();
        };
    }

    /** @param resource as {@code limits.cpu}; @param divisor 0 or empty for 1 */
    public Optional<String> resource(Container container, String resource, String divisor) {
        int dot = resource.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        String name = resource.substring(dot + 1);
        Map<String, String> limits = container.resources().limits();
        boolean limit = resource.startsWith("limits.");
        String amount = limit
                ? limits.getOrDefault(name, allocatable.getOrDefault(name, "0"))
                : container.resources().requests().getOrDefault(name, limits.getOrDefault(name, "0"));
        BigDecimal by =
                divisor.isEmpty() ? BigDecimal.ONE : Quantity.orZero(divisor).amount();
        BigDecimal units = by.signum() == 0 ? BigDecimal.ONE : by;
        return Optional.of(Quantity.orZero(amount)
                .amount()
                .divide(units, 0, RoundingMode.CEILING)
                .toBigInteger()
                .toString());
    }

    /**
     * How large a volume in memory may be: what it asks, but not more than the pod's memory limit, or the node has.
     *
     * @param asked 0 = nothing said
     * @return 0 = the kernel's own limit
     */
    long memoryBackedSize(long asked) {
        long size = Quantity.orZero(allocatable.getOrDefault("memory", "0")).value();
        for (long limit : new long[] {podMemoryLimit(), asked}) {
            size = limit > 0 && (size == 0 || limit < size) ? limit : size;
        }
        return size;
    }

    /** 0 unless all containers together are limited. */
    private long podMemoryLimit() {
        String whole = pod.spec().resources().limits().get("memory");
        if (whole != null) {
            return Quantity.orZero(whole).value();
        }
        List<Long> limits = pod.spec().containers().stream()
                .map(c -> Quantity.orZero(c.resources().limits().getOrDefault("memory", "0"))
                        .value())
                .toList();
        return limits.contains(0L)
                ? 0
                : limits.stream().mapToLong(Long::longValue).sum();
    }

    private static Optional<String> subscript(String path, String start) {
        return path.startsWith(start) && path.endsWith(SUBSCRIPT_END)
                ? Optional.of(path.substring(start.length(), path.length() - SUBSCRIPT_END.length()))
                : Optional.empty();
    }

    /** {@code key="escaped value"}, sorted, as upstream writes maps into files. */
    private static String lines(Map<String, String> map) {
        return map.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> e.getKey() + "=\"" + escape(e.getValue()) + "\"")
                .collect(Collectors.joining("\n"));
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\t", "\\t");
    }
}
