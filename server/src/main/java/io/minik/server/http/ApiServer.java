package io.minik.server.http;

import io.minik.api.client.HttpTransport;
import io.minik.api.client.Queued;
import io.minik.api.client.Transport;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Kinds;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Connections;
import io.minik.ground.net.Crowd;
import io.minik.ground.room.Room;
import io.minik.server.admission.Admission;
import io.minik.server.admission.AdmissionChain;
import io.minik.server.admission.NotYet;
import io.minik.server.admission.QuotaEvaluators;
import io.minik.server.admission.ResourceQuotas;
import io.minik.server.aggregation.Aggregation;
import io.minik.server.aggregation.ExtensionClient;
import io.minik.server.authn.Authenticator;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.flowcontrol.FlowControl;
import io.minik.server.kinds.Bootstrap;
import io.minik.server.kinds.BuiltInKinds;
import io.minik.server.kinds.QuotaStatus;
import io.minik.server.registry.Connector;
import io.minik.server.registry.KindStrategies;
import io.minik.server.registry.NameSource;
import io.minik.server.registry.Registry;
import io.minik.server.registry.ServedKinds;
import io.minik.server.registry.Versions;
import io.minik.server.table.Tables;
import io.minik.server.watchcache.Compaction;
import io.minik.server.watchcache.WatchCaches;
import io.minik.store.Store;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API server: watch caches, registry and the HTTP pipeline in front of them.
 *
 * <pre>
 *   new ApiServer(..) -> prepare(): caches loaded, in-process transports work, nothing listens
 *                     -> authenticator and authorizer may now read their objects through transport(..)
 *                     -> start(): the objects that every cluster has exist, HTTPS listens
 * </pre>
 */
public final class ApiServer implements Room {
    private static final Logger log = LoggerFactory.getLogger(ApiServer.class);

    /** Threads that compress large answers: off the loops, never more than a core's worth. */
    private static final int COMPRESSORS = 1;

    /** Threads that decode large bodies: {@link HeavyWork} gives them one at a time. */
    private static final int DECODERS = 1;

    private final Vertx vertx;
    private final ApiServerConfig config;
    private final WatchCaches caches;
    private final Compaction compaction;
    private final Hooks hooks;
    private final Aggregation aggregation;
    private final Registry registry;
    private final ServedKinds served;
    private final QuotaStatus quotas;
    private final NameSource names;
    private final InstantSource clock;
    private final AuditLog audit;
    private final Metrics metrics;

    private final FlowControl flows;
    private final Pipeline outer;
    private final InProcessTransport.Means inProcess;
    /** Of all requests and answers. */
    private final ByteBudget budget = ByteBudget.ofHeap();

    private final Crowd crowd = new Crowd();
    private final WorkerExecutor compressor;
    private final WorkerExecutor decoder;
    final Responses responses;
    private final Notes notes;
    private final List<Room> rooms = new CopyOnWriteArrayList<>();
    private final Optional<KubeletProxy> proxy;
    private volatile Health health = Health.notReady("not started");
    private volatile String clusterId = "";
    private volatile String deployment = "";
    private volatile int port;
    private volatile Predicate<String> mountedPaths = path -> false;
    private volatile Handler<HttpServerRequest> mounted = request -> {};

    /**
     * What other rooms give to the API server.
     *
     * @param connectors for what is computed when created: reviews, tokens, approvals
     * @param pages further documents by path prefix, such as /openapi and the join endpoints; authorized as non-resource
     *     paths. Each writes its answer itself
     * @param rules further admission rules, such as RBAC's against escalation
     * @param random uids, names and addresses are made of it
     */
    public record Parts(
            Store store,
            Kinds kinds,
            Authenticator authenticator,
            Authorizer authorizer,
            Map<Connector.Key, Connector> connectors,
            Tables tables,
            Map<String, Page> pages,
            List<Admission> rules,
            InstantSource clock,
            RandomGenerator random) {}

    /** A document of another room. */
    public interface Page extends Function<PageRequest, Future<PageAnswer>> {}

    /** @param body read when asked for */
    public record PageRequest(
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            User user,
            Supplier<Future<Buffer>> body) {}

    public record PageAnswer(int code, String contentType, Map<String, String> headers, Buffer body) {}

    public ApiServer(Vertx vertx, ApiServerConfig config, Parts parts) {
        this.vertx = vertx;
        this.config = config;
        this.clock = parts.clock();
        Kinds kinds = parts.kinds();
        this.metrics = new Metrics(target -> kinds.find(target.apiVersion(), target.resource())
                .map(kind -> target.subresource().isEmpty()
                        || kind.subresource(target.subresource()).isPresent())
                .orElseGet(() -> aggregation().names(target.group(), target.version(), target.resource())));
        RandomGenerator random = parts.random();
        this.names = new NameSource(random);
        KindStrategies strategies = BuiltInKinds.strategies(kinds.now());
        Set<Resource> stored = strategies.stored(kinds.now());
        this.caches = new WatchCaches(vertx, parts.store(), stored);
        QuotaEvaluators evaluators = new QuotaEvaluators(stored);
        ResourceQuotas bounds = new ResourceQuotas(evaluators);
        this.compaction = new Compaction(Loop.here(vertx), parts.store());
        this.hooks = new Hooks(vertx, caches, parts, new Versions(kinds, strategies), metrics);
        this.aggregation = new Aggregation(new ExtensionClient(
                vertx, hooks.toExtensions(config.extensions().map(ApiServerConfig.Extensions::identity))));
        AdmissionChain configured = Rules.configured(config, parts, hooks);
        this.registry = new Registry(new Registry.Parts(
                parts.store(),
                caches,
                kinds,
                strategies,
                Rules.chain(config, parts, names, hooks, List.of(new NotYet(this::notYet), bounds)),
                configured,
                names,
                clock,
                hooks.converter(),
                parts.connectors()));
        ComponentStatuses components = new ComponentStatuses(() -> rooms);
        registry.compute("componentstatuses", key -> Future.succeededFuture(components.all()));
        this.quotas = BuiltInKinds.join(registry, kinds.now(), bounds, clock);
        this.audit = new AuditLog(vertx, config.audit(), clock);
        this.compressor = vertx.createSharedWorkerExecutor("minik-compress", COMPRESSORS);
        this.decoder = vertx.createSharedWorkerExecutor("minik-decode", DECODERS);
        HeavyWork heavy = new HeavyWork(vertx, decoder);
        Frames frames = new Frames(parts.tables(), kinds, clock);
        this.responses = new Responses(
                new WatchStream.Means(vertx, registry, frames, metrics, ByteBudget.ofHeap()), compressor, heavy);
        this.proxy = config.kubelets()
                .map(tls ->
                        new KubeletProxy(vertx, registry, random, tls, Rules.connecting(configured, parts, caches)));
        hooks.reachPods(config.kubelets(), registry);
        ExtensionProxy extensions = new ExtensionProxy(aggregation, this::clusterId);
        Documents documents = new OwnPages(config, frames, metrics, compressor, extensions).with(parts, () -> rooms);
        Routes routes = new Routes(kinds, registry, documents, new Routes.Ways(proxy, extensions), heavy);
        this.flows = new FlowControl(metrics::gauge);
        RequestSteps steps =
                new RequestSteps(parts.authenticator(), parts.authorizer(), flows, new Widths(kinds, caches));
        steps.measure(metrics);
        Pipeline inner = new Pipeline(
                List.of(metrics::around, steps::recover, audit::around, steps::limit, steps::authorize), routes::route);
        this.outer = new Pipeline(
                List.of(
                        metrics::around,
                        steps::recover,
                        steps::timeOut,
                        steps::authenticate,
                        audit::around,
                        steps::impersonate,
                        steps::limit,
                        steps::authorize),
                routes::route);
        this.inProcess = new InProcessTransport.Means(
                vertx, inner, registry, names, clock, aggregation.client(), metrics.clients());
        this.notes = new Notes(
                Loop.on(vertx.getOrCreateContext()), inProcess(User.system("system:apiserver", User.MASTERS)));
        KindMetrics.follow(kinds, metrics, caches);
        this.served = new ServedKinds(kinds, caches);
        kinds.onChange(change -> {
            evaluators.count(change.now().stored());
            quotas.countAll();
        });
        audit.measure(metrics);
        rooms.add(caches);
        rooms.add(this);
    }

    private void notYet(KubeObject about, String message) {
        notes.notYet(about, message);
    }

    /** Loads the caches and makes the objects that every cluster has: from here on {@link #transport} works. */
    public Future<Void> prepare() {
        return audit.open()
                .compose(unused -> caches.start())
                .onSuccess(unused -> quotas.countAll())
                .compose(unused -> new Bootstrap(
                                inProcess(User.system("system:apiserver", User.MASTERS)),
                                config.serviceCidr(),
                                config.advertiseAddress(),
                                () -> port == 0 ? config.port() : port,
                                config.extensions()
                                        .map(ApiServerConfig.Extensions::published)
                                        .orElse(Map.of()))
                        .run())
                .compose(unused -> identified());
    }

    /** What could not be read is looked at again: somebody has learned how. */
    public Future<Void> readAgain() {
        return caches.readAgain();
    }

    private Future<Void> identified() {
        return caches.caughtUp().onSuccess(unused -> caches.of(Resources.NAMESPACES)
                .find(ObjectKey.cluster("kube-system"))
                .ifPresent(found -> clusterId = found.uid()));
    }

    /** The uid of kube-system, by which a cluster is known; empty before {@link #prepare}. */
    public String clusterId() {
        return clusterId;
    }

    /** The API for a room of this process, as this user. */
    public Transport transport(User user) {
        return inProcess(user);
    }

    private InProcessTransport inProcess(User user) {
        return new InProcessTransport(inProcess, user);
    }

    /**
     * Gives paths of no API to another room, whole: its own authentication, before any filter. Before {@link #start}.
     *
     * @param paths must match none of Kubernetes'
     */
    public void mount(Predicate<String> paths, Handler<HttpServerRequest> handler) {
        mountedPaths = paths;
        mounted = handler;
    }

    /** Rooms that /readyz tells of, besides the server's own. */
    public void watchOver(List<Room> others) {
        rooms.addAll(others);
        metrics.add(() -> Queued.figures(others));
    }

    /** One figure more on /metrics. */
    public void measure(String nameAndLabels, LongSupplier value) {
        metrics.gauge(nameAndLabels, value);
    }

    /** What /metrics shows. */
    public String metrics() {
        return metrics.text();
    }

    public int port() {
        return port;
    }

    @Override
    public String name() {
        return "apiserver";
    }

    @Override
    public Future<Void> start() {
        health = Health.notReady("starting");
        Future<Void> prepared = caches.health().ready() ? Future.succeededFuture() : prepare();
        return prepared.compose(unused -> vertx.deployVerticle(
                        () -> new HttpFront(config, crowd, this::serve, bound -> port = bound),
                        new DeploymentOptions().setInstances(config.loops())))
                .onSuccess(id -> {
                    deployment = id;
                    health = Health.READY;
                    compaction.start();
                    log.atInfo()
                            .addKeyValue("host", config.host())
                            .addKeyValue("port", port)
                            .log("API server listens");
                })
                .onFailure(e -> health = Health.notReady(String.valueOf(e.getMessage())))
                .mapEmpty();
    }

    @Override
    public Future<Void> stop() {
        health = Health.notReady("stopped");
        compaction.stop();
        Future<Void> quiet = deployment.isEmpty() ? Future.succeededFuture() : vertx.undeploy(deployment);
        return quiet.eventually(caches::stop)
                .eventually(audit::close)
                .eventually(compressor::close)
                .eventually(decoder::close)
                .eventually(aggregation.client()::close)
                .eventually(hooks::close)
                .eventually(() -> proxy.map(KubeletProxy::close).orElse(Future.succeededFuture()));
    }

    @Override
    public Health health() {
        return health;
    }

    /** One HTTP request, on its connection's loop. */
    private void serve(HttpServerRequest http, Connections connections) {
        Connections.Guard guard = connections.of(http.connection());
        guard.begin();
        if (mountedPaths.test(http.path())) {
            http.response().endHandler(unused -> guard.end());
            mounted.handle(http);
            http.resume();
            return;
        }
        http.response().putHeader(HttpTransport.CLUSTER_HEADER, clusterId);
        HttpBody body = new HttpBody(vertx, http, guard, budget.hold());
        ApiRequest request = Exchange.open(new HttpExchange(http, body, guard), names, clock);
        http.response().endHandler(unused -> {
            guard.end();
            request.audit().end();
        });
        outer.handle(request)
                .compose(answer -> responses.write(request, answer))
                .recover(error -> responses.fail(request, error).onComplete(unused -> body.leave()))
                .onComplete(unused -> body.hold().close())
                .onFailure(error -> log.atDebug()
                        .addKeyValue("audit", request.id())
                        .addKeyValue("err", String.valueOf(error.getMessage()))
                        .log("the client went away"));
    }

    /** What the kubelet of a node answers, whole. */
    public Future<Buffer> askKubelet(String node, String method, String uri) {
        return proxy.map(kubelets -> kubelets.ask(node, method, uri))
                .orElseGet(() -> Future.failedFuture(KubeletProxy.noWay()));
    }

    /** Who waits for whom: by what somebody reads of FlowSchemas. */
    public FlowControl flows() {
        return flows;
    }

    /** Which group versions other servers serve. */
    public Aggregation aggregation() {
        return aggregation;
    }

    /** By which kinds come and go while it serves. */
    public ServedKinds kinds() {
        return served;
    }

    /** Resources whose objects a wiring may look at without a call. */
    public Registry registry() {
        return registry;
    }
}
