package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.meta.Quantity;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/** What a pod asks of the node: cpu in thousandths, everything else whole. */
final class PodRequests {
    private PodRequests() {}

    static Map<String, Long> of(Pod pod) {
        Set<String> names = new LinkedHashSet<>();
        pod.allContainers().forEach(c -> {
            names.addAll(c.resources().requests().keySet());
            names.addAll(c.resources().limits().keySet());
        });
        names.addAll(pod.spec().overhead().keySet());
        names.addAll(pod.spec().resources().requests().keySet());
        Map<String, Long> requests = new LinkedHashMap<>();
        for (String name : names) {
            String whole = pod.spec().resources().requests().get(name);
            long amount = whole != null
                    ? amount(name, whole)
                    : sum(pod, c -> {
                        String limit = c.resources().limits().getOrDefault(name, "0");
                        return amount(name, c.resources().requests().getOrDefault(name, limit));
                    });
            requests.put(name, amount + amount(name, pod.spec().overhead().getOrDefault(name, "0")));
        }
        return requests;
    }

    /** Main containers and sidecars together, or one init container with the sidecars before it, if that is more. */
    static long sum(Pod pod, ToLongFunction<Container> amount) {
        long main = pod.spec().containers().stream().mapToLong(amount).sum();
        long sidecars = 0;
        long peak = 0;
        for (Container init : pod.spec().initContainers()) {
            if (init.sidecar()) {
                sidecars += amount.applyAsLong(init);
                peak = Math.max(peak, sidecars);
            } else {
                peak = Math.max(peak, sidecars + amount.applyAsLong(init));
            }
        }
        return Math.max(main + sidecars, peak);
    }

    static long amount(String resource, String quantity) {
        return resource.equals("cpu")
                ? Quantity.orZero(quantity).milliValue()
                : Quantity.orZero(quantity).value();
    }
}
