package io.minik.server.controllers.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Durations;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Figures from the three metrics APIs: metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io. Futures fail with upstream's
 * words.
 */
final class MetricReads {
    private static final String CUSTOM = "custom.metrics.k8s.io";
    /** Adapters serve one or both: the newer first, as upstream prefers it. */
    private static final String CUSTOM_VERSION = "v1beta2";

    private static final String OLDER_CUSTOM_VERSION = "v1beta1";
    private static final String EXTERNAL = "external.metrics.k8s.io";

    private final ApiClient client;

    MetricReads(ApiClient client) {
        this.client = client;
    }

    /** By pod. @param container empty: all of a pod together */
    Future<Map<String, PodMetric>> resource(
            String namespace, LabelSelector selector, String resource, String container) {
        return client.list(Resources.POD_METRICS, namespace, ListOptions.labels(selector.toString()))
                .recover(error -> failed("unable to fetch metrics from resource metrics API: " + error.getMessage()))
                .compose(list -> {
                    if (list.items().isEmpty()) {
                        return failed("no metrics returned from resource metrics API");
                    }
                    Map<String, PodMetric> metrics = new HashMap<>();
                    for (KubeObject pod : list.items()) {
                        Optional<PodMetric> metric = ofPod(pod, resource, container);
                        if (metric.isEmpty() && !container.isEmpty()) {
                            return failed("container " + container + " not present in metrics for pod " + namespace
                                    + "/" + pod.name());
                        }
                        metric.ifPresent(present -> metrics.put(pod.name(), present));
                    }
                    return Future.succeededFuture(metrics);
                });
    }

    /** Empty if a container has no such figure: a part of a pod would look like a small one. */
    private static Optional<PodMetric> ofPod(KubeObject pod, String resource, String container) {
        long sum = 0;
        boolean any = container.isEmpty();
        for (JsonNode each : pod.at("containers")) {
            if (container.isEmpty() || Json.text(each, "name").equals(container)) {
                String usage = Json.text(each, "usage", resource);
                if (usage.isEmpty()) {
                    return Optional.empty();
                }
                any = true;
                sum += Quantity.orZero(usage).milliValue();
            }
        }
        return any ? Optional.of(new PodMetric(sum, time(pod.tree()), window(pod.text("window")))) : Optional.empty();
    }

    private static Instant time(JsonNode metric) {
        return Outcomes.instant(Json.text(metric, "timestamp")).orElse(Instant.EPOCH);
    }

    private static Duration window(String text) {
        try {
            return text.isEmpty() ? Duration.ZERO : Durations.parse(text);
        } catch (IllegalArgumentException e) {
            return Duration.ZERO;
        }
    }

    /** By pod, of what others measure of pods. */
    Future<Map<String, PodMetric>> pods(
            String namespace, LabelSelector pods, String metric, Optional<LabelSelector> labels) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("labelSelector", pods.toString());
        labels.ifPresent(selector -> query.put("metricLabelSelector", selector.toString()));
        return custom("pods", ObjectKey.of(namespace, "*"), metric, query).map(items -> {
            Map<String, PodMetric> metrics = new HashMap<>();
            for (JsonNode item : items) {
                int seconds = Json.intOr(Json.intOr(0, item, "window"), item, "windowSeconds");
                metrics.put(
                        Json.text(item, "describedObject", "name"),
                        new PodMetric(value(item), time(item), Duration.ofSeconds(seconds)));
            }
            return metrics;
        });
    }

    /** Of one object. @param plural with its group: {@code ingresses.networking.k8s.io} */
    Future<Long> object(String plural, ObjectKey key, String metric, Optional<LabelSelector> labels) {
        Map<String, String> query = new LinkedHashMap<>();
        labels.ifPresent(selector -> query.put("metricLabelSelector", selector.toString()));
        return custom(plural, key, metric, query)
                .compose(items -> items.isEmpty()
                        ? MetricReads.<Long>failed("no metrics returned from custom metrics API")
                        : Future.succeededFuture(value(items.get(0))));
    }

    private Future<List<JsonNode>> custom(String plural, ObjectKey key, String metric, Map<String, String> query) {
        return client.get(described(CUSTOM_VERSION, plural), key, metric, query)
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? client.get(described(OLDER_CUSTOM_VERSION, plural), key, metric, query)
                        : Future.failedFuture(error))
                .recover(error -> failed("unable to fetch metrics from custom metrics API: " + error.getMessage()))
                .map(list -> Json.items(list.tree(), "items"));
    }

    private static Resource described(String version, String plural) {
        return new Resource(CUSTOM, version, plural, "MetricValueList", true);
    }

    /** The sum of all that the selector selects. */
    Future<Long> external(String namespace, String metric, Optional<LabelSelector> labels) {
        Map<String, String> query = new LinkedHashMap<>();
        labels.ifPresent(selector -> query.put("labelSelector", selector.toString()));
        Resource named = new Resource(EXTERNAL, "v1beta1", metric, "ExternalMetricValueList", true);
        return client.get(named, ObjectKey.of(namespace, ""), "", query)
                .recover(error -> failed("unable to fetch metrics from external metrics API: " + error.getMessage()))
                .compose(list -> {
                    List<JsonNode> items = Json.items(list.tree(), "items");
                    return items.isEmpty()
                            ? MetricReads.<Long>failed("no metrics returned from external metrics API")
                            : Future.succeededFuture(
                                    items.stream().mapToLong(MetricReads::value).sum());
                });
    }

    private static long value(JsonNode item) {
        return Quantity.orZero(Json.text(item, "value")).milliValue();
    }

    private static <T> Future<T> failed(String message) {
        return Future.failedFuture(new Uncountable(message));
    }

    /** A selector of a metric; empty if there is none. */
    static Optional<LabelSelector> selector(JsonNode metric) {
        JsonNode selector = metric.path("selector");
        return selector instanceof ObjectNode ? Optional.of(LabelSelector.of(selector)) : Optional.empty();
    }
}
