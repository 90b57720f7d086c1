package io.minik.cli;

import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informers;
import io.minik.api.client.Transport;
import io.minik.api.join.ClusterConfig;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Reason;
import io.minik.api.schema.Kinds;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.TlsIdentity;
import io.minik.server.admission.CertificateRules;
import io.minik.server.admission.RoleEscalationRule;
import io.minik.server.aggregation.ApiServiceController;
import io.minik.server.aggregation.FrontProxy;
import io.minik.server.authn.BootstrapTokens;
import io.minik.server.authn.ObjectLookup;
import io.minik.server.authn.RequestAuthenticator;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.authn.User;
import io.minik.server.authz.Rbac;
import io.minik.server.authz.RoleBootstrap;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.crd.CustomKinds;
import io.minik.server.http.ApiServer;
import io.minik.server.http.ApiServerConfig;
import io.minik.server.join.JoinEndpoint;
import io.minik.server.join.JoinService;
import io.minik.server.join.ServerTokens;
import io.minik.server.kinds.Bootstrap;
import io.minik.server.pki.Kubeconfig;
import io.minik.server.pki.Pki;
import io.minik.server.pki.PkiConfig;
import io.minik.server.reviews.Reviews;
import io.minik.server.scheduler.Scheduler;
import io.minik.server.table.Tables;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rooms of a server in start order: keys, store, API server (caches first, then who may do what, then the listener),
 * controllers, scheduler. Each comment says why it stands where it stands.
 */
final class ControlPlane {
    private static final Logger log = LoggerFactory.getLogger(ControlPlane.class);

    private final Vertx vertx;
    private final NodeOptions node;
    private final ServerOptions options;
    private final Rooms rooms;
    private final String nodeName;
    private final String nodeIp;
    private final Pki pki;
    private final Datastore datastore;
    private final Leadership leadership;
    private final Encryption encryption;
    private final Kinds kinds;
    private final DeferredTransport ownRights = new DeferredTransport();
    private final ServiceAccountTokens tokens;
    private final BootstrapTokens bootstrapTokens;
    private final JoinService joins;
    private final TokenPage tokenPage;
    private final CertificatePage certificates;
    private final Optional<SnapshotPage> backups;
    private final ConsolePage console;
    private final ClientAuthority clients;
    private final TlsIdentity serving;
    private final TlsIdentity toKubelets;
    private final TlsIdentity etcdServing;
    private final TlsIdentity frontProxy;
    private final RequestAuthenticator authenticator;
    private final Context loop;
    private final Loop controllerLoop;
    private final ControllerContext controllers;
    private final Rbac rbac;
    private final ApiServer apiServer;
    private final CustomKinds customKinds;
    private final ApiServiceController extensions;

    private ControlPlane(Opening opening, Rooms rooms, Opened opened) {
        this.vertx = opening.vertx();
        this.kinds = opened.ahead().kinds();
        this.node = opening.node();
        this.options = opening.options();
        this.rooms = rooms;
        this.nodeName = opening.nodeName();
        this.nodeIp = opening.nodeIp();
        this.pki = opened.pki();
        this.datastore = opened.datastore();
        this.leadership = Leadership.of(datastore, nodeName);
        this.encryption = new Encryption(vertx, options.security, node.dataDir, datastore, kinds);
        this.loop = opened.loop();
        this.controllerLoop = Loop.on(loop);
        ApiClient own = new ApiClient(ownRights, "kube-controller-manager");
        this.controllers = ControllerContext.of(controllerLoop, own);
        ObjectLookup lookup = (resource, key) -> own.get(resource, key)
                .map(Optional::of)
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(error));
        InstantSource clock = InstantSource.system();
        this.tokens = new ServiceAccountTokens(
                pki.serviceAccountKeys(), ServiceAccountTokens.issuerOf(options.clusterDomain), lookup, clock);
        this.bootstrapTokens = new BootstrapTokens(lookup, clock);
        this.serving = tls(pki.apiServer());
        this.toKubelets = tls(pki.kubeletClient());
        this.etcdServing = tls(pki.etcdServer());
        this.frontProxy = tls(pki.proxyClient());
        this.clients = new ClientAuthority(List.of(pki.clientCa().certificate()), clock);
        this.authenticator = new RequestAuthenticator(
                tokens, bootstrapTokens, clients, options.access.strangers(vertx, controllerLoop, clock));
        this.joins = new JoinService(
                vertx,
                pki,
                own,
                cluster(options.advertised(nodeIp)),
                options.disableAgent ? Optional.empty() : Optional.of(nodeName),
                clock);
        this.tokenPage = new TokenPage(vertx, TokenPage.fixed(options));
        this.certificates = new CertificatePage(vertx, pki, this::certificatesRenewed);
        this.backups = datastore.backups(loop);
        this.console = new ConsolePage(vertx, clock, options.parts());
        this.rbac = new Rbac(controllers.informers(), options.parts().has(Parts.INGRESS));
        options.authorization.settle(rbac.authorizer(), vertx, controllerLoop, clock);
        Tables tables = opened.ahead().tables();
        Optional<MetricsApi> metrics = MetricsApi.of(options, kinds, tables);
        this.apiServer = new ApiServer(
                vertx,
                config(),
                new ApiServer.Parts(
                        encryption.store(),
                        kinds,
                        authenticator,
                        rbac.authorizer(),
                        Reviews.connectors(
                                new Reviews.Sources(authenticator, tokens, rbac.authorizer(), lookup, clock)),
                        tables,
                        Pages.of(tokens, encryption, ownPages(), List.of(options, node)),
                        List.of(new RoleEscalationRule(rbac.escalation()), new CertificateRules(rbac.authorizer())),
                        clock,
                        new SecureRandom()));
        metrics.ifPresent(api -> api.answer(apiServer, controllerLoop, own));
        this.extensions = apiServer.aggregation().follow(controllers, kinds);
        this.customKinds = new CustomKinds(controllers, apiServer.kinds(), tables);
    }

    /** What a start is told. */
    record Opening(Vertx vertx, NodeOptions node, ServerOptions options, String nodeName, String nodeIp) {}

    private record Opened(Pki pki, Datastore datastore, Ahead ahead, Context loop) {}

    /** Opens keys and store, and starts all rooms of the control plane; succeeds when the API answers. */
    static Future<ControlPlane> start(Opening opening, Rooms rooms) {
        return opening.vertx()
                .executeBlocking(() -> ClusterIdentity.read(opening.node().dataDir))
                .compose(identity -> start(opening, rooms, identity).recover(identity::advise));
    }

    private static Future<ControlPlane> start(Opening opening, Rooms rooms, ClusterIdentity identity) {
        // Not in the order of the loop's other work: at the same time as the keys.
        Future<Ahead> ahead = opening.vertx().executeBlocking(Ahead::read, false);
        Future<Datastore> store = Datastore.open(opening, identity);
        Future<Pki> pki = opening.options().datastore.isElsewhere()
                ? store.compose(opened -> new SharedIdentity(
                                opening.vertx(),
                                opened.store(),
                                opening.node().dataDir,
                                opening.options(),
                                mayBegin -> openPki(opening, mayBegin))
                        .open(identity.mayBegin()))
                : opening.vertx().executeBlocking(() -> openPki(opening, identity.mayBegin()));
        Future<Context> loop = Rooms.loop(opening.vertx());
        return Future.join(pki, store, ahead, loop)
                .map(all -> new ControlPlane(
                        opening, rooms, new Opened(pki.result(), store.result(), ahead.result(), loop.result())))
                .compose(plane -> plane.startRooms(identity).map(plane));
    }

    private static Pki openPki(Opening opening, boolean mayBegin) {
        return Pki.open(
                opening.node().dataDir.resolve("server/tls"),
                PkiConfig.of(
                                opening.options().clusterDomain,
                                List.of(Bootstrap.serviceIp(opening.options().serviceCidr)),
                                opening.nodeName(),
                                opening.options().addresses(opening.nodeIp()),
                                opening.options().tlsSans)
                        .living(opening.node().certificateLifetime()),
                mayBegin);
    }

    /** Nodes join here: by HTTP with the token, or, for the one in this process, by a call. */
    JoinService joins() {
        return joins;
    }

    private ClusterConfig cluster(String advertised) {
        return new ClusterConfig(
                options.clusterCidr,
                options.serviceCidr,
                options.clusterDns,
                options.clusterDomain,
                NODE_PREFIX,
                List.of("https://" + advertised + ":" + options.httpsListenPort),
                options.disable);
    }

    private Map<String, ApiServer.Page> ownPages() {
        return Map.of(
                TokenPage.PATH, tokenPage::page,
                CertificatePage.PATH, certificates::page,
                SnapshotPage.PATH, Datastore.snapshots(backups),
                ConsolePage.PATH, console::page);
    }

    private Void mountJoin(ClusterIdentity identity) {
        ServerTokens tokens = options.tokens.open(node.dataDir.resolve("server/token"), pki, identity.mayBegin());
        encryption.load();
        tokenPage.answerFor(tokens);
        console.mount(apiServer, new JoinEndpoint(joins, tokens, bootstrapTokens, clients));
        return null;
    }

    private Future<Void> startRooms(ClusterIdentity identity) {
        return rooms.start(loop, datastore.room())
                .compose(unused -> identity.check(datastore.store()))
                .compose(unused -> vertx.executeBlocking(() -> mountJoin(identity)))
                .compose(unused -> encryption.isRemote() ? rooms.start(loop, encryption) : Future.succeededFuture())
                // Caches are loaded and in-process calls work; nothing listens yet.
                .compose(unused -> Rooms.on(loop, apiServer::prepare))
                .compose(unused -> vertx.executeBlocking(() -> identity.keep(apiServer.clusterId())))
                .compose(unused -> {
                    ownRights.set(apiServer.transport(User.system("system:apiserver", User.MASTERS)));
                    encryption.follow(controllerLoop, apiServer::readAgain);
                    return rooms.start(loop, new RoleBootstrap(controllers.client()));
                })
                // Custom kinds are served before their clients can ask, and before others look through all kinds.
                .compose(unused -> Rooms.on(loop, customKinds::restore))
                .compose(unused -> Rooms.on(loop, extensions::restore))
                // The authorizer knows all roles before the first stranger can ask.
                .compose(unused -> {
                    // Made before its informers start: each object is read by all who share it at once.
                    List<Room> loopRooms = loopRooms();
                    return rooms.start(loop, rbac).map(loopRooms);
                })
                .compose(this::serve)
                .onSuccess(unused -> apiServer.watchOver(rooms.all()));
    }

    private Future<Void> serve(List<Room> loopRooms) {
        return rooms.start(loop, apiServer)
                .compose(unused -> etcd().map(room -> rooms.start(loop, room)).orElse(Future.succeededFuture()))
                .compose(unused -> vertx.executeBlocking(this::writeKubeconfig))
                .compose(unused -> rooms.startAll(loop, loopRooms))
                .compose(unused -> options.disableScheduler
                        ? Future.succeededFuture()
                        : Rooms.loop(vertx).compose(this::startScheduler))
                .compose(unused -> {
                    LoopsRoom loops = new LoopsRoom(rooms::loops, controllerLoop::millis);
                    apiServer.measure("minik_event_loop_held_milliseconds", loops::heldMillis);
                    return rooms.start(loop, loops);
                });
    }

    private Optional<EtcdRoom> etcd() {
        return datastore.etcd(
                new EtcdRoom.Face(EtcdRoom.transport(options.etcdPort, etcdServing, pki), nodeName), backups);
    }

    private List<Room> loopRooms() {
        ControlRooms control = new ControlRooms(
                vertx, apiServer, pki, options, node.dataDir, kinds, nodeName, tokens, rbac, leadership);
        List<Room> all = new ArrayList<>(control.ofEachServer(controllers, options.advertised(nodeIp)));
        all.addAll(List.of(customKinds, extensions, certificates.renewal()));
        all.addAll(datastore.rooms(backups));
        all.addAll(leadership.rooms(
                controllerLoop,
                controllers.client(),
                "kube-controller-manager",
                () -> control.ofOneServer(controllers)));
        return all;
    }

    /** Listeners and clients show the new ones from the next handshake on. */
    private void certificatesRenewed() {
        renew(serving, pki.apiServer());
        renew(toKubelets, pki.kubeletClient());
        renew(etcdServing, pki.etcdServer());
        renew(frontProxy, pki.proxyClient());
        vertx.executeBlocking(this::writeKubeconfig)
                .onFailure(error -> log.atError().setCause(error).log("the kubeconfig could not be written anew"));
    }

    /** A /24 of pods a node: 254 addresses for at most 110 pods. */
    static final int NODE_PREFIX = 24;

    private Future<Void> startScheduler(Context schedulerLoop) {
        Loop own = Loop.on(schedulerLoop);
        ApiClient client = new ApiClient(
                apiServer.transport(User.system("system:kube-scheduler", User.MASTERS)), "kube-scheduler");
        return rooms.startAll(schedulerLoop, leadership.rooms(own, client, "kube-scheduler", () -> {
            Informers informers = new Informers(own, client);
            EventRecorder events = new EventRecorder(own, client, Scheduler.DEFAULT_NAME, "");
            return List.of(
                    new InformersRoom("scheduler-informers", informers),
                    new Scheduler(own, client, informers, events, Scheduler.DEFAULT_NAME));
        }));
    }

    private ApiServerConfig config() {
        PemTrustOptions kubeletTrust =
                new PemTrustOptions().addCertValue(Buffer.buffer(pki.serverCa().pem()));
        return new ApiServerConfig(
                options.bindAddress,
                options.httpsListenPort,
                // Several servers settle together where they are.
                leadership.elected() ? "" : options.advertised(nodeIp),
                Optional.of(new ApiServerConfig.Serving(KeyCertOptions.wrap(serving), Optional.of(clients))),
                SERVING_LOOPS,
                options.serviceCidr,
                options.nodePorts(),
                options.tolerations(),
                new ApiServerConfig.Admitting(options.security.podSecurity(), options.security.plugins()),
                options.security.audit(),
                Build.THIS.served(),
                Optional.of(new ApiServerConfig.KubeletTls(
                        KeyCertOptions.wrap(toKubelets), kubeletTrust, options.disableAgent)),
                Optional.of(new ApiServerConfig.Extensions(new FrontProxy(frontProxy), options.access.published(pki))));
    }

    /** One loop serves what a small machine is asked; more cores would share it by connection. */
    private static final int SERVING_LOOPS = 1;

    private static TlsIdentity tls(Pki.Identity identity) {
        return TlsIdentity.of(identity.certificatePem(), identity.keyPem());
    }

    private static void renew(TlsIdentity shown, Pki.Identity identity) {
        shown.renew(identity.certificatePem(), identity.keyPem());
    }

    private Void writeKubeconfig() {
        Kubeconfig.write(
                options.writeKubeconfig,
                "https://" + host(options.localAddress()) + ":" + apiServer.port(),
                pki,
                options.kubeconfigMode());
        options.giveKubeconfig();
        return null;
    }

    private static String host(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    /** The API in this process, as that user. */
    Transport transport(User user) {
        return apiServer.transport(user);
    }

    /** The uid of kube-system, by which a cluster is known. */
    String clusterId() {
        return apiServer.clusterId();
    }

    Pki pki() {
        return pki;
    }

    int port() {
        return apiServer.port();
    }
}
