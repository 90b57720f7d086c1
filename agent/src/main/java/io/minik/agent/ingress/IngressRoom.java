package io.minik.agent.ingress;

import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Address;
import io.minik.ground.room.Room;
import io.minik.ground.tls.NamedIdentities;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the data path in step with the cluster: is there while there is an Ingress of ours.
 *
 * <pre>
 *   IDLE --the first Ingress of a class of ours--> OPENING --all is known--> OPEN --changes--> a new table
 *     ^------------- CLOSING <-------------- the last one is gone ------------'
 * </pre>
 */
public final class IngressRoom implements Room {
    private static final Logger log = LoggerFactory.getLogger(IngressRoom.class);

    static final Resource INGRESSES = new Resource("networking.k8s.io", "v1", "ingresses", "Ingress", true);
    static final Resource CLASSES = new Resource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false);
    /** IngressClasses with this controller are ours. */
    static final String CONTROLLER = "minik.io/ingress";

    private static final String OLD_CLASS = "kubernetes.io/ingress.class";
    private static final String SERVICE_LABEL = "kubernetes.io/service-name";
    private static final String BY_SERVICE = "service";
    private static final ObjectKey KUBERNETES = ObjectKey.of("default", "kubernetes");

    /** A burst (a Deployment that rolls) becomes one table. */
    private static final Duration COALESCE = Duration.ofMillis(20);

    private static final Duration UNTIL_TOLD = Duration.ofSeconds(3);

    /**
     * @param enabled if not, nothing is done
     * @param places to listen at
     * @param reserved ports of nodes that no request is passed on to, with whose they are
     * @param accessLog where, if at all
     * @param vertx makes the data path's own
     * @param loops how many of its event loops serve
     */
    public record Settings(
            String nodeName,
            boolean enabled,
            List<Port> places,
            Map<Integer, String> reserved,
            Optional<Path> accessLog,
            Supplier<Vertx> vertx,
            int loops) {}

    /** A port of this node. @param number 0: any free one */
    public record Port(String host, int number, boolean tls) {}

    private enum State {
        IDLE,
        OPENING,
        OPEN,
        CLOSING
    }

    private final Settings settings;
    private final Vertx vertx;
    private final Loop loop;
    private final Informers informers;
    private final ApiClient api;
    private final Grievances grievances;
    private final RouteFigures figures = new RouteFigures();

    // Owned by the loop.
    private State state = State.IDLE;
    private @Nullable DataPath path;
    private @Nullable IngressSecrets secrets;
    private @Nullable IngressPorts ports;
    private @Nullable NamedIdentities identities;
    private Optional<Known> known = Optional.empty();
    private RoutingPlan plan = new RoutingPlan(RoutingTable.EMPTY, Map.of(), List.of());
    private boolean scheduled;
    private boolean telling;
    private boolean stopped;
    private volatile Health health = Health.notReady("not started");

    /** The informers, once there is an Ingress of anybody's. */
    private record Known(Informer ingresses, Informer classes, Informer services, Informer slices, Informer nodes) {
        boolean synced() {
            return ingresses.isSynced()
                    && classes.isSynced()
                    && services.isSynced()
                    && slices.isSynced()
                    && nodes.isSynced();
        }
    }

    /** @param informers on this loop; shared with other rooms of it */
    public record Parts(Vertx vertx, Loop loop, Informers informers, ApiClient api, EventRecorder events) {}

    public IngressRoom(Parts parts, Settings settings) {
        this.vertx = parts.vertx();
        this.loop = parts.loop();
        this.informers = parts.informers();
        this.api = parts.api();
        this.settings = settings;
        this.grievances = new Grievances(parts.events());
    }

    @Override
    public String name() {
        return "ingress";
    }

    @Override
    public Future<Void> start() {
        health = Health.READY;
        if (settings.enabled()) {
            loop.run(() -> {
                Informer ingresses = informers.of(INGRESSES);
                ingresses.onChange((before, now) -> {
                    if (known.isEmpty()) {
                        follow(ingresses);
                    }
                    changed();
                });
                ingresses.start();
            });
        }
        return Future.succeededFuture();
    }

    private void follow(Informer ingresses) {
        Known all = new Known(
                ingresses,
                informers.of(CLASSES),
                informers.of(Resources.SERVICES),
                informers.of(Resources.ENDPOINT_SLICES).index(BY_SERVICE, IngressRoom::serviceOf),
                informers.of(Resources.NODES));
        known = Optional.of(all);
        for (Informer each : List.of(all.classes(), all.services(), all.slices(), all.nodes())) {
            each.onChange((before, now) -> changed());
            each.start().synced().onComplete(unused -> loop.run(this::changed));
        }
    }

    private static List<String> serviceOf(KubeObject slice) {
        String name = slice.meta().labels().getOrDefault(SERVICE_LABEL, "");
        return name.isEmpty()
                ? List.of()
                : List.of(ObjectKey.of(slice.namespace(), name).toString());
    }

    /** @return those of ours; empty while classes are not known */
    private List<KubeObject> ours(Known all) {
        Set<String> classes = all.classes().list().stream()
                .filter(each -> each.text("spec", "controller").equals(CONTROLLER))
                .map(KubeObject::name)
                .collect(Collectors.toSet());
        return all.ingresses().list().stream()
                .filter(each -> classes.contains(each.once(CLASS_NAME)))
                .toList();
    }

    /** Asked of all at each change: the tree is not made for it. */
    private static final Function<KubeObject, String> CLASS_NAME = IngressRoom::className;

    private static String className(KubeObject ingress) {
        String name = ingress.part("spec", "ingressClassName").asText("");
        return name.isEmpty()
                ? ingress.part("metadata", "annotations", OLD_CLASS).asText("")
                : name;
    }

    /** Figures in Prometheus' words; empty while nothing was served. Any thread. */
    public String metrics() {
        return figures.text();
    }

    // ---- states

    private void changed() {
        if (!scheduled && !stopped && known.isPresent()) {
            scheduled = true;
            loop.after(COALESCE, this::settle);
        }
    }

    private void settle() {
        scheduled = false;
        if (stopped || known.isEmpty() || !known.get().synced()) {
            return;
        }
        List<KubeObject> ours = ours(known.get());
        if (state == State.IDLE && !ours.isEmpty()) {
            open();
        } else if (state == State.OPEN && ours.isEmpty()) {
            close().onComplete(unused -> loop.run(this::changed));
        } else if (state == State.OPEN) {
            apply(ours, known.get());
        }
    }

    private void open() {
        state = State.OPENING;
        vertx.executeBlocking(() -> new Opened(settings.vertx().get(), DefaultCertificate.make(loop.now())), false)
                .compose(made -> DataPath.open(
                                made.vertx(),
                                settings.loops(),
                                figures,
                                AccessLog.at(made.vertx(), settings.accessLog(), figures))
                        .map(data -> opened(data, made)))
                .onComplete(done -> loop.run(() -> {
                    if (done.succeeded()) {
                        done.result().run();
                    } else {
                        state = State.IDLE;
                        health = Health.notReady("the ingress could not be opened: "
                                + done.cause().getMessage());
                        log.atError().setCause(done.cause()).log("the ingress could not be opened");
                    }
                }));
    }

    private record Opened(Vertx vertx, NamedIdentities.Identity fallback) {}

    private Runnable opened(DataPath data, Opened made) {
        return () -> {
            state = State.OPEN;
            path = data;
            NamedIdentities names = new NamedIdentities(made.fallback());
            identities = names;
            secrets = new IngressSecrets(vertx, loop, api, this::changed);
            ports = new IngressPorts(loop, data, names, settings.places(), this::changed);
            log.atInfo().log("the ingress is there");
            if (stopped) {
                close().onFailure(IngressLoop::quietly);
            } else {
                changed();
            }
        };
    }

    private Future<Void> close() {
        DataPath closing = path;
        if (closing == null) {
            return Future.succeededFuture();
        }
        state = State.CLOSING;
        Optional.ofNullable(secrets).ifPresent(IngressSecrets::stop);
        Optional.ofNullable(ports).ifPresent(IngressPorts::stop);
        path = null;
        secrets = null;
        ports = null;
        identities = null;
        figures.keep(Set.of());
        Promise<Void> done = Promise.promise();
        closing.close()
                .onComplete(unused -> loop.run(() -> {
                    state = State.IDLE;
                    log.atInfo().log("the ingress is gone");
                    done.complete();
                }));
        return done.future();
    }

    private void apply(List<KubeObject> ours, Known all) {
        plan = RoutingPlan.of(ours, new View(all, settings.reserved()));
        Optional.ofNullable(path).ifPresent(data -> data.route(plan.table()));
        figures.keep(ours.stream().map(KubeObject::key).collect(Collectors.toSet()));
        IngressSecrets keys = secrets;
        NamedIdentities shown = identities;
        if (keys != null && shown != null) {
            keys.follow(plan.certificates().values().stream()
                    .map(RoutingPlan.Claim::secret)
                    .collect(Collectors.toSet()));
            Map<String, NamedIdentities.Identity> byName = new HashMap<>();
            plan.certificates().forEach((name, claim) -> keys.identity(claim.secret())
                    .ifPresent(identity -> byName.put(name, identity)));
            shown.show(byName);
        }
        // Only now: who asks at once is not told that there is nothing.
        Optional.ofNullable(ports).ifPresent(IngressPorts::open);
        if (!telling) {
            telling = true;
            loop.after(UNTIL_TOLD, this::tell);
        }
    }

    private void tell() {
        telling = false;
        if (state != State.OPEN || known.isEmpty()) {
            return;
        }
        Known all = known.get();
        List<Complaint> complaints = new ArrayList<>();
        if (speaks(all)) {
            complaints.addAll(plan.complaints());
            IngressSecrets keys = secrets;
            plan.certificates().values().stream().distinct().forEach(claim -> {
                String problem = keys == null ? "" : keys.problem(claim.secret());
                if (!problem.isEmpty()) {
                    complaints.add(new Complaint(
                            claim.ingress(), "CertificateUnavailable", problem + "; a self-made one is shown"));
                }
            });
        }
        IngressPorts listening = ports;
        if (listening != null && !listening.problem().isEmpty()) {
            ours(all)
                    .forEach(ingress -> complaints.add(new Complaint(
                            ingress.key(),
                            "PortUnavailable",
                            "node " + settings.nodeName() + ": " + listening.problem())));
        }
        grievances.tell(complaints, all.ingresses()::get);
    }

    /** All nodes know the same: one of those that are ready says it. */
    private boolean speaks(Known all) {
        return all.nodes().list().stream()
                .filter(NodePlaces::ready)
                .map(KubeObject::name)
                .sorted()
                .findFirst()
                .map(settings.nodeName()::equals)
                .orElse(true);
    }

    @Override
    public Future<Void> stop() {
        Promise<Void> done = Promise.promise();
        loop.run(() -> {
            stopped = true;
            close().onComplete(done);
        });
        return done.future();
    }

    @Override
    public Health health() {
        return health;
    }

    /** What the informers know. */
    private record View(Known all, NodePlaces places) implements ClusterView {
        View(Known all, Map<Integer, String> reserved) {
            this(
                    all,
                    NodePlaces.of(
                            all.nodes().list(),
                            all.services().get(KUBERNETES),
                            all.slices().byIndex(BY_SERVICE, KUBERNETES.toString()),
                            reserved));
        }

        @Override
        public Optional<KubeObject> service(ObjectKey key) {
            return all.services().get(key);
        }

        @Override
        public Collection<KubeObject> slices(ObjectKey service) {
            return all.slices().byIndex(BY_SERVICE, service.toString());
        }

        @Override
        public Optional<String> reserved(Address address, int port) {
            return places.whose(address, port);
        }
    }
}
