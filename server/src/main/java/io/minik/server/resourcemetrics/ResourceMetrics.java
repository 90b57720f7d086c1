package io.minik.server.resourcemetrics;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.ListOptions;
import io.minik.api.core.PodGlance;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.registry.Computed;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** NodeMetrics and PodMetrics, made of what the kubelets say at the moment. */
public final class ResourceMetrics {
    /** As metrics-server names what it does not find. */
    private static final Resource KINDS_OF_NODES =
            new Resource("metrics.k8s.io", "v1beta1", "nodemetrics", "NodeMetrics", false);

    private static final Resource KINDS_OF_PODS =
            new Resource("metrics.k8s.io", "v1beta1", "podmetrics", "PodMetrics", true);

    /** A node that does not answer within this is left out, as one without a kubelet is. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Loop loop;
    private final ApiClient client;
    private final Scrapes scrapes;

    /** @param kubelets what the kubelet of this node answers to {@code GET /metrics/resource} */
    public ResourceMetrics(Loop loop, ApiClient client, Function<String, Future<String>> kubelets) {
        this.loop = loop;
        this.client = client;
        this.scrapes = new Scrapes(loop, node -> Loop.within(PATIENCE, kubelets.apply(node)));
    }

    public Computed nodes() {
        return key -> onLoop(() -> nodes(key.name()));
    }

    public Computed pods() {
        return key -> onLoop(() -> pods(key));
    }

    /** On the loop of all samples; the answer on the asker's. */
    private <T> Future<T> onLoop(Asked<T> asked) {
        Promise<T> answer = Promise.promise();
        loop.run(() -> asked.ask().onComplete(answer));
        return Loop.within(PATIENCE.multipliedBy(3), answer.future());
    }

    private interface Asked<T> {
        Future<T> ask();
    }

    private Future<List<KubeObject>> nodes(String name) {
        return client.list(Resources.NODES, "", ListOptions.ALL).compose(all -> {
            scrapes.keepOnly(all.items().stream().map(KubeObject::name).collect(Collectors.toSet()));
            List<KubeObject> asked = all.items().stream()
                    .filter(node -> name.isEmpty() || node.name().equals(name))
                    .toList();
            return pairs(asked.stream()
                            .filter(ResourceMetrics::ready)
                            .map(KubeObject::name)
                            .collect(Collectors.toSet()))
                    .map(pairs -> {
                        List<KubeObject> made = new ArrayList<>();
                        for (KubeObject node : asked) {
                            Optional.ofNullable(pairs.get(node.name()))
                                    .flatMap(Scrapes.Pair::node)
                                    .ifPresent(usage -> made.add(nodeMetrics(node, usage)));
                        }
                        return found(made, name, ApiException.notFound(KINDS_OF_NODES, name));
                    });
        });
    }

    private Future<List<KubeObject>> pods(ObjectKey key) {
        Future<List<KubeObject>> asked = key.name().isEmpty()
                ? client.list(Resources.PODS, key.namespace(), ListOptions.ALL).map(list -> list.items())
                : client.get(Resources.PODS, key).map(List::of);
        return asked.compose(pods -> {
            Set<String> nodes = pods.stream()
                    .map(ResourceMetrics::node)
                    .filter(name -> !name.isEmpty())
                    .collect(Collectors.toSet());
            return pairs(nodes).map(pairs -> {
                List<KubeObject> made = new ArrayList<>();
                for (KubeObject pod : pods) {
                    Optional.ofNullable(pairs.get(node(pod)))
                            .flatMap(pair -> podMetrics(pod, pair))
                            .ifPresent(made::add);
                }
                return found(made, key.name(), ApiException.notFound(KINDS_OF_PODS, key.toString()));
            });
        });
    }

    private static List<KubeObject> found(List<KubeObject> made, String name, ApiException otherwise) {
        if (!name.isEmpty() && made.isEmpty()) {
            throw otherwise;
        }
        return made;
    }

    private static String node(KubeObject pod) {
        return PodGlance.of(pod).nodeName();
    }

    /** Of one that is silent nobody needs to wait for an answer. */
    private static boolean ready(KubeObject node) {
        return Conditions.isTrue(node.at("status"), "Ready");
    }

    /** Of those that answer, by name. */
    private Future<Map<String, Scrapes.Pair>> pairs(Set<String> nodes) {
        Map<String, Future<Scrapes.Pair>> asked = new HashMap<>();
        nodes.forEach(node -> asked.put(node, scrapes.of(node)));
        return Future.join(List.copyOf(asked.values())).transform(all -> {
            Map<String, Scrapes.Pair> answered = new HashMap<>();
            asked.forEach((node, pair) -> {
                if (pair.succeeded()) {
                    answered.put(node, pair.result());
                }
            });
            return Future.succeededFuture(answered);
        });
    }

    private static KubeObject nodeMetrics(KubeObject node, Reading.Usage usage) {
        return object(Resources.NODE_METRICS, node, usage, tree -> put(tree.putObject("usage"), usage));
    }

    /** None before every container has been measured: a part would look like the whole. */
    private static Optional<KubeObject> podMetrics(KubeObject pod, Scrapes.Pair pair) {
        Map<String, Reading> now = pair.now().pods().getOrDefault(pod.key(), Map.of());
        Map<String, Reading> before = pair.before()
                .map(sample -> sample.pods().getOrDefault(pod.key(), Map.of()))
                .orElse(Map.of());
        Map<String, Reading.Usage> usages = new TreeMap<>();
        now.forEach((container, reading) -> reading.since(Optional.ofNullable(before.get(container)))
                .ifPresent(usage -> usages.put(container, usage)));
        if (usages.isEmpty() || usages.size() < now.size()) {
            return Optional.empty();
        }
        Reading.Usage last = usages.values().iterator().next();
        return Optional.of(object(
                Resources.POD_METRICS,
                pod,
                last,
                tree -> usages.forEach((container, usage) -> {
                    ObjectNode item = tree.withArray("containers").addObject().put("name", container);
                    put(item.putObject("usage"), usage);
                })));
    }

    private interface Rest {
        void add(ObjectNode tree);
    }

    /** Selected as what it measures: it has the same labels. */
    private static KubeObject object(Resource kind, KubeObject of, Reading.Usage usage, Rest rest) {
        return KubeObject.named(kind.apiVersion(), kind.kind(), of.key(), tree -> {
            String at = Instant.ofEpochMilli(usage.atMillis())
                    .truncatedTo(ChronoUnit.SECONDS)
                    .toString();
            ObjectNode meta = Json.child(tree, "metadata").put("creationTimestamp", at);
            Map<String, String> labels = of.meta().labels();
            if (!labels.isEmpty()) {
                labels.forEach(meta.putObject("labels")::put);
            }
            tree.put("timestamp", at).put("window", seconds(usage.window()));
            rest.add(tree);
        });
    }

    private static void put(ObjectNode out, Reading.Usage usage) {
        out.put("cpu", Quantity.parse(usage.cpuNanos() + "n").toString())
                .put("memory", Quantity.ofBytes(usage.memoryBytes()).toString());
    }

    /** As Go prints a duration. */
    private static String seconds(Duration window) {
        return BigDecimal.valueOf(window.toMillis(), 3).stripTrailingZeros().toPlainString() + "s";
    }
}
