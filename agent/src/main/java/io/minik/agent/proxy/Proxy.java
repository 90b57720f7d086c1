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
import io.minik.runtime.nft.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.time.Duration;
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
 * <p>How its transactions follow each other: {@link Transactions}. {@link #stop} leaves the rules: pods outlive minik.
 */
public final class Proxy implements Room, HostPorts {
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

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

    private final Transactions transactions;
    private final HealthChecks healthChecks;

    // Owned by the loop.
    private final RuleTable rules = new RuleTable();
    private final Set<ObjectKey> dirty = new LinkedHashSet<>();
    private final Set<String> chains = new TreeSet<>();
    private Optional<Informer> services = Optional.empty();
    private Optional<Informer> slices = Optional.empty();
    private Place here;
    /** Whether the first whole table was tried. */
    private boolean adopted;

    private volatile Health health = Health.notReady("not started");

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
        this.transactions = new Transactions(loop, settings.nft(), worker, "Services", this::next);
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
                .onSuccess(ready -> loop.run(transactions::begin))
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
            transactions.changed();
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
        transactions.changed();
    }

    /** The table is gone, or may be: it is made anew. From any thread. */
    public void renew() {
        transactions.renew();
    }

    private Optional<Transactions.Transaction> next(boolean whole) {
        plan();
        if (!whole && !rules.isDirty()) {
            return Optional.empty();
        }
        if (!whole) {
            RuleTable.Changes changes = rules.takeChanges();
            return Optional.of(transaction(
                    Future.succeededFuture(script.changes(changes, chains)),
                    () -> Future.succeededFuture(StaleFlows.of(changes))));
        }
        Map<Element, String> elements = rules.takeAll();
        chains.clear();
        chains.addAll(NftScript.chainsOf(elements));
        // What was read from the kernel may be what nft refuses: the second attempt does without.
        Future<String> clients = adopted ? Future.succeededFuture("") : clients(elements);
        adopted = true;
        return Optional.of(transaction(clients.map(kept -> script.full(elements) + kept), () -> staleOfAll(elements)));
    }

    private Transactions.Transaction transaction(Future<String> words, Supplier<Future<List<List<String>>>> stale) {
        return new Transactions.Transaction(
                words,
                () -> {
                    health = Health.READY;
                    stale.get().onSuccess(this::forget).onFailure(why -> LOG.atWarn()
                            .addKeyValue("err", why.getMessage())
                            .log("UDP flows can't be looked at: some may go to pods that are gone"));
                },
                () -> {});
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

    private Future<String> nft(Callable<String> work) {
        return worker.executeBlocking(work);
    }

    @Override
    public Future<Void> stop() {
        return transactions
                .stop()
                .compose(done -> healthChecks.close())
                .compose(done -> flowWorker.close())
                .compose(done -> worker.close());
    }

    @Override
    public Health health() {
        Health rules = transactions.health();
        return rules.ready() ? health : rules;
    }
}
