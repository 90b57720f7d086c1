package io.minik.agent.proxy;

import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Cidr;
import io.minik.ground.room.Room;
import io.minik.runtime.HostTool;
import io.minik.runtime.criapi.HostPorts;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import io.minik.runtime.nft.Nft;
import io.minik.runtime.nft.RuleTable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the node's nftables in step with Services, EndpointSlices and host ports.
 *
 * <pre>
 *   CLEAN --change--> DIRTY --20 ms--> APPLYING --done, nothing new--> CLEAN
 *                       ^                 | | done, more came
 *                       +-----------------+ +--nft refused--> BROKEN --back-off--> APPLYING (the whole table)
 * </pre>
 *
 * The first transaction replaces the whole table, which is how a restarted minik adopts what the last one left; until then
 * the old rules go on serving. {@link #stop} leaves the rules: pods outlive minik.
 */
public final class Proxy implements Room, HostPorts {
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

    /** A burst (a Deployment that rolls) becomes one transaction; too short for a person to see. */
    private static final Duration COALESCE = Duration.ofMillis(20);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /** Beyond this a transaction is no longer a large one: health says so. */
    private static final Duration SLOW = Duration.ofSeconds(10);

    /** For looking at flows and ending them: stale ones are not worth a longer wait. */
    private static final Duration FLOWS_LIMIT = Duration.ofSeconds(10);

    private static final String SERVICE_LABEL = "kubernetes.io/service-name";
    private static final String BY_SERVICE = "service";
    private static final String ZONE = "topology.kubernetes.io/zone";

    /** Sends what is for an address of the cluster to a port of this host: the node's own DNS. @param protocol tcp or udp */
    public record Redirect(String address, String protocol, int port, int localPort) {}

    /**
     * @param cluster of all pods, one range for each family of Services: who comes from outside is masqueraded where needed
     * @param conntrack the program; it may be missing
     * @param table {@code minik_proxy}, or another where several nodes share a network namespace
     */
    public record Settings(
            String nodeName, List<Cidr> cluster, Nft nft, String conntrack, String table, List<Redirect> redirects) {
        public static final String TABLE = "minik_proxy";
    }

    private final Settings settings;
    private final Loop loop;
    private final Informers informers;
    private final NftScript script;
    private final WorkerExecutor worker;
    /** Its own, so that a conntrack that hangs holds no Service up. */
    private final WorkerExecutor flowWorker;

    private final HealthChecks healthChecks;

    // Owned by the loop.
    private final RuleTable rules = new RuleTable();
    private final Set<ObjectKey> dirty = new LinkedHashSet<>();
    private final Set<String> chains = new TreeSet<>();
    private Optional<Informer> services = Optional.empty();
    private Optional<Informer> slices = Optional.empty();
    private Place here;
    private boolean synced;
    private boolean whole = true;
    /** Whether the first whole table was tried. */
    private boolean adopted;

    private boolean scheduled;
    private boolean applying;
    private boolean stopped;
    private Duration retry = FIRST_RETRY;

    private volatile Health health = Health.notReady("not started");
    /** MAX: nothing is being applied. */
    private volatile Instant applyingSince = Instant.MAX;

    /** @param informers on this loop; shared with other rooms of it */
    public Proxy(Vertx vertx, Loop loop, Informers informers, Settings settings) {
        this.settings = settings;
        this.here = new Place(settings.nodeName(), "");
        this.loop = loop;
        this.informers = informers;
        this.script = new NftScript(settings.table(), settings.cluster(), settings.redirects());
        // One thread: transactions of one table follow each other.
        this.healthChecks = new HealthChecks(vertx);
        this.worker = vertx.createSharedWorkerExecutor("minik-proxy", 1);
        this.flowWorker = vertx.createSharedWorkerExecutor("minik-proxy-flows", 1);
    }

    @Override
    public String name() {
        return "proxy";
    }

    /** Succeeds when nft works here; rules follow as soon as the API has answered, see {@link #health}. */
    @Override
    public Future<Void> start() {
        return nft(() -> settings.nft().list("tables"))
                .<Void>mapEmpty()
                .recover(why -> Future.failedFuture(new IOException(
                        "services need nftables, and '" + settings.nft().program() + "' does not work here: "
                                + why.getMessage(),
                        why)))
                .onSuccess(works -> loop.run(this::watch));
    }

    private void watch() {
        health = Health.notReady("waiting for services and endpoints from the API server");
        Informer serviceInformer = informers.of(Resources.SERVICES);
        Informer sliceInformer = informers.of(Resources.ENDPOINT_SLICES).index(BY_SERVICE, Proxy::serviceOf);
        Informer pods =
                informers.of(Resources.PODS, "", ListOptions.fields("spec.nodeName=" + settings.nodeName()), false);
        Informer nodes = informers.of(Resources.NODES);
        nodes.onChange((before, now) -> now.ifPresent(this::nodeChanged));
        services = Optional.of(serviceInformer);
        slices = Optional.of(sliceInformer);
        serviceInformer.onChange((before, now) -> changed(now.or(() -> before).map(KubeObject::key)));
        sliceInformer.onChange((before, now) -> {
            changed(before.flatMap(Proxy::serviceKey));
            changed(now.flatMap(Proxy::serviceKey));
        });
        pods.onChange(this::podChanged);
        Future.all(
                        serviceInformer.start().synced(),
                        sliceInformer.start().synced(),
                        nodes.start().synced(),
                        pods.start().synced())
                .onSuccess(ready -> loop.run(() -> {
                    synced = true;
                    schedule(Duration.ZERO);
                }))
                .onFailure(why -> health = Health.notReady(String.valueOf(why.getMessage())));
    }

    private static List<String> serviceOf(KubeObject slice) {
        return serviceKey(slice).map(key -> List.of(key.toString())).orElse(List.of());
    }

    private static Optional<ObjectKey> serviceKey(KubeObject slice) {
        return Optional.ofNullable(slice.meta().labels().get(SERVICE_LABEL))
                .map(name -> ObjectKey.of(slice.namespace(), name));
    }

    private void changed(Optional<ObjectKey> service) {
        service.ifPresent(key -> {
            dirty.add(key);
            schedule(COALESCE);
        });
    }

    /** Which endpoints are near depends on this node's zone. */
    private void nodeChanged(KubeObject node) {
        Place now = new Place(node.name(), node.meta().labels().getOrDefault(ZONE, ""));
        if (now.node().equals(here.node()) && !now.equals(here)) {
            here = now;
            services.ifPresent(informer -> informer.list().forEach(service -> changed(Optional.of(service.key()))));
        }
    }

    private void podChanged(Optional<KubeObject> before, Optional<KubeObject> now) {
        KubeObject pod = now.or(() -> before).orElseThrow();
        want("pod " + pod.key(), now.map(HostPortRules::of).orElse(Map.of()));
    }

    @Override
    public void open(String podSandboxId, List<String> ips, List<HostPorts.Port> ports) {
        loop.run(() -> want("sandbox " + podSandboxId, HostPortRules.of(ips, ports)));
    }

    @Override
    public void close(String podSandboxId) {
        loop.run(() -> want("sandbox " + podSandboxId, Map.of()));
    }

    private void want(String owner, Map<Element, String> elements) {
        rules.want(owner, elements);
        schedule(COALESCE);
    }

    private void schedule(Duration delay) {
        if (synced && !scheduled && !applying && !stopped) {
            scheduled = true;
            loop.after(delay, this::apply);
        }
    }

    /** The table is gone, or may be: it is made anew. From any thread. */
    public void renew() {
        loop.run(() -> {
            whole = true;
            schedule(Duration.ZERO);
        });
    }

    private void apply() {
        scheduled = false;
        if (applying || stopped) {
            return;
        }
        plan();
        if (!whole && !rules.isDirty()) {
            return;
        }
        applying = true;
        applyingSince = loop.now();
        boolean all = whole;
        Future<String> transaction;
        Supplier<Future<List<List<String>>>> stale;
        if (all) {
            Map<Element, String> elements = rules.takeAll();
            chains.clear();
            chains.addAll(NftScript.chainsOf(elements));
            // What was read from the kernel may be what nft refuses: the second attempt does without.
            Future<String> clients = adopted ? Future.succeededFuture("") : clients(elements);
            adopted = true;
            transaction = clients.map(kept -> script.full(elements) + kept);
            stale = () -> staleOfAll(elements);
        } else {
            RuleTable.Changes changes = rules.takeChanges();
            transaction = Future.succeededFuture(script.changes(changes, chains));
            stale = () -> Future.succeededFuture(StaleFlows.of(changes));
        }
        whole = false;
        transaction
                .compose(words -> nft(() -> {
                    settings.nft().apply(words);
                    return "";
                }))
                .onComplete(done -> loop.run(() -> applied(all, done.cause(), stale)));
    }

    /** The affinity that the last run's table remembers; none if there is no such table. */
    private Future<String> clients(Map<Element, String> elements) {
        return nft(() -> settings.nft().list("sets", "table", "inet", settings.table()))
                .map(listing -> StickyClients.restored(settings.table(), listing, elements))
                .otherwise("");
    }

    private Future<List<List<String>>> staleOfAll(Map<Element, String> elements) {
        Future<List<List<String>>> all = Future.succeededFuture(List.of());
        for (Family family : script.families()) {
            List<String> listing = new ArrayList<>(List.of("-L"));
            listing.addAll(StaleFlows.selection(family));
            all = all.compose(found -> flows(listing).map(dump -> {
                List<List<String>> more = new ArrayList<>(found);
                more.addAll(StaleFlows.ofAll(family, elements, redirected(), dump));
                return more;
            }));
        }
        return all;
    }

    private Set<String> redirected() {
        return settings.redirects().stream()
                .map(redirect -> redirect.address() + " . " + redirect.port())
                .collect(Collectors.toSet());
    }

    private void plan() {
        for (ObjectKey key : List.copyOf(dirty)) {
            Optional<KubeObject> service = services.flatMap(informer -> informer.get(key));
            List<KubeObject> endpoints = new ArrayList<>();
            slices.ifPresent(informer -> endpoints.addAll(informer.byIndex(BY_SERVICE, key.toString())));
            healthChecks
                    .want(key, service.flatMap(found -> healthCheck(found, endpoints)))
                    .onFailure(why -> LOG.atWarn()
                            .addKeyValue("service", key)
                            .addKeyValue("err", why.getMessage())
                            .log("health check port can't be served"));
            rules.want(
                    "service " + key,
                    service.map(found -> ProxyElements.of(here, found, endpoints))
                            .orElse(Map.of()));
        }
        dirty.clear();
    }

    private Optional<HealthChecks.Wish> healthCheck(KubeObject service, List<KubeObject> endpoints) {
        int port = Json.intOr(0, service.tree(), "spec", "healthCheckNodePort");
        return port == 0
                ? Optional.empty()
                : Optional.of(new HealthChecks.Wish(port, Backends.readyHere(here, endpoints)));
    }

    private void applied(
            boolean all,
            @org.jspecify.annotations.Nullable Throwable failure,
            Supplier<Future<List<List<String>>>> stale) {
        applying = false;
        applyingSince = Instant.MAX;
        if (failure != null) {
            health = Health.notReady("nft refused the rules: " + failure.getMessage());
            LOG.atError()
                    .addKeyValue("whole", all)
                    .addKeyValue("err", failure.getMessage())
                    .log("nft refused");
            whole = true;
            // A change that does not fit what is there (someone flushed it) is cured by the whole table, at once.
            schedule(all ? retry : Duration.ZERO);
            retry = all ? min(retry.multipliedBy(2), LAST_RETRY) : retry;
            return;
        }
        retry = FIRST_RETRY;
        health = Health.READY;
        if (all) {
            LOG.atInfo().addKeyValue("table", settings.table()).log("services in place");
        }
        stale.get().onSuccess(this::forget).onFailure(why -> LOG.atWarn()
                .addKeyValue("err", why.getMessage())
                .log("UDP flows can't be looked at: some may go to pods that are gone"));
        if (whole || !dirty.isEmpty() || rules.isDirty()) {
            schedule(COALESCE);
        }
    }

    private void forget(List<List<String>> flows) {
        for (List<String> flow : flows) {
            flows(flow).onFailure(why -> {
                // conntrack calls it a failure to find nothing to delete.
                if (!String.valueOf(why.getMessage()).contains("0 flow entries")) {
                    LOG.atWarn().addKeyValue("err", why.getMessage()).log("stale UDP flows could not be deleted");
                }
            });
        }
    }

    private Future<String> flows(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(settings.conntrack()));
        command.addAll(arguments);
        return flowWorker.executeBlocking(() -> HostTool.run(command, "", FLOWS_LIMIT));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private Future<String> nft(Callable<String> work) {
        return worker.executeBlocking(work);
    }

    @Override
    public Future<Void> stop() {
        Promise<Void> quiet = Promise.promise();
        loop.run(() -> {
            stopped = true;
            quiet.complete();
        });
        return quiet.future()
                .compose(done -> healthChecks.close())
                .compose(done -> flowWorker.close())
                .compose(done -> worker.close());
    }

    @Override
    public Health health() {
        Instant since = applyingSince;
        if (since.isBefore(Instant.MAX) && Duration.between(since, loop.now()).compareTo(SLOW) > 0) {
            return Health.notReady("nft has been at work since " + since + ": Services stand still");
        }
        return health;
    }
}
