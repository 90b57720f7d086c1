package io.minik.server.controllers.balancing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.BoxedClass;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Tells Ingresses of our class the addresses of the nodes, each of which serves them. A node where a Service of type LoadBalancer or a
 * pod has port 80 or 443 is left out: the kernel gives them what arrives there before the ingress hears of it.
 */
public final class IngressStatus implements Controller {
    static final Resource INGRESSES = new Resource("networking.k8s.io", "v1", "ingresses", "Ingress", true);
    static final Resource CLASSES = new Resource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false);

    /** The class that is made, and who serves classes like it. */
    static final String CLASS = "minik";

    static final String CONTROLLER = "minik.io/ingress";
    private static final String OLD_CLASS = "kubernetes.io/ingress.class";
    private static final List<Integer> PORTS = List.of(80, 443);
    private static final ObjectKey ALL = ObjectKey.cluster("all");

    private final ControllerContext context;
    private final boolean enabled;
    // Asked of all at each change: no trees are made for it.
    private static final Function<KubeObject, String> CLASS_NAME = IngressStatus::className;
    private static final Function<KubeObject, List<String>> ADDRESSES = IngressStatus::addresses;

    private final Informer ingresses;
    private final Informer classes;
    private final Informer nodes;
    private final Informer services;
    private final Informer pods;
    private final EventRecorder events;
    private final ReconcileLoop work;
    /** What was written and is nobody's any more. */
    private final Set<ObjectKey> left = new HashSet<>();

    private final Map<ObjectKey, String> told = new HashMap<>();

    public IngressStatus(ControllerContext context, boolean enabled) {
        this.context = context;
        this.enabled = enabled;
        this.ingresses = context.informer(INGRESSES);
        this.classes = context.informer(CLASSES);
        this.nodes = context.informer(Resources.NODES);
        this.services = context.informer(Resources.SERVICES);
        this.pods = context.informer(Resources.PODS).index(ServiceBalancer.HOST_PORT, ServiceBalancer::hostPorts);
        this.events = context.events("ingress-controller");
        this.work = context.reconcile("ingress-status-controller", key -> reconcile())
                .watch(ingresses, ingress -> List.of(ALL))
                .watch(classes, each -> idle() ? List.of() : List.of(ALL))
                .watch(nodes, node -> idle() ? List.of() : List.of(ALL))
                .watch(services, service -> idle() ? List.of() : List.of(ALL))
                .needs(pods);
        ingresses.onChange((before, now) -> {
            before.filter(this::ours).ifPresent(was -> {
                if (now.isEmpty()) {
                    told.remove(was.key());
                } else if (!ours(now.get())) {
                    left.add(was.key());
                }
            });
        });
        pods.onChange((before, now) -> {
            if (!idle() && now.or(() -> before).map(this::holdsPort).orElse(false)) {
                work.add(ALL);
            }
        });
    }

    /** The IngressClass {@code minik}. */
    public static BoxedClass boxedClass(ControllerContext context, boolean enabled) {
        return new BoxedClass(
                context,
                enabled,
                CLASSES,
                new BoxedClass.Made(
                        CLASS, "ingressclass.kubernetes.io/is-default-class", tree -> Json.child(tree, "spec")
                                .put("controller", CONTROLLER)));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private boolean idle() {
        return ingresses.list().isEmpty();
    }

    private boolean holdsPort(KubeObject pod) {
        return ServiceBalancer.hostPorts(pod).stream().anyMatch(each -> PORTS.stream()
                .anyMatch(port -> each.endsWith(" " + ServiceBalancer.place("TCP", port))));
    }

    private static String className(KubeObject ingress) {
        String name = ingress.part("spec", "ingressClassName").asText("");
        return name.isEmpty()
                ? ingress.part("metadata", "annotations", OLD_CLASS).asText("")
                : name;
    }

    private static List<String> addresses(KubeObject ingress) {
        List<String> all = new ArrayList<>();
        ingress.part("status", "loadBalancer", "ingress").forEach(each -> all.add(Json.text(each, "ip")));
        return List.copyOf(all);
    }

    private boolean ours(KubeObject ingress) {
        String name = ingress.once(CLASS_NAME);
        return name.equals(CLASS)
                || (!name.isEmpty()
                        && classes.get(ObjectKey.cluster(name))
                                .map(each -> each.text("spec", "controller").equals(CONTROLLER))
                                .orElse(false));
    }

    private Future<Optional<Duration>> reconcile() {
        List<Future<Void>> writes = new ArrayList<>();
        for (ObjectKey key : Set.copyOf(left)) {
            left.remove(key);
            ingresses.get(key).filter(each -> !ours(each)).ifPresent(each -> writes.add(write(each, List.of())));
        }
        List<KubeObject> all = ingresses.list().stream().filter(this::ours).toList();
        if (!all.isEmpty()) {
            Set<String> taken = new TreeSet<>();
            List<BalancingNode> usable = new ArrayList<>();
            for (KubeObject each : nodes.list()) {
                BalancingNode node = BalancingNode.of(each);
                Optional<String> holder = holder(node);
                holder.ifPresent(who -> taken.add("node " + node.name() + ": " + who));
                if (node.usable() && holder.isEmpty()) {
                    usable.add(node);
                }
            }
            List<String> addresses = enabled ? NodeShares.addresses(usable) : List.of();
            for (KubeObject ingress : all) {
                writes.add(write(ingress, addresses));
                tell(ingress, enabled ? String.join("; ", taken) : "");
            }
        }
        return Outcomes.done(Outcomes.all(writes));
    }

    private void tell(KubeObject ingress, String taken) {
        String before = told.getOrDefault(ingress.key(), "");
        if (!taken.equals(before)) {
            told.put(ingress.key(), taken);
            if (!taken.isEmpty()) {
                events.warning(ingress, "PortTaken", "Not served at all nodes: " + taken);
            }
        }
    }

    private Optional<String> holder(BalancingNode node) {
        for (int port : PORTS) {
            for (KubeObject pod :
                    pods.byIndex(ServiceBalancer.HOST_PORT, node.name() + " " + ServiceBalancer.place("TCP", port))) {
                return Optional.of("port " + port + " is the host port of pod " + pod.key());
            }
        }
        Set<String> own = new HashSet<>();
        node.internal().forEach(each -> own.add(each.toString()));
        node.external().forEach(each -> own.add(each.toString()));
        for (KubeObject service : services.list()) {
            boolean here = Json.items(service.tree(), "status", "loadBalancer", "ingress").stream()
                    .anyMatch(each -> own.contains(Json.text(each, "ip")));
            Optional<Integer> port = Json.items(service.tree(), "spec", "ports").stream()
                    .filter(each -> Json.textOr("TCP", each, "protocol").equals("TCP"))
                    .map(each -> Json.intOr(0, each, "port"))
                    .filter(PORTS::contains)
                    .findFirst();
            if (here && port.isPresent()) {
                return Optional.of("port " + port.get() + " is Service " + service.key() + "'s");
            }
        }
        return Optional.empty();
    }

    private Future<Void> write(KubeObject ingress, List<String> addresses) {
        if (ingress.once(ADDRESSES).equals(addresses)) {
            return Future.succeededFuture();
        }
        KubeObject edited = ingress.edit(tree -> {
            ObjectNode balancer = Json.child(tree, "status").putObject("loadBalancer");
            if (!addresses.isEmpty()) {
                var list = balancer.putArray("ingress");
                addresses.forEach(ip -> list.addObject().put("ip", ip));
            }
        });
        return Outcomes.ignoring(context.client().update(INGRESSES, edited, "status"), Reason.NotFound);
    }
}
