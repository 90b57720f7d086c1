package io.minik.cli;

import io.minik.agent.dns.DnsServer;
import io.minik.agent.ingress.IngressRoom;
import io.minik.agent.kubelet.Kubelet;
import io.minik.agent.kubelet.KubeletConfig;
import io.minik.agent.node.NodeConfig;
import io.minik.agent.node.NodeNetwork;
import io.minik.agent.node.NodeRoom;
import io.minik.agent.pki.IdentityRenewal;
import io.minik.agent.pki.JoinClient;
import io.minik.agent.pki.JoinPatience;
import io.minik.agent.pki.NodeIdentity;
import io.minik.agent.pki.NodeKeys;
import io.minik.agent.policy.PolicyRoom;
import io.minik.agent.probe.NetworkActions;
import io.minik.agent.probe.ProbeTimers;
import io.minik.agent.proxy.Proxy;
import io.minik.agent.streaming.Gate;
import io.minik.agent.streaming.KubeletServer;
import io.minik.agent.streaming.SystemLogs;
import io.minik.agent.volume.FileWork;
import io.minik.agent.volume.LinuxMounts;
import io.minik.agent.volume.LocalVolumes;
import io.minik.agent.volume.Volumes;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.HttpTransport;
import io.minik.api.client.Informers;
import io.minik.api.client.Transport;
import io.minik.api.join.ClusterConfig;
import io.minik.api.join.JoinCaller;
import io.minik.api.join.JoinToken;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.LeafLifetime;
import io.minik.ground.tls.Pem;
import io.minik.runtime.HostTool;
import io.minik.runtime.net.BridgeNetwork;
import io.minik.runtime.net.Network;
import io.minik.runtime.nft.Nft;
import io.minik.server.authn.User;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The rooms of a node in start order: runtime (adopts), proxy, DNS, kubelet, its HTTPS face, and last the node object, which
 * tells the cluster that all the others are there. The same for both commands; only the way to the API differs.
 */
final class AgentRooms {
    /** Ethernet's; host-gw adds no header. */
    private static final int POD_MTU = 1500;
    /** The cgroup of all pods. */
    private static final String PODS = "kubepods";
    /** Until the API knows of the last of those that end with the machine. */
    private static final Duration AFTER_PODS = Duration.ofSeconds(5);

    private final Daemon daemon;
    private final NodeOptions node;
    private final String nodeName;
    private final String nodeIp;
    private final NodeIdentity identity;
    private final ClusterConfig cluster;
    private final Context context;
    private final Loop loop;
    private final Link link;
    private final Supplier<Future<NodeIdentity>> obtain;
    private final ApiClient api;
    private final Informers informers;
    private final EventRecorder events;
    /** Succeeds when pods can have addresses for the first time. */
    private final Promise<Void> podNetwork = Promise.promise();

    /** How this node gets its certificates, and then reaches the API. */
    private record Way(
            JoinCaller caller,
            Function<Supplier<Future<NodeIdentity>>, Future<NodeIdentity>> first,
            Function<NodeIdentity, Link> link) {}

    /** @param renew hears of a new identity of this node */
    private record Link(Transport transport, Consumer<NodeIdentity> renew) {}

    private AgentRooms(
            Daemon daemon,
            NodeOptions node,
            NodeIdentity identity,
            Link link,
            Supplier<Future<NodeIdentity>> obtain,
            Context context) {
        this.daemon = daemon;
        this.node = node;
        this.nodeName = identity.nodeName();
        this.nodeIp = node.nodeIp;
        this.identity = identity;
        this.cluster = identity.cluster();
        this.context = context;
        this.loop = Loop.on(context);
        this.link = link;
        this.obtain = obtain;
        this.api = new ApiClient(link.transport(), "kubelet");
        this.informers = new Informers(loop, api);
        this.events = new EventRecorder(loop, api, "kubelet", nodeName);
    }

    /** The node within a server's process: joins by a call, talks to the API without a network. */
    static Future<Void> besideServer(Daemon daemon, ControlPlane.Opening opening, ControlPlane plane) {
        Way way = new Way(
                plane.joins().local(),
                // What was kept may be older than the server's options of today.
                obtain -> obtain.get().map(kept -> kept.within(plane.joins().cluster())),
                identity -> new Link(
                        plane.transport(User.system("system:node:" + opening.nodeName(), "system:nodes")),
                        renewed -> {}));
        return daemon.vertx()
                .executeBlocking(() -> ClusterIdentity.OfNode.read(opening.node().dataDir))
                .compose(own -> own.refuse(plane.clusterId())
                        .<Future<Void>>map(why -> Future.failedFuture(new StartFailure(why)))
                        .orElseGet(() -> daemon.vertx().executeBlocking(own::keep)))
                .compose(unused -> start(daemon, opening.node(), opening.nodeName(), way));
    }

    /** A node of its own: joins by token, talks to the API by HTTPS. */
    static Future<Void> alone(Daemon daemon, NodeOptions node, String nodeName, URI server, JoinToken token) {
        Vertx vertx = daemon.vertx();
        return vertx.executeBlocking(() -> ClusterIdentity.OfNode.read(node.dataDir))
                .compose(own -> alone(daemon, node, nodeName, server, token, own)
                        // The first answer of the API has told it.
                        .compose(unused -> vertx.executeBlocking(own::keep)));
    }

    private static Future<Void> alone(
            Daemon daemon, NodeOptions node, String nodeName, URI server, JoinToken token, ClusterIdentity.OfNode own) {
        Vertx vertx = daemon.vertx();
        Way way = new Way(
                new JoinClient(vertx, server.toString(), token),
                obtain -> new JoinPatience(Loop.here(vertx), server.toString()).until(obtain),
                identity -> {
                    HttpTransport transport = new HttpTransport(
                                    vertx,
                                    HttpTransport.Config.withCertificate(
                                            server,
                                            identity.serverCa(),
                                            identity.clientCertificate(),
                                            identity.clientKey(),
                                            "minik-agent/" + Build.THIS.version()))
                            .of(own::refuse);
                    return new Link(
                            transport, renewed -> transport.renew(renewed.clientCertificate(), renewed.clientKey()));
                });
        return start(daemon, node, nodeName, way);
    }

    private static Future<Void> start(Daemon daemon, NodeOptions node, String nodeName, Way way) {
        Vertx vertx = daemon.vertx();
        Path tls = node.dataDir.resolve("agent/tls");
        LeafLifetime lifetime = node.certificateLifetime();
        NodeKeys keys = new NodeKeys(vertx, tls, node.nodePasswordFile, lifetime, InstantSource.system());
        Supplier<Future<NodeIdentity>> obtain = () -> keys.obtain(nodeName, List.of(node.nodeIp), way.caller());
        Future<NodeIdentity> identity = way.first().apply(obtain);
        Future<NodeRuntime> runtime = NodeRuntime.open(vertx, node);
        Future<Context> context = Rooms.loop(vertx);
        return Future.join(identity, runtime, context)
                .compose(all -> vertx.executeBlocking(
                        () -> Machine.read(node, runtime.result().sys()), false))
                .compose(machine -> new AgentRooms(
                                daemon,
                                node,
                                identity.result(),
                                way.link().apply(identity.result()),
                                obtain,
                                context.result())
                        .startRooms(runtime.result(), machine));
    }

    private Future<Void> startRooms(NodeRuntime runtime, Machine machine) {
        Vertx vertx = daemon.vertx();
        Rooms rooms = daemon.rooms();
        FileWork files = FileWork.on(vertx);
        LocalVolumes volumes = new LocalVolumes(node.localStoragePath(), files);
        FilterTables tables =
                new FilterTables(proxy(), FilterTables.policy(daemon.vertx(), loop, informers, events, identity));
        NodeRoom nodeRoom = nodeRoom(runtime, machine, files, tables);
        Kubelet kubelet = kubelet(runtime, machine, files, new Beside(nodeRoom, tables.policy()));
        IngressRoom ingress = IngressRooms.of(
                new IngressRoom.Parts(vertx, loop, informers, api, events.as("ingress-controller")), node, identity);
        KubeletServer server = new KubeletServer(
                vertx,
                context,
                new KubeletServer.Config(
                        nodeName,
                        "0.0.0.0",
                        node.kubeletPort,
                        identity.servingCertificate(),
                        identity.servingKey(),
                        version()),
                new Gate(
                        api,
                        new ClientAuthority(Pem.certificates(identity.clientCa()), InstantSource.system()),
                        nodeName,
                        InstantSource.system()),
                kubelet,
                runtime.runtimeService(),
                new KubeletServer.Node(
                        machine.figures(),
                        volumes,
                        ingress::metrics,
                        new SystemLogs(Path.of("/var/log"), node.kubelet.logHandler(), files),
                        () -> node.kubelet.inForce(node)));
        Duration shutdown = node.kubelet.settings().shutdown().whole();
        daemon.whenTheMachineGoesDown(
                () -> {
                    nodeRoom.leave();
                    return kubelet.shutDown();
                },
                shutdown.isZero() ? shutdown : shutdown.plus(AFTER_PODS));
        return volumes.sweep()
                .compose(unused -> rooms.start(context, runtime))
                .compose(unused -> runtime.limit(PODS, machine.forPods()))
                .compose(unused -> rooms.startAll(
                        context,
                        List.of(
                                CriRoom.of(vertx, context, runtime, tables.proxy(), node.runDir),
                                new OciRoom(vertx, node.runDir),
                                new InformersRoom("node-informers", informers),
                                tables.proxy(),
                                tables.policy(),
                                dns(machine),
                                kubelet,
                                new StaticPodsRoom(vertx, kubelet, node.podManifests()),
                                server,
                                renewal(server),
                                ingress,
                                nodeRoom)));
    }

    private IdentityRenewal renewal(KubeletServer server) {
        return new IdentityRenewal(
                daemon.vertx(), node.certificateLifetime().lookEvery(), identity, obtain, renewed -> {
                    server.renew(renewed.servingCertificate(), renewed.servingKey());
                    link.renew().accept(renewed);
                });
    }

    private NodeRoom nodeRoom(NodeRuntime runtime, Machine machine, FileWork files, FilterTables tables) {
        NodeConfig config = new NodeConfig(
                nodeName,
                List.of(nodeIp),
                node.externalIps,
                nodeName,
                node.labels(),
                node.nodeTaints,
                node.maxPods,
                node.kubeletPort,
                version(),
                "minik://" + Build.THIS.version());
        return new NodeRoom(
                config,
                new NodeRoom.Parts(
                        loop,
                        api,
                        informers,
                        events,
                        network(runtime, tables),
                        () -> runtime.health().ready()
                                ? Optional.empty()
                                : Optional.of(runtime.health().message()),
                        machine.pressure(),
                        machine.figures(),
                        runtime::facts,
                        files::call));
    }

    private List<Cidr> clusterRanges() {
        return Cidr.parseAll(cluster.clusterCidr());
    }

    private NodeNetwork network(NodeRuntime runtime, FilterTables tables) {
        BridgeNetwork bridge = runtime.network();
        return new NodeNetwork() {
            @Override
            public Future<Void> configure(List<String> podCidrs) {
                try {
                    return bridge.configure(
                                    new Network.Ranges(
                                            podCidrs.stream().map(Cidr::parse).toList(),
                                            clusterRanges(),
                                            Cidr.parseAll(cluster.serviceCidr())),
                                    POD_MTU)
                            .onSuccess(podNetwork::tryComplete)
                            .onSuccess(up -> runtime.networkReady());
                } catch (IllegalArgumentException wrong) {
                    return Future.failedFuture(wrong);
                }
            }

            @Override
            public Future<List<String>> openFirewall() {
                return bridge.openFirewall(clusterRanges(), tables.names()).map(found -> {
                    if (found.flushed()) {
                        tables.renew();
                    }
                    return found.told();
                });
            }

            @Override
            public Future<Map<Cidr, String>> routes(Map<Cidr, Address> nodeByPods) {
                return bridge.routes(nodeByPods);
            }
        };
    }

    /** Rooms that the kubelet asks. */
    private record Beside(NodeRoom nodeRoom, PolicyRoom policy) {}

    private Kubelet kubelet(NodeRuntime runtime, Machine machine, FileWork files, Beside beside) {
        Path root = node.dataDir.resolve("agent/kubelet");
        NetworkActions actions =
                new NetworkActions(daemon.vertx(), loop, runtime.runtimeService(), Build.THIS.majorMinor());
        KubeletConfig config = new KubeletConfig(
                nodeName,
                List.of(nodeIp),
                new KubeletConfig.Places(root, node.logDir, Optional.empty(), node.podManifests()),
                new KubeletConfig.Resolving(
                        List.of(cluster.clusterDns()), cluster.clusterDomain(), machine.resolvConf()),
                PODS,
                new KubeletConfig.Machine(
                        machine.allocatable(), machine.memoryBytes(), machine.pressure(), machine.figures()::left),
                beside.nodeRoom()::object,
                new KubeletConfig.Addressing(podNetwork.future(), beside.policy()::guarded),
                node.kubelet.settings(),
                new StaticPages(daemon.vertx()));
        return new Kubelet(
                config,
                new Kubelet.Parts(
                        loop,
                        api,
                        informers,
                        events,
                        runtime.runtimeService(),
                        runtime.imageService(),
                        new Volumes(loop, api, root.resolve("pods"), new LinuxMounts(runtime.sys()), files),
                        new ProbeTimers(loop, actions),
                        actions,
                        files));
    }

    private Proxy proxy() {
        String dns = cluster.clusterDns();
        return new Proxy(
                daemon.vertx(),
                loop,
                informers,
                new Proxy.Settings(
                        nodeName,
                        clusterRanges(),
                        Nft.ofHost(),
                        HostTool.find("conntrack").map(Path::toString).orElse("conntrack"),
                        Proxy.Settings.TABLE,
                        List.of(
                                new Proxy.Redirect(dns, "udp", 53, DnsServer.DEFAULT_PORT),
                                new Proxy.Redirect(dns, "tcp", 53, DnsServer.DEFAULT_PORT))));
    }

    private DnsServer dns(Machine machine) {
        return new DnsServer(
                daemon.vertx(),
                loop,
                informers,
                new DnsServer.Settings(
                        cluster.clusterDomain(),
                        cluster.clusterDns(),
                        cluster.clusterCidr(),
                        cluster.serviceCidr(),
                        DnsServer.DEFAULT_PORT,
                        machine.resolvConf()));
    }

    private static String version() {
        return Build.THIS.gitVersion();
    }
}
