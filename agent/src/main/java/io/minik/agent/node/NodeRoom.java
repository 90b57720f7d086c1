package io.minik.agent.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.node.NodeObject.NodeFacts;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.PatchType;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this machine's Node object. Owned by the agent's loop.
 *
 * <pre>
 *   start --> registered --(podCIDR in the watch)--> network configured --> Ready
 *     ^                                                                       |
 *     +-------------------- the object was deleted ---------------------------+
 * </pre>
 */
public final class NodeRoom implements Room {
    private static final Logger log = LoggerFactory.getLogger(NodeRoom.class);
    /** An unchanged status is told again after this. */
    private static final Duration REPORT = Duration.ofMinutes(5);

    private static final Duration RETRY = Duration.ofSeconds(2);

    /**
     * @param runtimeReady empty, or why the runtime can't run pods
     * @param runtime what it has and can do
     * @param figures read on the file workers
     */
    public record Parts(
            Loop loop,
            ApiClient api,
            Informers informers,
            EventRecorder events,
            NodeNetwork network,
            Supplier<Optional<String>> runtimeReady,
            NodePressure pressure,
            NodeFigures figures,
            Supplier<Future<RuntimeFacts>> runtime,
            Function<Callable<Void>, Future<Void>> files) {}

    private final NodeConfig config;
    private final Parts parts;
    private final Loop loop;
    private final ApiClient api;
    private final Informer nodes;
    private final ObjectKey key;
    private final NodeLease lease;
    private final NodeRoutes routes;

    // Owned by the loop.
    private @Nullable NodeFacts facts;
    private Optional<String> networkFault =
            Optional.of("container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
                    + " message:Network plugin returns error: the node has no pod CIDR yet");
    private List<String> configured = List.of();
    private List<NodeConditions.Condition> told = List.of();
    private Instant toldAt = Instant.EPOCH;
    /** Its end is told; until then what was told before stays. */
    private boolean configuring;

    private boolean registering;
    private boolean reporting;
    private boolean reportAgain;
    private boolean stopped;
    private boolean leaving;
    private volatile Optional<KubeObject> node = Optional.empty();
    private volatile Health health = Health.notReady("not registered");

    public NodeRoom(NodeConfig config, Parts parts) {
        this.config = config;
        this.parts = parts;
        this.loop = parts.loop();
        this.api = parts.api();
        this.nodes = parts.informers().of(Resources.NODES);
        this.key = ObjectKey.cluster(config.nodeName());
        this.routes = new NodeRoutes(loop, parts.network(), parts.events(), nodes, config.nodeName());
        this.lease = new NodeLease(loop, api, config.nodeName(), this::tick);
    }

    @Override
    public String name() {
        return "node";
    }

    @Override
    public Health health() {
        return health;
    }

    /** This node as the API has it; empty before registration. From any thread. */
    public Optional<KubeObject> object() {
        return node;
    }

    /** Succeeds when the node is registered; Ready comes with its pod CIDR. */
    @Override
    public Future<Void> start() {
        Promise<Void> done = Promise.promise();
        loop.run(() -> measure(true)
                .compose(ignored -> {
                    Promise<Void> registered = Promise.promise();
                    registerUntilDone(registered);
                    return registered.future();
                })
                .onSuccess(ignored -> {
                    nodes.onChange((before, now) -> changed(before, now));
                    parts.pressure().onChange(this::report);
                    nodes.start();
                    lease.start();
                    parts.events().normal(node.orElseThrow(), "Starting", "Starting kubelet.");
                })
                .onComplete(done));
        return done.future();
    }

    /** The machine goes down: the API hears that nothing begins here any more. From any thread. */
    public void leave() {
        loop.run(() -> {
            leaving = true;
            report();
        });
    }

    private Optional<String> notReady() {
        return leaving
                ? Optional.of("node is shutting down")
                : networkFault.or(() -> parts.runtimeReady().get());
    }

    @Override
    public Future<Void> stop() {
        Promise<Void> done = Promise.promise();
        loop.run(() -> {
            stopped = true;
            lease.stop();
            routes.stop();
            health = Health.notReady("stopped");
            done.complete();
        });
        return done.future();
    }

    private Future<Void> measure(boolean first) {
        return parts.runtime().get().compose(runtime -> parts.files().apply(() -> {
            NodeFacts found = first || facts == null
                    ? new NodeFacts(
                            parts.figures().capacity(config.maxPods()),
                            parts.figures().allocatable(config.maxPods()),
                            parts.figures().system(),
                            runtime)
                    : facts.with(runtime);
            loop.run(() -> facts = found);
            return null;
        }));
    }

    // ---- registration

    private Future<Void> register() {
        return api.get(Resources.NODES, key)
                .recover(error -> ApiException.is(error, Status.Reason.NotFound)
                        ? api.create(Resources.NODES, NodeObject.fresh(config)).onSuccess(made -> log.atInfo()
                                .addKeyValue("node", key.name())
                                .log("node registered"))
                        : Future.failedFuture(error))
                .compose(this::relabel)
                .map(object -> {
                    seen(object);
                    return null;
                });
    }

    /** What the machine itself says about it must be right also on an object that was there before. */
    private Future<KubeObject> relabel(KubeObject object) {
        ObjectNode patch = Json.object();
        ObjectNode wanted = patch.putObject("metadata").putObject("labels");
        NodeObject.own(config).forEach((name, value) -> {
            if (!value.equals(object.meta().labels().get(name))) {
                wanted.put(name, value);
            }
        });
        return wanted.isEmpty()
                ? Future.succeededFuture(object)
                : api.patch(Resources.NODES, key, "", PatchType.STRATEGIC, patch);
    }

    /** A server that is away is waited for; one that refuses us is an answer. */
    private void registerUntilDone(Promise<Void> done) {
        register()
                .onComplete(result -> loop.run(() -> {
                    Throwable error = result.cause();
                    boolean away = ApiException.is(error, Status.Reason.ServiceUnavailable)
                            || ApiException.is(error, Status.Reason.Timeout)
                            || ApiException.is(error, Status.Reason.InternalError);
                    if (result.succeeded()) {
                        done.complete();
                    } else if (away && !stopped) {
                        warn("node could not be registered yet", error);
                        loop.after(RETRY, () -> registerUntilDone(done));
                    } else {
                        done.fail(error);
                    }
                }));
    }

    private void registerAgain() {
        if (registering || stopped) {
            return;
        }
        registering = true;
        configured = List.of();
        register()
                .onComplete(result -> loop.run(() -> {
                    registering = false;
                    if (result.failed()) {
                        warn("node could not be registered", result.cause());
                        loop.after(RETRY, this::registerAgain);
                    }
                }));
    }

    private void changed(Optional<KubeObject> before, Optional<KubeObject> now) {
        if (stopped) {
            return;
        }
        String name = now.or(() -> before).map(KubeObject::name).orElse("");
        if (!name.equals(config.nodeName())) {
            route();
        } else if (now.isPresent()) {
            seen(now.get());
        } else {
            log.atWarn().addKeyValue("node", name).log("node was deleted from the API and registers again");
            node = Optional.empty();
            registerAgain();
        }
    }

    private void seen(KubeObject object) {
        node = Optional.of(object);
        lease.ownedBy(object);
        List<String> ranges = PodRoutes.ranges(object);
        if (!ranges.isEmpty() && !ranges.equals(configured)) {
            configure(ranges);
        }
        report();
    }

    // ---- the pod network

    private void configure(List<String> ranges) {
        configured = ranges;
        configuring = true;
        parts.network()
                .configure(ranges)
                .onComplete(result -> loop.run(() -> {
                    configuring = false;
                    if (result.succeeded()) {
                        networkFault = Optional.empty();
                        log.atInfo().addKeyValue("podCidrs", ranges).log("pod network is up");
                        openFirewall();
                        route();
                        report();
                    } else {
                        networkFault = Optional.of("container runtime network not ready: NetworkReady=false"
                                + " reason:NetworkPluginNotReady message:"
                                + result.cause().getMessage());
                        warn("pod network could not be configured", result.cause());
                        report();
                        loop.after(RETRY, () -> {
                            if (!stopped && configured.equals(ranges)) {
                                configure(ranges);
                            }
                        });
                    }
                }));
    }

    private void openFirewall() {
        parts.network()
                .openFirewall()
                .onSuccess(told -> loop.run(() -> told.forEach(text -> {
                    log.atWarn().addKeyValue("firewall", text).log("the machine's firewall stands in pods' way");
                    node.ifPresent(object -> parts.events().warning(object, "ForwardingBlocked", text));
                })))
                .onFailure(error -> warn("the machine's firewall could not be looked at", error));
    }

    private void route() {
        if (networkFault.isEmpty()) {
            routes.update();
        }
    }

    // ---- status

    /** With each renewal of the lease. */
    private void tick() {
        measure(false)
                .onComplete(result -> loop.run(() -> {
                    if (result.failed()) {
                        warn("the node could not be measured", result.cause());
                    }
                    report();
                    if (networkFault.isEmpty()) {
                        openFirewall();
                    }
                }));
    }

    private void report() {
        NodeFacts known = facts;
        // A restarted node that said NotReady for the blink of its set-up would have its pods taken out of all
        // Services.
        if (stopped || configuring || node.isEmpty() || known == null) {
            return;
        }
        if (reporting) {
            reportAgain = true;
            return;
        }
        List<NodeConditions.Condition> conditions =
                NodeConditions.of(parts.pressure().now(), notReady());
        ObjectNode status = NodeObject.status(config, known, node.get());
        boolean same = conditions.equals(told) && NodeObject.covers(node.get(), status, told);
        if (same && Duration.between(toldAt, loop.now()).compareTo(REPORT) < 0) {
            return;
        }
        status.set("conditions", NodeConditions.tree(conditions, node.get().at("status", "conditions"), loop.now()));
        reporting = true;
        ObjectNode patch = Json.object();
        patch.set("status", status);
        api.patch(Resources.NODES, key, "status", PatchType.STRATEGIC, patch)
                .onComplete(result -> loop.run(() -> reported(conditions, result.cause(), result.result())));
    }

    private void reported(
            List<NodeConditions.Condition> conditions, @Nullable Throwable error, @Nullable KubeObject object) {
        reporting = false;
        if (error != null || object == null) {
            warn("node status could not be written", error == null ? new IllegalStateException("no answer") : error);
            loop.after(RETRY, this::report);
            return;
        }
        announce(conditions, object);
        told = conditions;
        toldAt = loop.now();
        node = Optional.of(object);
        if (reportAgain) {
            reportAgain = false;
            report();
        }
    }

    private void announce(List<NodeConditions.Condition> conditions, KubeObject object) {
        boolean ready = conditions.stream().anyMatch(c -> c.type().equals("Ready") && c.is());
        boolean was = told.stream().anyMatch(c -> c.type().equals("Ready") && c.is());
        health = ready ? Health.READY : Health.notReady(networkFault.orElse("the runtime is not ready"));
        if (ready != was) {
            parts.events()
                    .normal(
                            object,
                            ready ? "NodeReady" : "NodeNotReady",
                            "Node " + config.nodeName() + " status is now: " + (ready ? "NodeReady" : "NodeNotReady"));
        }
    }

    private static void warn(String what, Throwable error) {
        log.atWarn().addKeyValue("err", String.valueOf(error.getMessage())).log(what);
    }
}
