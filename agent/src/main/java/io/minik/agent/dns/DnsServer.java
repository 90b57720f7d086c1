package io.minik.agent.dns;

import io.minik.agent.dns.DnsMessages.Query;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's DNS: our zone from informers, the rest from the node's own servers. UDP and TCP on one port of all
 * addresses; answers only pods, the node itself and loopback, so that it is no amplifier for others.
 */
public final class DnsServer implements Room {
    private static final Logger LOG = LoggerFactory.getLogger(DnsServer.class);

    /** Where it listens by default; pods use port 53 of the cluster's DNS address, which the proxy redirects here. */
    public static final int DEFAULT_PORT = 10053;

    /** As k3s' users know it: blocks of zones and plugins in the form of CoreDNS. */
    static final ObjectKey CUSTOM = ObjectKey.of("kube-system", "coredns-custom");

    private static final int TCP_IDLE_SECONDS = 10;
    /** TCP is for big answers, which are rare here. */
    private static final int MAX_CONNECTIONS = 256;

    /**
     * @param domain {@code cluster.local}
     * @param clusterIp the address that pods are told: never asked as an upstream
     * @param clusterCidr of pods: who may ask; its reverse names and the service CIDR's are ours
     * @param port {@link #DEFAULT_PORT}, or another if several nodes share a network namespace
     * @param resolvConf the node's, {@code /etc/resolv.conf}
     */
    public record Settings(
            String domain, String clusterIp, String clusterCidr, String serviceCidr, int port, Path resolvConf) {}

    private final Vertx vertx;
    private final Loop loop;
    private final Informers informers;
    private final Settings settings;
    private final Cidr pods;
    private final Upstream upstream;

    // Owned by the loop.
    private final List<DatagramSocket> sockets = new ArrayList<>();
    private Optional<NetServer> server = Optional.empty();
    private Optional<Resolver> resolver = Optional.empty();
    private int connections;

    private volatile boolean listening;
    private volatile boolean synced;

    /** @param informers on this loop; shared with other rooms of it */
    public DnsServer(Vertx vertx, Loop loop, Informers informers, Settings settings) {
        this(vertx, loop, informers, settings, 53);
    }

    /** @param upstreamPort other than 53 in tests */
    DnsServer(Vertx vertx, Loop loop, Informers informers, Settings settings, int upstreamPort) {
        this.vertx = vertx;
        this.loop = loop;
        this.informers = informers;
        this.settings = settings;
        this.pods = Cidr.parse(settings.clusterCidr());
        ResolvConf servers = new ResolvConf(vertx, loop, settings.resolvConf(), Set.of(settings.clusterIp()));
        this.upstream = new Upstream(vertx, loop, servers, upstreamPort);
    }

    @Override
    public String name() {
        return "dns";
    }

    /** Succeeds when it listens; names of the cluster are known as soon as the API has answered, see {@link #health}. */
    @Override
    public Future<Void> start() {
        Promise<Void> started = Promise.promise();
        loop.run(() -> open().onComplete(started));
        return started.future();
    }

    private Future<Void> open() {
        Informer services = informers.of(Resources.SERVICES);
        Informer slices = informers.of(Resources.ENDPOINT_SLICES);
        List<Cidr> ours = List.of(pods, Cidr.parse(settings.serviceCidr()));
        Informer nodes = informers.of(Resources.NODES);
        Informer custom = informers.of(
                Resources.CONFIG_MAPS, CUSTOM.namespace(), ListOptions.fields("metadata.name=" + CUSTOM.name()), false);
        Directory directory = new Directory(services, slices, nodes);
        Resolver answers =
                new Resolver(loop, new Zone(settings.domain(), ours, directory), upstream, settings.clusterIp());
        resolver = Optional.of(answers);
        custom.onChange(
                (before, now) -> answers.follow(now.map(DnsServer::rules).orElse(DnsRules.NONE)));
        custom.start();
        Future.all(
                        services.start().synced(),
                        slices.start().synced(),
                        nodes.start().synced())
                .onSuccess(ready -> synced = true)
                .onFailure(why ->
                        LOG.atError().addKeyValue("err", why.getMessage()).log("dns has no informers"));
        NetServer tcp = vertx.createNetServer(
                new NetServerOptions().setIdleTimeout(TCP_IDLE_SECONDS).setIdleTimeoutUnit(TimeUnit.SECONDS));
        tcp.connectHandler(this::connected);
        server = Optional.of(tcp);
        // Loopback has a socket of its own: an answer must leave from the address that was asked, and a wildcard socket
        // would choose another one for a question that came from the node itself.
        return udp("127.0.0.1")
                .compose(done -> udp("0.0.0.0"))
                .compose(done -> tcp.listen(settings.port(), "0.0.0.0"))
                .compose(done -> upstream.open())
                .onSuccess(done -> {
                    listening = true;
                    LOG.atInfo().addKeyValue("port", settings.port()).log("dns listens");
                });
    }

    /** What the ConfigMap says; {@link DnsService} tells its author what is not understood. */
    static DnsRules rules(KubeObject custom) {
        return DnsRules.of(Json.strings(custom.tree(), "data"));
    }

    private Future<Void> udp(String address) {
        DatagramSocket socket = vertx.createDatagramSocket(new DatagramSocketOptions().setReuseAddress(true));
        socket.handler(packet -> packet(socket, packet));
        sockets.add(socket);
        return socket.listen(settings.port(), address).mapEmpty();
    }

    private void packet(DatagramSocket socket, DatagramPacket packet) {
        String host = packet.sender().host();
        if (!mayAsk(host)) {
            return;
        }
        byte[] message = packet.data().getBytes();
        DnsMessages.decode(message).ifPresent(query -> answer(query, message, false)
                .compose(bytes ->
                        socket.send(Buffer.buffer(bytes), packet.sender().port(), host))
                .onFailure(why ->
                        LOG.atDebug().addKeyValue("err", why.getMessage()).log("dns answer not sent")));
    }

    private void connected(NetSocket socket) {
        if (connections >= MAX_CONNECTIONS || !mayAsk(socket.remoteAddress().hostAddress())) {
            socket.close().onFailure(why -> LOG.atDebug().log("connection already gone"));
            return;
        }
        connections++;
        socket.closeHandler(closed -> connections--);
        socket.exceptionHandler(
                why -> LOG.atDebug().addKeyValue("err", why.getMessage()).log("dns connection broke"));
        Framing framing = new Framing(message -> DnsMessages.decode(message).ifPresent(query -> answer(
                        query, message, true)
                .compose(bytes -> socket.write(Framing.framed(bytes)))
                .onFailure(why ->
                        LOG.atDebug().addKeyValue("err", why.getMessage()).log("dns answer not sent"))));
        socket.handler(framing::received);
    }

    private boolean mayAsk(String host) {
        // A link-local address comes with the name of its link.
        Optional<Address> ip = Address.find(host.split("%", 2)[0]);
        if (ip.isEmpty()) {
            return false;
        }
        if (pods.contains(ip.get())) {
            return true;
        }
        try {
            return ip.get().isLoopback()
                    || NetworkInterface.getByInetAddress(
                                    InetAddress.getByAddress(ip.get().bytes()))
                            != null;
        } catch (UnknownHostException | SocketException e) {
            return false;
        }
    }

    private Future<byte[]> answer(Query query, byte[] message, boolean overTcp) {
        return resolver.map(open -> open.answer(query, message, overTcp))
                .orElseGet(() -> Future.failedFuture("dns is not open"));
    }

    @Override
    public Future<Void> stop() {
        Promise<Void> stopped = Promise.promise();
        loop.run(() -> {
            listening = false;
            List<Future<Void>> closing = new ArrayList<>();
            sockets.forEach(socket -> closing.add(socket.close()));
            server.ifPresent(tcp -> closing.add(tcp.close()));
            closing.add(upstream.close());
            Future.join(closing).<Void>mapEmpty().onComplete(stopped);
        });
        return stopped.future();
    }

    @Override
    public Health health() {
        if (!listening) {
            return Health.notReady("dns does not listen");
        }
        return synced ? Health.READY : Health.notReady("waiting for services and endpoints from the API server");
    }
}
