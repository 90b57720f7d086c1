package io.minik.server.controllers.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.controllers.autoscaling.ReplicaCalculator.Tolerances;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Looks at every HorizontalPodAutoscaler each fifteen seconds, and writes its target's Scale. */
public final class HorizontalController implements Controller {
    private static final Resource AUTOSCALERS =
            new Resource("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true);

    /** Upstream's --horizontal-pod-autoscaler-sync-period. */
    private static final Duration PERIOD = Duration.ofSeconds(15);

    private final ControllerContext context;
    private final Informer autoscalers;
    private final Informer pods;
    private final EventRecorder events;
    private final ReconcileLoop work;
    private final ScaleTargets targets;
    private final MetricSpecs metrics;
    private final Map<ObjectKey, ScaleHistory> histories = new HashMap<>();
    /** What each selects, as it was last read. */
    private final Map<ObjectKey, LabelSelector> selectors = new HashMap<>();

    private final Map<ObjectKey, Looked> looked = new HashMap<>();

    private record Looked(long atMillis, long generation) {}

    /** @param served all resources that there are, to find a target's by its kind */
    public HorizontalController(ControllerContext context, Supplier<List<Resource>> served) {
        this.context = context;
        this.autoscalers = context.informer(AUTOSCALERS);
        this.pods = context.informer(Resources.PODS);
        this.events = context.events("horizontal-pod-autoscaler");
        this.targets = new ScaleTargets(context.client(), served);
        this.metrics = new MetricSpecs(new MetricReads(context.client()), targets::plural);
        this.work = context.reconcile("horizontalpodautoscaling", this::reconcile)
                .watch(autoscalers)
                .needs(pods);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /** Its own writes wake it, too: they must not make it look more often. */
    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = autoscalers.get(key).map(KubeObject::compact);
        if (found.isEmpty() || found.get().meta().deleting()) {
            histories.remove(key);
            looked.remove(key);
            return Future.succeededFuture(Optional.empty());
        }
        long now = context.loop().millis();
        long generation = found.get().meta().generation();
        Looked last = looked.get(key);
        if (last != null && last.generation() == generation && now - last.atMillis() < PERIOD.toMillis()) {
            return Future.succeededFuture(Optional.of(PERIOD.minusMillis(now - last.atMillis())));
        }
        looked.put(key, new Looked(now, generation));
        return new Look(found.get()).run().map(done -> Optional.of(PERIOD));
    }

    /** One look at one of them. */
    private final class Look {
        private final KubeObject autoscaler;
        private final JsonNode spec;
        private final ObjectNode status;
        private final ScaleHistory history;

        Look(KubeObject autoscaler) {
            this.autoscaler = autoscaler;
            this.spec = autoscaler.at("spec");
            JsonNode before = autoscaler.at("status");
            this.status = before instanceof ObjectNode node ? node.deepCopy() : Json.object();
            this.history = histories.computeIfAbsent(autoscaler.key(), key -> new ScaleHistory());
        }

        Future<Void> run() {
            return targets.read(autoscaler.namespace(), spec.path("scaleTargetRef"))
                    .compose(this::decide, error -> {
                        String why = String.valueOf(error.getMessage());
                        events.warning(autoscaler, "FailedGetScale", why);
                        able(
                                false,
                                "FailedGetScale",
                                "the HPA controller was unable to get the target's current scale: " + why);
                        return write();
                    });
        }

        private Future<Void> decide(ScaleTargets.Target target) {
            able(true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
            int current = target.replicas();
            int least = Json.intOr(1, spec, "minReplicas");
            int most = Json.intOr(1, spec, "maxReplicas");
            history.begin(current, context.loop().now());
            if (current == 0 && least != 0) {
                active(false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
                return settle(target, 0, List.of());
            }
            if (current > most) {
                return scale(target, most, "Current number of replicas above Spec.MaxReplicas", List.of());
            }
            if (current < least) {
                return scale(target, least, "Current number of replicas below Spec.MinReplicas", List.of());
            }
            return measure(target)
                    .compose(
                            wanted ->
                                    follow(target, wanted, new ScaleHistory.Bounds(least, most, spec.path("behavior"))),
                            error -> {
                                status.put("currentReplicas", current);
                                events.warning(
                                        autoscaler, "FailedComputeMetricsReplicas", String.valueOf(error.getMessage()));
                                return write();
                            });
        }

        private record Wanted(int replicas, String metric, List<ObjectNode> statuses) {}

        /** The most that any metric asks for; fewer replicas only if all metrics were read. */
        private Future<Wanted> measure(ScaleTargets.Target target) {
            if (target.selector().isEmpty()) {
                String why = "selector is required";
                events.warning(autoscaler, "SelectorRequired", why);
                active(false, "InvalidSelector", "the HPA target's scale is missing a selector");
                return Future.failedFuture(new Uncountable(why));
            }
            LabelSelector selector;
            try {
                selector = LabelSelector.parse(target.selector());
            } catch (IllegalArgumentException e) {
                String why =
                        "couldn't convert selector into a corresponding internal selector object: " + e.getMessage();
                events.warning(autoscaler, "InvalidSelector", why);
                active(false, "InvalidSelector", why);
                return Future.failedFuture(new Uncountable(why));
            }
            List<KubeObject> selected = pods.byNamespace(autoscaler.namespace()).stream()
                    .filter(pod -> selector.matches(pod.meta().labels()))
                    .map(KubeObject::compact)
                    .toList();
            Optional<String> rivals = rivals(selector, selected);
            if (rivals.isPresent()) {
                String why = "pods by selector " + selector + " are controlled by multiple HPAs: " + rivals.get();
                events.warning(autoscaler, "AmbiguousSelector", why);
                active(false, "AmbiguousSelector", why);
                return Future.failedFuture(new Uncountable(why));
            }
            MetricSpecs.Of of = new MetricSpecs.Of(
                    autoscaler.namespace(),
                    selector,
                    new ReplicaCalculator(
                            selected,
                            target.replicas(),
                            tolerances(),
                            context.loop().now()),
                    target.statusReplicas());
            List<JsonNode> specs = Json.items(spec, "metrics");
            List<Future<MetricSpecs.Outcome>> outcomes =
                    specs.stream().map(each -> metrics.propose(of, each)).toList();
            return Future.join(outcomes).transform(all -> conclude(target, specs, outcomes));
        }

        private Future<Wanted> conclude(
                ScaleTargets.Target target, List<JsonNode> specs, List<Future<MetricSpecs.Outcome>> outcomes) {
            int replicas = -1;
            String name = "";
            int invalid = 0;
            String reason = "";
            String why = "";
            List<ObjectNode> statuses = new ArrayList<>();
            for (int at = 0; at < specs.size(); at++) {
                Future<MetricSpecs.Outcome> outcome = outcomes.get(at);
                if (outcome.failed()) {
                    String message = String.valueOf(outcome.cause().getMessage());
                    events.warning(autoscaler, MetricSpecs.failure(specs.get(at)), message);
                    if (invalid++ == 0) {
                        reason = MetricSpecs.failure(specs.get(at));
                        why = message;
                    }
                    statuses.add(Json.object().put("type", ""));
                    continue;
                }
                statuses.add(outcome.result().status());
                if (outcome.result().replicas() > replicas) {
                    replicas = outcome.result().replicas();
                    name = outcome.result().name();
                }
            }
            if (invalid >= specs.size() || (invalid > 0 && replicas < target.replicas())) {
                active(false, reason, "the HPA was unable to compute the replica count: " + why);
                return Future.failedFuture(new Uncountable("invalid metrics (" + invalid + " invalid out of "
                        + specs.size() + "), first error is: " + why));
            }
            active(true, "ValidMetricFound", "the HPA was able to successfully calculate a replica count from " + name);
            return Future.succeededFuture(new Wanted(replicas, name, statuses));
        }

        private Future<Void> follow(ScaleTargets.Target target, Wanted wanted, ScaleHistory.Bounds bounds) {
            int current = target.replicas();
            ScaleHistory.Decision decision = history.decide(
                    current, wanted.replicas(), bounds, context.loop().now());
            able(true, decision.able().reason(), decision.able().message());
            condition(
                    "ScalingLimited",
                    decision.isLimited(),
                    decision.limited().reason(),
                    decision.limited().message());
            if (decision.replicas() == current) {
                return settle(target, current, wanted.statuses());
            }
            String why = wanted.replicas() > current
                    ? wanted.metric() + " above target"
                    : wanted.replicas() < current ? "All metrics below target" : "";
            return scale(target, decision.replicas(), why, wanted.statuses());
        }

        private Future<Void> scale(ScaleTargets.Target target, int replicas, String why, List<ObjectNode> statuses) {
            return targets.write(target, replicas)
                    .compose(
                            written -> {
                                able(
                                        true,
                                        "SucceededRescale",
                                        "the HPA controller was able to update the target scale to " + replicas);
                                events.normal(
                                        autoscaler, "SuccessfulRescale", "New size: " + replicas + "; reason: " + why);
                                history.scaled(
                                        target.replicas(),
                                        replicas,
                                        spec.path("behavior"),
                                        context.loop().now());
                                status.put("lastScaleTime", context.time());
                                return settle(target, replicas, statuses);
                            },
                            error -> {
                                events.warning(
                                        autoscaler,
                                        "FailedRescale",
                                        "New size: " + replicas + "; reason: " + why + "; error: "
                                                + error.getMessage());
                                able(
                                        false,
                                        "FailedUpdateScale",
                                        "the HPA controller was unable to update the target scale: "
                                                + error.getMessage());
                                status.put("currentReplicas", target.replicas());
                                return write();
                            });
        }

        private Future<Void> settle(ScaleTargets.Target target, int desired, List<ObjectNode> statuses) {
            status.put("currentReplicas", target.replicas()).put("desiredReplicas", desired);
            if (statuses.isEmpty()) {
                status.putNull("currentMetrics");
            } else {
                statuses.forEach(status.putArray("currentMetrics")::add);
            }
            return write();
        }

        private Future<Void> write() {
            if (status.equals(autoscaler.at("status"))) {
                return Future.succeededFuture();
            }
            KubeObject told = autoscaler.edit(tree -> tree.set("status", status));
            return context.client().update(AUTOSCALERS, told, "status").mapEmpty();
        }

        private void able(boolean is, String reason, String message) {
            condition("AbleToScale", is, reason, message);
        }

        private void active(boolean is, String reason, String message) {
            condition("ScalingActive", is, reason, message);
        }

        private void condition(String type, boolean is, String reason, String message) {
            Conditions.set(status, type, is ? "True" : "False", reason, message, context.time());
        }

        private Tolerances tolerances() {
            return new Tolerances(
                    tolerance("scaleDown", Tolerances.UPSTREAM.down()), tolerance("scaleUp", Tolerances.UPSTREAM.up()));
        }

        private double tolerance(String rules, double otherwise) {
            String own = Json.text(spec, "behavior", rules, "tolerance");
            return own.isEmpty() ? otherwise : Quantity.orZero(own).amount().doubleValue();
        }

        /** Two that count with the same pods would pull at them in turn. */
        private Optional<String> rivals(LabelSelector selector, List<KubeObject> selected) {
            Set<String> names = new HashSet<>();
            selectors.keySet().removeIf(key -> autoscalers.get(key).isEmpty());
            selectors.put(autoscaler.key(), selector);
            for (KubeObject pod : selected) {
                List<String> all = selectors.entrySet().stream()
                        .filter(entry -> entry.getKey().namespace().equals(autoscaler.namespace())
                                && entry.getValue().matches(pod.meta().labels()))
                        .map(entry -> entry.getKey().toString())
                        .sorted()
                        .toList();
                if (all.size() > 1) {
                    names.addAll(all);
                }
            }
            return names.isEmpty()
                    ? Optional.empty()
                    : Optional.of(names.stream().sorted().toList().toString());
        }
    }
}
