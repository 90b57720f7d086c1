package io.minik.server.controllers.balancing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.balancing.NodeShares.Share;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes addresses of nodes into the status of Services of type LoadBalancer that name no loadBalancerClass. What it has
 * written it knows by a condition of its own beside it, so that it takes back nobody else's: a Service that changes its type,
 * or all of them when the room is switched off.
 *
 * <p>Shares depend on each other, so there is one key, for all Services. Nothing is computed while none is of this type.
 */
public final class ServiceBalancer implements Controller {
    /** Says what this room did with the Service. */
    static final String CONDITION = "servicelb.minik.io/Assigned";

    private static final ObjectKey ALL = ObjectKey.cluster("all");
    private static final String BALANCED = "balanced";
    private static final String NODE_PORT = "nodePort";
    /** Names the index of pods by {@link #hostPorts}. */
    static final String HOST_PORT = "hostPort";

    private static final String SERVICE_OF_SLICE = "kubernetes.io/service-name";
    private static final String BY_SERVICE = "service";

    /** Of the messages about ports that are taken: as many nodes as fit, the rest is counted. */
    private static final int TOLD = 3;

    /** @param serverNode the node where the API server listens, if it has one */
    public record Config(boolean enabled, String serverNode, int serverPort) {}

    private final ControllerContext context;
    private final Config config;
    private final Informer services;
    private final Informer nodes;
    private final Informer slices;
    private final Informer pods;
    private final EventRecorder events;
    private final ReconcileLoop work;

    public ServiceBalancer(ControllerContext context, Config config) {
        this.context = context;
        this.config = config;
        this.services = context.informer(Resources.SERVICES)
                .index(BALANCED, service -> concerns(service) ? List.of("") : List.of())
                .index(NODE_PORT, ServiceBalancer::nodePorts);
        this.nodes = context.informer(Resources.NODES);
        this.slices = context.informer(Resources.ENDPOINT_SLICES).index(BY_SERVICE, ServiceBalancer::serviceOf);
        this.pods = context.informer(Resources.PODS).index(HOST_PORT, ServiceBalancer::hostPorts);
        this.events = context.events("service-controller");
        this.work = context.reconcile("service-lb-controller", key -> reconcile())
                .watch(services, service -> concerns(service) ? List.of(ALL) : List.of())
                .watch(nodes, node -> idle() ? List.of() : List.of(ALL))
                .watch(slices, slice -> followed(slice) ? List.of(ALL) : List.of())
                .needs(pods);
        pods.onChange((before, now) -> {
            if (now.isEmpty()
                    && !idle()
                    && before.map(pod -> !hostPorts(pod).isEmpty()).orElse(false)) {
                work.add(ALL);
            }
        });
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private boolean idle() {
        return services.byIndex(BALANCED, "").isEmpty();
    }

    /** It is to be balanced, or was. */
    private boolean concerns(KubeObject service) {
        return ours(service) || Conditions.find(service.at("status"), CONDITION).isPresent();
    }

    private boolean ours(KubeObject service) {
        return config.enabled()
                && service.text("spec", "type").equals("LoadBalancer")
                && service.text("spec", "loadBalancerClass").isEmpty()
                && !service.meta().deleting();
    }

    private static List<String> serviceOf(KubeObject slice) {
        String name = slice.meta().labels().getOrDefault(SERVICE_OF_SLICE, "");
        return name.isEmpty()
                ? List.of()
                : List.of(ObjectKey.of(slice.namespace(), name).toString());
    }

    /** Of a Service whose addresses depend on where its endpoints are. */
    private boolean followed(KubeObject slice) {
        String name = slice.meta().labels().getOrDefault(SERVICE_OF_SLICE, "");
        return !idle()
                && services.get(ObjectKey.of(slice.namespace(), name))
                        .filter(this::ours)
                        .map(service ->
                                service.text("spec", "externalTrafficPolicy").equals("Local"))
                        .orElse(false);
    }

    private static List<String> nodePorts(KubeObject service) {
        return Json.items(service.tree(), "spec", "ports").stream()
                .filter(port -> Json.intOr(0, port, "nodePort") > 0)
                .map(port -> place(Json.textOr("TCP", port, "protocol"), Json.intOr(0, port, "nodePort")))
                .toList();
    }

    /** By node: of the pods that have one. */
    static List<String> hostPorts(KubeObject pod) {
        String node = pod.text("spec", "nodeName");
        if (node.isEmpty() || List.of("Succeeded", "Failed").contains(pod.text("status", "phase"))) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        for (JsonNode container : pod.part("spec", "containers")) {
            for (JsonNode port : Json.items(container, "ports")) {
                int number = Json.intOr(0, port, "hostPort");
                if (number > 0) {
                    found.add(node + " " + place(Json.textOr("TCP", port, "protocol"), number));
                }
            }
        }
        return found;
    }

    static String place(String protocol, int port) {
        return protocol + "/" + port;
    }

    private Future<Optional<Duration>> reconcile() {
        List<KubeObject> concerned = List.copyOf(services.byIndex(BALANCED, ""));
        if (concerned.isEmpty()) {
            return Outcomes.done();
        }
        Map<ObjectKey, Share> shares = NodeShares.of(
                concerned.stream().filter(this::ours).toList(),
                nodes.list().stream().map(BalancingNode::of).toList(),
                new Known());
        List<Future<Void>> writes = new ArrayList<>();
        for (KubeObject service : concerned) {
            Share share = shares.get(service.key());
            KubeObject told = share == null ? withdrawn(service) : assigned(service, share);
            if (!told.at("status").equals(service.at("status"))) {
                writes.add(write(service, told));
            }
        }
        return Outcomes.done(Outcomes.all(writes));
    }

    private Future<Void> write(KubeObject before, KubeObject told) {
        Future<KubeObject> update = context.client().update(Resources.SERVICES, told, "status");
        return Outcomes.ignoring(update.onSuccess(done -> tell(before, told)), Reason.NotFound);
    }

    private void tell(KubeObject before, KubeObject told) {
        Optional<JsonNode> now = Conditions.find(told.at("status"), CONDITION);
        String reason = now.map(each -> Json.text(each, "reason")).orElse("");
        if (reason.equals("NodesAssigned") || reason.isEmpty()) {
            List<String> from = addresses(before);
            List<String> to = addresses(told);
            if (!from.equals(to)) {
                String changed = from.isEmpty() ? "EnsuredLoadBalancer" : "UpdatedLoadBalancer";
                events.normal(told, changed, "Addresses of the load balancer: " + from + " -> " + to);
            }
        }
        now.filter(each -> !Json.text(each, "message").isEmpty()).ifPresent(each -> {
            if (!Conditions.find(before.at("status"), CONDITION)
                    .map(old -> Json.text(old, "message"))
                    .equals(Optional.of(Json.text(each, "message")))) {
                events.warning(
                        told,
                        reason.equals("NoNodes") ? "UnAvailableLoadBalancer" : "SyncLoadBalancerFailed",
                        "Error syncing load balancer: " + Json.text(each, "message"));
            }
        });
    }

    private static List<String> addresses(KubeObject service) {
        return Json.items(service.tree(), "status", "loadBalancer", "ingress").stream()
                .map(entry -> Json.text(entry, "ip"))
                .toList();
    }

    private KubeObject assigned(KubeObject service, Share share) {
        return service.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            ObjectNode balancer = status.putObject("loadBalancer");
            if (!share.addresses().isEmpty()) {
                var list = balancer.putArray("ingress");
                share.addresses().forEach(ip -> list.addObject().put("ip", ip).put("ipMode", "VIP"));
            }
            String value = share.nodes() > 0 ? "True" : "False";
            String reason = share.nodes() > 0 ? "NodesAssigned" : share.taken().isEmpty() ? "NoNodes" : "PortsTaken";
            String message = share.nodes() == 0 && share.taken().isEmpty()
                    ? "There are no available nodes for LoadBalancer"
                    : message(share.taken());
            Conditions.set(status, CONDITION, value, reason, message, context.time());
        });
    }

    private static String message(Set<String> taken) {
        String told = String.join(", ", taken.stream().limit(TOLD).toList());
        return taken.size() <= TOLD ? told : told + ", and " + (taken.size() - TOLD) + " more";
    }

    /** What this room has written is gone. */
    private static KubeObject withdrawn(KubeObject service) {
        return service.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            Conditions.remove(status, CONDITION);
            status.putObject("loadBalancer");
        });
    }

    /** What the informers know. */
    private final class Known implements NodeShares.Facts {
        @Override
        public String holder(BalancingNode node, KubeObject service, String protocol, int port) {
            if (protocol.equals("TCP") && port == node.kubeletPort()) {
                return "the kubelet";
            }
            if (protocol.equals("TCP")
                    && port == config.serverPort()
                    && node.name().equals(config.serverNode())) {
                return "the API server";
            }
            Stream<String> pod = pods.byIndex(HOST_PORT, node.name() + " " + place(protocol, port)).stream()
                    .map(each -> "the host port of pod " + each.key());
            Stream<String> nodePort = services.byIndex(NODE_PORT, place(protocol, port)).stream()
                    .filter(each -> !each.key().equals(service.key()))
                    .map(each -> "the node port of Service " + each.key());
            return Stream.concat(pod, nodePort).sorted().findFirst().orElse("");
        }

        @Override
        public Set<String> nodesWithEndpoints(KubeObject service) {
            Set<String> names = new HashSet<>();
            for (KubeObject slice : slices.byIndex(BY_SERVICE, service.key().toString())) {
                for (JsonNode endpoint : Json.items(slice.tree(), "endpoints")) {
                    if (Json.boolOr(true, endpoint, "conditions", "ready")) {
                        names.add(Json.text(endpoint, "nodeName"));
                    }
                }
            }
            return names;
        }

        @Override
        public boolean holds(KubeObject service) {
            return Conditions.isTrue(service.at("status"), CONDITION);
        }
    }
}
