package io.minik.server.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Counts what a ResourceQuota limits and writes it to status.used. Pods wake it; what else is counted is looked at with
 * them and at least every five minutes, while there are quotas.
 */
final class QuotaController implements Controller {
    private static final Duration RECOUNT = Duration.ofMinutes(5);

    private final ControllerContext context;
    private final Supplier<? extends Collection<Resource>> served;
    private final Informer quotas;
    private final Informer pods;
    private final ReconcileLoop work;

    QuotaController(ControllerContext context, Supplier<? extends Collection<Resource>> served) {
        this.context = context;
        this.served = served;
        this.quotas = context.informer(Resources.RESOURCE_QUOTAS);
        this.pods = context.informer(Resources.PODS);
        this.work = context.reconcile("resourcequota", this::reconcile)
                .watch(quotas)
                .watch(pods, pod -> quotas.byNamespace(pod.namespace()).stream()
                        .map(KubeObject::key)
                        .toList());
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = quotas.get(key);
        if (found.isEmpty() || found.get().meta().deleting()) {
            return Outcomes.done();
        }
        KubeObject quota = found.get();
        Map<String, Quantity> used = new LinkedHashMap<>();
        List<Future<Void>> counts = new ArrayList<>();
        List<KubeObject> inScope = pods.byNamespace(key.namespace()).stream()
                .filter(pod -> !Pods.finished(pod) && QuotaScopes.match(quota, pod))
                .toList();
        for (String name : Json.strings(quota.tree(), "spec", "hard").keySet()) {
            Optional<Resource> counted = counted(name);
            if (counted.isPresent() && !counted.get().equals(Resources.PODS)) {
                counts.add(context.client()
                        .list(counted.get(), key.namespace(), ListOptions.ALL)
                        .onSuccess(list -> used.put(name, QuotaScopes.count(name, list.items())))
                        .mapEmpty());
            } else if (counted.isPresent()) {
                used.put(name, Quantity.of(inScope.size()));
            } else {
                used.put(name, sum(name, inScope));
            }
        }
        return Outcomes.all(counts).compose(done -> tell(quota, used)).map(Optional.of(RECOUNT));
    }

    /** The resource whose objects a name counts; empty: it is a sum over pods. */
    private Optional<Resource> counted(String name) {
        String plain = name.startsWith("count/") ? name.substring("count/".length()) : name;
        String groupResource =
                switch (plain) {
                    case "services.nodeports", "services.loadbalancers" -> "services";
                    case "requests.storage" -> "persistentvolumeclaims";
                    default -> plain;
                };
        return served.get().stream()
                .filter(resource -> resource.groupResource().equals(groupResource))
                .findFirst();
    }

    private static Quantity sum(String name, List<KubeObject> pods) {
        boolean limits = name.startsWith("limits.");
        String resource = limits || name.startsWith("requests.") ? name.substring(name.indexOf('.') + 1) : name;
        Quantity sum = Quantity.ZERO;
        for (KubeObject pod : pods) {
            Quantity main = Quantity.ZERO;
            for (JsonNode container : pod.at("spec", "containers")) {
                main = main.add(amount(container, limits, resource));
            }
            for (JsonNode container : pod.at("spec", "initContainers")) {
                boolean sidecar = Json.text(container, "restartPolicy").equals("Always");
                Quantity own = amount(container, limits, resource);
                main = sidecar ? main.add(own) : main.max(own);
            }
            sum = sum.add(main);
        }
        return sum;
    }

    private static Quantity amount(JsonNode container, boolean limits, String resource) {
        return Quantity.find(Json.text(container, "resources", limits ? "limits" : "requests", resource))
                .orElse(Quantity.ZERO);
    }

    private Future<Void> tell(KubeObject quota, Map<String, Quantity> used) {
        KubeObject told = quota.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            status.set("hard", quota.at("spec", "hard").deepCopy());
            ObjectNode sums = status.putObject("used");
            Json.strings(tree, "spec", "hard")
                    .keySet()
                    .forEach(name -> sums.put(
                            name, used.getOrDefault(name, Quantity.ZERO).toString()));
        });
        return told.at("status").equals(quota.at("status"))
                ? Future.succeededFuture()
                : context.client()
                        .update(Resources.RESOURCE_QUOTAS, told, "status")
                        .mapEmpty();
    }
}
