package io.minik.server.controllers.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Quantity;
import io.minik.api.object.ObjectKey;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.controllers.autoscaling.ReplicaCalculator.Proposal;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** What one entry of spec.metrics asks for: reads its figures and counts with them. */
final class MetricSpecs {
    private final MetricReads reads;
    private final BiFunction<String, String, Optional<String>> plurals;

    /** @param plurals of apiVersion and kind, with the group: {@code ingresses.networking.k8s.io} */
    MetricSpecs(MetricReads reads, BiFunction<String, String, Optional<String>> plurals) {
        this.reads = reads;
        this.plurals = plurals;
    }

    /** Whose pods, and how many there are by its Scale. */
    record Of(String namespace, LabelSelector selector, ReplicaCalculator calculator, int statusReplicas) {}

    /** @param name as events and conditions call it; @param status an entry of status.currentMetrics */
    record Outcome(int replicas, String name, ObjectNode status) {}

    /** Of conditions and events about one that can't be counted with. */
    static String failure(JsonNode spec) {
        return "FailedGet" + Json.text(spec, "type") + "Metric";
    }

    Future<Outcome> propose(Of of, JsonNode spec) {
        return switch (Json.text(spec, "type")) {
            case "Resource" -> resource(of, spec, spec.path("resource"), "");
            case "ContainerResource" -> {
                JsonNode source = spec.path("containerResource");
                yield resource(of, spec, source, Json.text(source, "container"));
            }
            case "Pods" -> pods(of, spec);
            case "Object" -> object(of, spec);
            case "External" -> external(of, spec);
            default -> failed("unknown metric source type \"" + Json.text(spec, "type") + "\"");
        };
    }

    private interface Count {
        Proposal of(Map<String, PodMetric> metrics) throws Uncountable;
    }

    private static Future<Proposal> count(Map<String, PodMetric> metrics, Count count) {
        try {
            return Future.succeededFuture(count.of(metrics));
        } catch (Uncountable why) {
            return Future.failedFuture(why);
        }
    }

    private Future<Outcome> resource(Of of, JsonNode spec, JsonNode source, String container) {
        String name = Json.text(source, "name");
        JsonNode target = source.path("target");
        JsonNode utilization = target.path("averageUtilization");
        boolean average = target.hasNonNull("averageValue");
        if (!average && !utilization.isNumber()) {
            return failed("invalid resource metric source: neither an average utilization target nor an average value"
                    + " (usage) target was set");
        }
        Count count = average
                ? metrics -> of.calculator().byAverage(metrics, name, milli(target, "averageValue"))
                : metrics -> of.calculator().byUtilization(metrics, name, container, utilization.intValue());
        return reads.resource(of.namespace(), of.selector(), name, container)
                .recover(error -> failed("unable to get metrics for resource " + name + ": " + error.getMessage()))
                .compose(metrics -> count(metrics, count))
                .recover(error -> failed(
                        "failed to get " + name + (average ? " usage: " : " utilization: ") + error.getMessage()))
                .map(proposal -> {
                    ObjectNode status = status(spec);
                    ObjectNode own = status.putObject(field(spec));
                    own.put("name", name);
                    if (!container.isEmpty()) {
                        own.put("container", container);
                    }
                    ObjectNode current = own.putObject("current");
                    proposal.utilization().ifPresent(percent -> current.put("averageUtilization", percent));
                    current.put("averageValue", quantity(proposal.average()));
                    String words = name + (container.isEmpty() ? " resource" : " container resource");
                    return new Outcome(
                            proposal.replicas(),
                            average ? words : words + " utilization (percentage of request)",
                            status);
                });
    }

    private Future<Outcome> pods(Of of, JsonNode spec) {
        JsonNode source = spec.path("pods");
        JsonNode metric = source.path("metric");
        String name = Json.text(metric, "name");
        long target = milli(source.path("target"), "averageValue");
        return reads.pods(of.namespace(), of.selector(), name, MetricReads.selector(metric))
                .compose(metrics -> count(metrics, each -> of.calculator().byAverage(each, "", target)))
                .recover(error -> failed("unable to get metric " + name + ": " + error.getMessage()))
                .map(proposal -> new Outcome(
                        proposal.replicas(),
                        "pods metric " + name,
                        status(spec, metric, "averageValue", proposal.average())));
    }

    private Future<Outcome> object(Of of, JsonNode spec) {
        JsonNode source = spec.path("object");
        JsonNode metric = source.path("metric");
        JsonNode described = source.path("describedObject");
        String name = Json.text(metric, "name");
        String kind = Json.text(described, "kind");
        String object = Json.text(described, "name");
        Optional<String> plural = plurals.apply(Json.text(described, "apiVersion"), kind);
        Future<Long> read = plural.isEmpty()
                ? failed("unable to map metric source to resource: no matches for kind \"" + kind + "\"")
                : reads.object(
                        plural.get(),
                        kind.equals("Namespace") ? ObjectKey.cluster(object) : ObjectKey.of(of.namespace(), object),
                        name,
                        MetricReads.selector(metric));
        return read.recover(error -> failed("unable to get metric " + name + ": " + kind + " on " + of.namespace() + " "
                        + object + "/" + error.getMessage()))
                .compose(value -> byTarget(of, source.path("target"), value))
                .map(proposal -> {
                    ObjectNode status = status(spec, metric, valued(source.path("target")), proposal.average());
                    ((ObjectNode) status.path("object")).set("describedObject", described);
                    return new Outcome(proposal.replicas(), kind + " metric " + name, status);
                });
    }

    private Future<Outcome> external(Of of, JsonNode spec) {
        JsonNode source = spec.path("external");
        JsonNode metric = source.path("metric");
        String name = Json.text(metric, "name");
        return reads.external(of.namespace(), name, MetricReads.selector(metric))
                .recover(error -> failed("unable to get external metric " + of.namespace() + "/" + name + "/"
                        + metric.path("selector") + ": " + error.getMessage()))
                .compose(value -> byTarget(of, source.path("target"), value))
                .recover(error -> failed("failed to get " + name + " external metric: " + error.getMessage()))
                .map(proposal -> new Outcome(
                        proposal.replicas(),
                        "external metric " + name + "(" + metric.path("selector") + ")",
                        status(spec, metric, valued(source.path("target")), proposal.average())));
    }

    private static Future<Proposal> byTarget(Of of, JsonNode target, long value) {
        return valued(target).equals("averageValue")
                ? Future.succeededFuture(
                        of.calculator().byShare(value, milli(target, "averageValue"), of.statusReplicas()))
                : count(Map.of(), unused -> of.calculator().byValue(value, milli(target, "value")));
    }

    private static String valued(JsonNode target) {
        return target.hasNonNull("averageValue") ? "averageValue" : "value";
    }

    /** At least a thousandth: validation lets in nothing else, and nobody divides by nothing. */
    private static long milli(JsonNode target, String field) {
        return Math.max(1, Quantity.orZero(Json.text(target, field)).milliValue());
    }

    private static String field(JsonNode spec) {
        String type = Json.text(spec, "type");
        return Character.toLowerCase(type.charAt(0)) + type.substring(1);
    }

    private static ObjectNode status(JsonNode spec) {
        return Json.object().put("type", Json.text(spec, "type"));
    }

    private static ObjectNode status(JsonNode spec, JsonNode metric, String field, long value) {
        ObjectNode status = status(spec);
        ObjectNode own = status.putObject(field(spec));
        own.set("metric", metric);
        own.putObject("current").put(field, quantity(value));
        return status;
    }

    private static String quantity(long thousandths) {
        return Quantity.parse(BigDecimal.valueOf(thousandths, 3).toPlainString())
                .toString();
    }

    private static <T> Future<T> failed(String message) {
        return Future.failedFuture(new Uncountable(message));
    }
}
