package io.minik.server.controllers.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How many replicas a figure asks for: ceil(ratio × pods), where the ratio is what is used by what should be. Pods that nobody has
 * measured are counted so that they hold back what the others ask for, never so that they turn it round. Pure.
 *
 * @param pods those of the target
 * @param current replicas
 */
record ReplicaCalculator(List<KubeObject> pods, int current, Tolerances tolerances, Instant now) {
    private static final int PERCENT = 100;

    /** How far a ratio may be from 1 with nothing to be done. */
    record Tolerances(double down, double up) {
        static final Tolerances UPSTREAM = new Tolerances(0.1, 0.1);

        boolean within(double ratio) {
            return 1.0 - down <= ratio && ratio <= 1.0 + up;
        }
    }

    /**
     * @param average of a pod, or the figure itself where it is of no pod; thousandths
     * @param utilization percent of what is requested, where that was asked for
     */
    record Proposal(int replicas, long average, OptionalInt utilization) {}

    private record Ratio(double value, long average, OptionalInt utilization) {}

    /** By percent of what the pods request. @param container empty: all of them */
    Proposal byUtilization(Map<String, PodMetric> measured, String resource, String container, int target)
            throws Uncountable {
        mustHavePods();
        Map<String, PodMetric> metrics = new HashMap<>(measured);
        PodGroups groups = groups(metrics, resource);
        Map<String, Long> requests = requests(resource, container);
        if (metrics.isEmpty()) {
            throw new Uncountable("did not receive metrics for any ready pods");
        }
        long filling = Math.max(PERCENT, target);
        Map<String, PodMetric> full = new HashMap<>();
        groups.missing()
                .forEach(pod -> full.put(pod, new PodMetric(requests.getOrDefault(pod, 0L) * filling / PERCENT)));
        return propose(metrics, groups, full, seen -> utilization(seen, requests, target));
    }

    /** By the mean of the pods' figures. @param resource empty: none of the node's */
    Proposal byAverage(Map<String, PodMetric> measured, String resource, long target) throws Uncountable {
        mustHavePods();
        Map<String, PodMetric> metrics = new HashMap<>(measured);
        PodGroups groups = groups(metrics, resource);
        if (metrics.isEmpty()) {
            throw new Uncountable("did not receive metrics for any ready pods");
        }
        Map<String, PodMetric> full = new HashMap<>();
        groups.missing().forEach(pod -> full.put(pod, new PodMetric(target)));
        return propose(metrics, groups, full, seen -> average(seen, target));
    }

    /** By one figure of something else, which should be so much whatever the number of pods. */
    Proposal byValue(long value, long target) throws Uncountable {
        double ratio = (double) value / target;
        if (current == 0) {
            return new Proposal(ceil(ratio), value, OptionalInt.empty());
        }
        if (tolerances.within(ratio)) {
            return new Proposal(current, value, OptionalInt.empty());
        }
        mustHavePods();
        long ready = pods.stream()
                .filter(pod -> Pods.running(pod) && Pods.ready(pod))
                .count();
        return new Proposal(ceil(ratio * ready), value, OptionalInt.empty());
    }

    /** By one figure of something else, of which so much is a pod's share. @param replicas as the status says */
    Proposal byShare(long value, long target, int replicas) {
        double ratio = value / ((double) target * replicas);
        int proposed = replicas == 0 || !tolerances.within(ratio) ? ceil((double) value / target) : replicas;
        return new Proposal(
                proposed, replicas == 0 ? 0 : (long) Math.ceil((double) value / replicas), OptionalInt.empty());
    }

    private void mustHavePods() throws Uncountable {
        if (pods.isEmpty()) {
            throw new Uncountable("no pods returned by selector while calculating replica count");
        }
    }

    /** Those of the pods that count stay in the metrics. */
    private PodGroups groups(Map<String, PodMetric> metrics, String resource) {
        PodGroups groups = PodGroups.of(pods, metrics, resource.equals("cpu"), now);
        metrics.keySet().removeAll(groups.ignored());
        metrics.keySet().removeAll(groups.unready());
        return groups;
    }

    private interface Rating {
        Ratio of(Map<String, PodMetric> metrics) throws Uncountable;
    }

    /** @param full the pods without a figure as if they used all that they may */
    private Proposal propose(
            Map<String, PodMetric> metrics, PodGroups groups, Map<String, PodMetric> full, Rating rating)
            throws Uncountable {
        Ratio first = rating.of(metrics);
        boolean growing = !groups.unready().isEmpty() && first.value() > 1.0;
        if (!growing && groups.missing().isEmpty()) {
            return proposal(tolerances.within(first.value()) ? current : ceil(first.value() * groups.ready()), first);
        }
        if (first.value() < 1.0) {
            metrics.putAll(full);
        } else if (first.value() > 1.0) {
            groups.missing().forEach(pod -> metrics.put(pod, new PodMetric(0)));
        }
        if (growing) {
            groups.unready().forEach(pod -> metrics.put(pod, new PodMetric(0)));
        }
        double second = rating.of(metrics).value();
        boolean turned = (first.value() < 1.0 && second > 1.0) || (first.value() > 1.0 && second < 1.0);
        if (tolerances.within(second) || turned) {
            return proposal(current, first);
        }
        int replicas = ceil(second * metrics.size());
        boolean against = (second < 1.0 && replicas > current) || (second > 1.0 && replicas < current);
        return proposal(against ? current : replicas, first);
    }

    private static Proposal proposal(int replicas, Ratio ratio) {
        return new Proposal(replicas, ratio.average(), ratio.utilization());
    }

    private static Ratio utilization(Map<String, PodMetric> metrics, Map<String, Long> requests, int target)
            throws Uncountable {
        long used = 0;
        long requested = 0;
        int entries = 0;
        for (Map.Entry<String, PodMetric> metric : metrics.entrySet()) {
            Long request = requests.get(metric.getKey());
            if (request != null) {
                used += metric.getValue().value();
                requested += request;
                entries++;
            }
        }
        if (requested == 0) {
            throw new Uncountable("no metrics returned matched known pods");
        }
        int percent = (int) (used * PERCENT / requested);
        return new Ratio((double) percent / target, used / entries, OptionalInt.of(percent));
    }

    private static Ratio average(Map<String, PodMetric> metrics, long target) {
        long sum = metrics.values().stream().mapToLong(PodMetric::value).sum();
        long average = sum / metrics.size();
        return new Ratio((double) average / target, average, OptionalInt.empty());
    }

    /** What each pod requests of a resource, in thousandths. */
    private Map<String, Long> requests(String resource, String container) throws Uncountable {
        Map<String, Long> requests = new HashMap<>();
        for (KubeObject pod : pods) {
            String whole = pod.text("spec", "resources", "requests", resource);
            if (container.isEmpty() && !whole.isEmpty()) {
                requests.put(pod.name(), Quantity.orZero(whole).milliValue());
                continue;
            }
            long sum = 0;
            for (JsonNode each : running(pod)) {
                if (container.isEmpty() || Json.text(each, "name").equals(container)) {
                    String request = Json.text(each, "resources", "requests", resource);
                    if (request.isEmpty()) {
                        throw new Uncountable("missing request for " + resource + " in container "
                                + Json.text(each, "name") + " of Pod " + pod.name());
                    }
                    sum += Quantity.orZero(request).milliValue();
                }
            }
            requests.put(pod.name(), sum);
        }
        return requests;
    }

    /** Its containers, and the init containers that go on beside them. */
    private static List<JsonNode> running(KubeObject pod) {
        List<JsonNode> all = new ArrayList<>();
        pod.at("spec", "containers").forEach(all::add);
        for (JsonNode init : pod.at("spec", "initContainers")) {
            if (Json.text(init, "restartPolicy").equals("Always")) {
                all.add(init);
            }
        }
        return all;
    }

    private static int ceil(double value) {
        return (int) Math.ceil(value);
    }
}
