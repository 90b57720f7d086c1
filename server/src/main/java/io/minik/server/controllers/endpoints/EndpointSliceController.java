package io.minik.server.controllers.endpoints;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Expectations;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.endpoints.EndpointSlices.Group;
import io.minik.server.controllers.endpoints.EndpointSlices.Plan;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps the EndpointSlices of services that select pods. Keys are services; those without a selector are left alone. */
public final class EndpointSliceController implements Controller {
    static final String MANAGER = "endpointslice-controller.k8s.io";
    private static final String BY_SERVICE = "service";

    private final ControllerContext context;
    private final Informer services;
    private final Informer slices;
    private final Informer nodes;
    private final ServicePods behind;
    private final Expectations expectations = new Expectations();
    private final ReconcileLoop work;

    public EndpointSliceController(ControllerContext context) {
        this.context = context;
        this.services = context.informer(Resources.SERVICES);
        this.slices = byService(context.informer(Resources.ENDPOINT_SLICES));
        this.nodes = context.informer(Resources.NODES);
        Informer pods = context.informer(Resources.PODS);
        this.behind = new ServicePods(services, pods);
        slices.onChange(expectations::saw);
        this.work = context.reconcile("endpointslice", this::reconcile)
                .watch(services)
                .watch(slices, EndpointSliceController::serviceOf)
                .needs(pods)
                .needs(nodes);
        behind.wake(work);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /** Slices by namespace/service. */
    static Informer byService(Informer slices) {
        return slices.index(
                BY_SERVICE,
                slice -> List.of(
                        slice.namespace() + "/" + slice.meta().labels().getOrDefault(EndpointSlices.SERVICE_NAME, "")));
    }

    static List<KubeObject> slicesOf(Informer slices, ObjectKey service, String manager) {
        return slices.byIndex(BY_SERVICE, service.toString()).stream()
                .filter(slice -> manager.equals(slice.meta().labels().get(EndpointSlices.MANAGED_BY)))
                .toList();
    }

    private static List<ObjectKey> serviceOf(KubeObject slice) {
        String service = slice.meta().labels().getOrDefault(EndpointSlices.SERVICE_NAME, "");
        boolean ours = MANAGER.equals(slice.meta().labels().get(EndpointSlices.MANAGED_BY));
        return ours && !service.isEmpty() ? List.of(ObjectKey.of(slice.namespace(), service)) : List.of();
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = services.get(key);
        if (found.isEmpty()) {
            expectations.forget(key);
            return Outcomes.done();
        }
        KubeObject service = found.get();
        if (!ServicePods.selects(service)
                || service.meta().deleting()
                || !expectations.fulfilled(key, context.loop().now())) {
            return Outcomes.done();
        }
        Plan plan = EndpointSlices.plan(service, labels(service), groups(service), slicesOf(slices, key, MANAGER));
        if (plan.isEmpty()) {
            return Outcomes.done();
        }
        return Outcomes.done(EndpointSlices.apply(
                context.client(),
                plan,
                slice -> expectations.created(
                        key,
                        slice,
                        slices.get(slice.key()).isPresent(),
                        context.loop().now())));
    }

    private static Map<String, String> labels(KubeObject service) {
        Map<String, String> labels = new LinkedHashMap<>(service.meta().labels());
        labels.put(EndpointSlices.SERVICE_NAME, service.name());
        labels.put(EndpointSlices.MANAGED_BY, MANAGER);
        if (ServicePods.headless(service)) {
            labels.put("service.kubernetes.io/headless", "");
        }
        return labels;
    }

    private List<Group> groups(KubeObject service) {
        List<String> families = Json.stringList(service.tree(), "spec", "ipFamilies");
        Map<String, Group> groups = new LinkedHashMap<>();
        List<KubeObject> pods = behind.of(service);
        for (String family : families.isEmpty() ? List.of("IPv4") : families) {
            boolean any = false;
            for (KubeObject pod : pods) {
                Optional<String> address = ServicePods.address(pod, family.equals("IPv6"));
                ArrayNode ports = ServicePods.ports(service, pod);
                if (address.isPresent()) {
                    any = true;
                    groups.computeIfAbsent(family + ports, ignored -> new Group(family, ports, new LinkedHashMap<>()))
                            .endpoints()
                            .put(address.get(), endpoint(service, pod, address.get()));
                }
            }
            if (!any) {
                groups.put(family, new Group(family, Json.array(), new LinkedHashMap<>()));
            }
        }
        return new ArrayList<>(groups.values());
    }

    private ObjectNode endpoint(KubeObject service, KubeObject pod, String address) {
        boolean publish = Json.bool(service.tree(), "spec", "publishNotReadyAddresses");
        boolean serving = Pods.ready(pod);
        boolean terminating = pod.meta().deleting();
        ObjectNode endpoint = Json.object();
        endpoint.putArray("addresses").add(address);
        endpoint.putObject("conditions")
                .put("ready", publish || (serving && !terminating))
                .put("serving", serving)
                .put("terminating", terminating);
        ServicePods.hostname(service, pod).ifPresent(hostname -> endpoint.put("hostname", hostname));
        String node = pod.text("spec", "nodeName");
        endpoint.put("nodeName", node);
        endpoint.set("targetRef", ServicePods.reference(pod));
        String zone = nodes.get(ObjectKey.cluster(node))
                .map(object -> object.meta().labels().getOrDefault("topology.kubernetes.io/zone", ""))
                .orElse("");
        if (!zone.isEmpty()) {
            endpoint.put("zone", zone);
        }
        if (Json.bool(endpoint, "conditions", "ready")) {
            hints(service.text("spec", "trafficDistribution"), node, zone, endpoint);
        }
        return endpoint;
    }

    /** For whom proxies should choose this endpoint before others: those near it, if the service wants that. */
    private static void hints(String distribution, String node, String zone, ObjectNode endpoint) {
        if (distribution.isEmpty()) {
            return;
        }
        if (!zone.isEmpty()) {
            Json.child(endpoint, "hints").putArray("forZones").addObject().put("name", zone);
        }
        if (distribution.equals("PreferSameNode")) {
            Json.child(endpoint, "hints").putArray("forNodes").addObject().put("name", node);
        }
    }
}
