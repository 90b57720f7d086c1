package io.minik.server.controllers.endpoints;

import com.fasterxml.jackson.databind.JsonNode;
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
import io.minik.server.controllers.endpoints.EndpointSlices.Group;
import io.minik.server.controllers.endpoints.EndpointSlices.Plan;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Copies Endpoints that people wrote for a service without a selector into slices, which is what proxies read. */
public final class EndpointSliceMirroring implements Controller {
    private static final String MANAGER = "endpointslicemirroring-controller.k8s.io";
    private static final String SKIP = "endpointslice.kubernetes.io/skip-mirror";
    private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";

    private final ControllerContext context;
    private final Informer services;
    private final Informer endpoints;
    private final Informer slices;
    private final Expectations expectations = new Expectations();
    private final ReconcileLoop work;

    public EndpointSliceMirroring(ControllerContext context) {
        this.context = context;
        this.services = context.informer(Resources.SERVICES);
        this.endpoints = context.informer(Resources.ENDPOINTS);
        this.slices = EndpointSliceController.byService(context.informer(Resources.ENDPOINT_SLICES));
        slices.onChange(expectations::saw);
        this.work = context.reconcile("endpointslice-mirroring", this::reconcile)
                .watch(endpoints)
                .watch(services)
                .watch(slices, EndpointSliceMirroring::serviceOf);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private static List<ObjectKey> serviceOf(KubeObject slice) {
        String service = slice.meta().labels().getOrDefault(EndpointSlices.SERVICE_NAME, "");
        boolean ours = MANAGER.equals(slice.meta().labels().get(EndpointSlices.MANAGED_BY));
        return ours ? List.of(ObjectKey.of(slice.namespace(), service)) : List.of();
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> service = services.get(key);
        if (service.isEmpty()) {
            expectations.forget(key);
            return Outcomes.done();
        }
        if (!expectations.fulfilled(key, context.loop().now())) {
            return Outcomes.done();
        }
        List<KubeObject> present = EndpointSliceController.slicesOf(slices, key, MANAGER);
        Optional<KubeObject> source = endpoints.get(key).filter(object -> mirrored(service.get(), object));
        Map<String, String> labels = new LinkedHashMap<>();
        source.ifPresent(object -> labels.putAll(object.meta().labels()));
        labels.put(EndpointSlices.SERVICE_NAME, key.name());
        labels.put(EndpointSlices.MANAGED_BY, MANAGER);
        Plan plan = EndpointSlices.plan(
                service.get(),
                labels,
                source.map(EndpointSliceMirroring::groups).orElse(List.of()),
                present);
        return plan.isEmpty()
                ? Outcomes.done()
                : Outcomes.done(EndpointSlices.apply(
                        context.client(),
                        plan,
                        slice -> expectations.created(
                                key,
                                slice,
                                slices.get(slice.key()).isPresent(),
                                context.loop().now())));
    }

    private static boolean mirrored(KubeObject service, KubeObject object) {
        return service.at("spec", "selector").isEmpty()
                && !object.meta().deleting()
                && !"true".equals(object.meta().labels().get(SKIP))
                && !object.annotations().containsKey(LEADER);
    }

    private static List<Group> groups(KubeObject endpoints) {
        List<Group> groups = new ArrayList<>();
        for (JsonNode subset : endpoints.at("subsets")) {
            ArrayNode ports = Json.array();
            for (JsonNode port : subset.path("ports")) {
                ObjectNode entry = port.deepCopy();
                if (!entry.has("name")) {
                    entry.put("name", "");
                }
                ports.add(entry);
            }
            for (String type : List.of("IPv4", "IPv6")) {
                Group group = new Group(type, ports, new LinkedHashMap<>());
                add(group, subset.path("addresses"), true);
                add(group, subset.path("notReadyAddresses"), false);
                if (!group.endpoints().isEmpty()) {
                    groups.add(group);
                }
            }
        }
        return groups;
    }

    private static void add(Group group, JsonNode addresses, boolean ready) {
        for (JsonNode address : addresses) {
            String ip = Json.text(address, "ip");
            if (ip.contains(":") == group.addressType().equals("IPv6")) {
                ObjectNode endpoint = Json.object();
                endpoint.putArray("addresses").add(ip);
                endpoint.putObject("conditions").put("ready", ready);
                for (String field : List.of("hostname", "nodeName", "targetRef")) {
                    if (address.has(field)) {
                        endpoint.set(field, address.path(field));
                    }
                }
                group.endpoints().put(ip, endpoint);
            }
        }
    }
}
