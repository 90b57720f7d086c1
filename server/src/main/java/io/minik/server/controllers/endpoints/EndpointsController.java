package io.minik.server.controllers.endpoints;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps the Endpoints object of each service that selects pods, for clients that do not read slices. */
public final class EndpointsController implements Controller {
    private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
    private static final String MANAGER = "endpoint-controller";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    /** As upstream: more would make one object too large; the annotation says that some are missing. */
    private static final int MOST_ADDRESSES = 1000;

    private static final String OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";

    private final ControllerContext context;
    private final Informer services;
    private final Informer endpoints;
    private final ServicePods behind;
    private final ReconcileLoop work;

    public EndpointsController(ControllerContext context) {
        this.context = context;
        this.services = context.informer(Resources.SERVICES);
        this.endpoints = context.informer(Resources.ENDPOINTS);
        Informer pods = context.informer(Resources.PODS);
        this.behind = new ServicePods(services, pods);
        this.work = context.reconcile("endpoint", this::reconcile)
                .watch(services)
                .watch(endpoints)
                .needs(pods);
        behind.wake(work);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> service = services.get(key);
        Optional<KubeObject> present = endpoints.get(key);
        if (service.isEmpty()) {
            // Only what we made: other Endpoints may live without a service, as leader election's did.
            boolean ours = present.map(
                            object -> MANAGER.equals(object.meta().labels().get(MANAGED_BY)))
                    .orElse(false);
            return ours
                    ? Outcomes.done(Outcomes.ignoring(
                            context.client()
                                    .delete(
                                            Resources.ENDPOINTS,
                                            key,
                                            DeleteOptions.onlyIf(present.get().uid())),
                            Reason.NotFound,
                            Reason.Conflict))
                    : Outcomes.done();
        }
        if (!ServicePods.selects(service.get()) || service.get().meta().deleting()) {
            return Outcomes.done();
        }
        KubeObject wanted = wanted(service.get(), present);
        if (present.isEmpty()) {
            return Outcomes.done(Outcomes.ignoring(
                    context.client().create(Resources.ENDPOINTS, wanted), Reason.AlreadyExists, Reason.NotFound));
        }
        boolean same = subsets(present.get()).equals(subsets(wanted))
                && present.get().meta().labels().equals(wanted.meta().labels())
                && present.get().annotations().equals(wanted.annotations());
        return same ? Outcomes.done() : Outcomes.done(context.client().update(Resources.ENDPOINTS, wanted));
    }

    private static JsonNode subsets(KubeObject object) {
        JsonNode subsets = object.at("subsets");
        return subsets.isArray() ? subsets : Json.array();
    }

    private KubeObject wanted(KubeObject service, Optional<KubeObject> present) {
        KubeObject base = present.orElseGet(() -> KubeObject.named("v1", "Endpoints", service.key(), tree -> {}));
        List<KubeObject> pods = behind.of(service);
        return base.edit(tree -> {
            ObjectNode meta = Json.child(tree, "metadata");
            ObjectNode labels = meta.putObject("labels");
            service.meta().labels().forEach(labels::put);
            labels.put(MANAGED_BY, MANAGER);
            if (ServicePods.headless(service)) {
                labels.put(HEADLESS, "");
            }
            if (pods.size() > MOST_ADDRESSES) {
                Json.child(meta, "annotations").put(OVER_CAPACITY, "truncated");
            } else if (meta.get("annotations") instanceof ObjectNode annotations) {
                annotations.remove(OVER_CAPACITY);
            }
            tree.set("subsets", subsets(service, pods.subList(0, Math.min(pods.size(), MOST_ADDRESSES))));
        });
    }

    private static ArrayNode subsets(KubeObject service, List<KubeObject> pods) {
        boolean publish = Json.bool(service.tree(), "spec", "publishNotReadyAddresses");
        boolean ipv6 = Json.stringList(service.tree(), "spec", "ipFamilies").stream()
                .findFirst()
                .map(family -> family.equals("IPv6"))
                .orElse(false);
        Map<ArrayNode, ObjectNode> byPorts = new LinkedHashMap<>();
        for (KubeObject pod : pods) {
            Optional<String> address = ServicePods.address(pod, ipv6);
            ArrayNode ports = ServicePods.ports(service, pod);
            boolean portless = ports.isEmpty() && !ServicePods.headless(service);
            if (address.isEmpty() || portless || (pod.meta().deleting() && !publish)) {
                continue;
            }
            ObjectNode entry = Json.object().put("ip", address.get());
            ServicePods.hostname(service, pod).ifPresent(hostname -> entry.put("hostname", hostname));
            entry.put("nodeName", pod.text("spec", "nodeName"));
            entry.set("targetRef", ServicePods.reference(pod));
            ObjectNode subset = byPorts.computeIfAbsent(ports, ignored -> Json.object());
            subset.withArray(publish || Pods.ready(pod) ? "addresses" : "notReadyAddresses")
                    .add(entry);
        }
        ArrayNode subsets = Json.array();
        byPorts.forEach((ports, subset) -> {
            if (!ports.isEmpty()) {
                ArrayNode list = subset.putArray("ports");
                ports.forEach(port -> {
                    ObjectNode entry = (ObjectNode) port.deepCopy();
                    if (Json.text(entry, "name").isEmpty()) {
                        entry.remove("name");
                    }
                    list.add(entry);
                });
            }
            subsets.add(subset);
        });
        return subsets;
    }
}
