package io.minik.agent.dns;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiClient;
import io.minik.api.client.FakeApi;
import io.minik.api.client.Informers;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Over real sockets on loopback; the node's own server is a fake that knows one name. */
@Timeout(60)
class DnsServerTest {
    private static final int PORT = 21653;

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final Loop loop = Loop.on(vertx.getOrCreateContext());
    private final FakeApi api = new FakeApi(loop);
    private DnsServer dns;

    @BeforeEach
    void open() throws Exception {
        api.put(Resources.SERVICES, service("default", "kubernetes", "10.43.0.1", "https"));
        api.put(Resources.SERVICES, service("shop", "elsewhere", "10.77.0.9", "http"));
        api.put(Resources.SERVICES, service("shop", "db", "None", "sql"));
        api.put(
                Resources.SERVICES,
                KubeObject.named("v1", "Service", ObjectKey.of("shop", "far"), tree -> tree.putObject("spec")
                        .put("type", "ExternalName")
                        .put("externalName", "example.org")));
        api.put(Resources.ENDPOINT_SLICES, slice());
        DatagramSocket upstream = vertx.createDatagramSocket(new DatagramSocketOptions());
        upstream.handler(packet -> upstream.send(
                        Buffer.buffer(upstreamAnswer(packet.data().getBytes())),
                        packet.sender().port(),
                        "127.0.0.1")
                .onFailure(why -> {}));
        await(upstream.listen(0, "127.0.0.1"));
        Path conf = Files.writeString(
                dir.resolve("resolv.conf"), "search x\nnameserver 10.43.0.10\nnameserver 127.0.0.1\n");
        dns = new DnsServer(
                vertx,
                loop,
                new Informers(loop, new ApiClient(api, "test")),
                new DnsServer.Settings("cluster.local", "10.43.0.10", "10.42.0.0/16", "10.43.0.0/16", PORT, conf),
                upstream.localAddress().port());
        await(dns.start());
        until(() -> dns.health().ready());
    }

    /** How often the node's server was asked. */
    private final AtomicInteger askedUpstream = new AtomicInteger();

    private byte[] upstreamAnswer(byte[] query) {
        askedUpstream.incrementAndGet();
        DnsMessages.Query asked = DnsMessages.decode(query).orElseThrow();
        List<Record> known = List.of(Record.address("example.org", new byte[] {93, 0, 0, 1}));
        DnsAnswer answer = asked.name().equals("example.org")
                ? new DnsAnswer(DnsAnswer.NO_ERROR, false, known, List.of(), List.of())
                : DnsAnswer.failed(DnsAnswer.NO_SUCH_NAME);
        return DnsMessages.encode(asked, answer, 512);
    }

    @AfterEach
    void close() throws Exception {
        await(dns.stop());
        await(vertx.close());
    }

    private static KubeObject service(String namespace, String name, String ip, String port) {
        return KubeObject.named("v1", "Service", ObjectKey.of(namespace, name), tree -> {
            ObjectNode spec = tree.putObject("spec").put("type", "ClusterIP").put("clusterIP", ip);
            spec.putArray("clusterIPs").add(ip);
            spec.putArray("ports")
                    .addObject()
                    .put("name", port)
                    .put("port", 443)
                    .put("protocol", "TCP");
        });
    }

    private static KubeObject slice() {
        return KubeObject.named("discovery.k8s.io/v1", "EndpointSlice", ObjectKey.of("shop", "db-1"), tree -> {
            Json.child(tree, "metadata").putObject("labels").put("kubernetes.io/service-name", "db");
            tree.put("addressType", "IPv4");
            tree.putArray("ports")
                    .addObject()
                    .put("name", "sql")
                    .put("port", 5432)
                    .put("protocol", "TCP");
            for (int i = 1; i <= 60; i++) {
                ObjectNode endpoint = tree.withArray("endpoints").addObject();
                endpoint.putArray("addresses").add("10.42.0." + i);
                endpoint.putObject("conditions").put("ready", i != 60);
                if (i == 1) {
                    endpoint.put("hostname", "db-0");
                }
            }
        });
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("condition not met within 30 s").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** What comes back by UDP. */
    private static byte[] ask(byte[] query) {
        try (java.net.DatagramSocket socket = new java.net.DatagramSocket()) {
            socket.setSoTimeout(10_000);
            socket.send(new DatagramPacket(query, query.length, InetAddress.getByName("127.0.0.1"), PORT));
            DatagramPacket answer = new DatagramPacket(new byte[4096], 4096);
            socket.receive(answer);
            return Arrays.copyOf(answer.getData(), answer.getLength());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String resolve(String name, int type) {
        return words(ask(DnsMessages.question(7, name, type)));
    }

    /** The code, A if authoritative, T if truncated; then the records. */
    private static String words(byte[] answer) {
        DnsMessages.Reply reply = DnsMessages.reply(answer).orElseThrow();
        List<String> words = new ArrayList<>();
        words.add(reply.code() + ((answer[2] & 4) != 0 ? "A" : "") + ((answer[2] & 2) != 0 ? "T" : ""));
        for (Record record : reply.answers()) {
            byte[] data = record.data();
            words.add(
                    switch (record.type()) {
                        case Record.A -> NetUtil.bytesToIpAddress(data);
                        case Record.CNAME, Record.PTR -> DnsMessages.name(data);
                        case Record.SRV ->
                            Buffer.buffer(data).getUnsignedShort(4) + " "
                                    + DnsMessages.name(Arrays.copyOfRange(data, 6, data.length));
                        default -> new String(data, 1, data.length - 1, StandardCharsets.US_ASCII);
                    });
        }
        return String.join(" ", words);
    }

    @Test
    void servicesAnswerByTheirClusterAddress() {
        assertThat(resolve("kubernetes.default.svc.cluster.local", Record.A)).isEqualTo("0A 10.43.0.1");
        assertThat(resolve("KUBERNETES.Default.svc.cluster.local.", Record.A)).isEqualTo("0A 10.43.0.1");
        assertThat(resolve("kubernetes.default.svc.cluster.local", Record.AAAA)).isEqualTo("0A");
        assertThat(resolve("_https._tcp.kubernetes.default.svc.cluster.local", Record.SRV))
                .isEqualTo("0A 443 kubernetes.default.svc.cluster.local");
        assertThat(resolve("1.0.43.10.in-addr.arpa", Record.PTR)).isEqualTo("0A kubernetes.default.svc.cluster.local");
        assertThat(resolve("9.0.77.10.in-addr.arpa", Record.PTR))
                .as("of a further ServiceCIDR")
                .isEqualTo("0A elsewhere.shop.svc.cluster.local");
        assertThat(resolve("dns-version.cluster.local", Record.TXT)).isEqualTo("0A 1.1.0");
    }

    @Test
    void headlessServicesAnswerByTheirReadyEndpoints() {
        assertThat(resolve("db-0.db.shop.svc.cluster.local", Record.A)).isEqualTo("0A 10.42.0.1");
        assertThat(resolve("10-42-0-2.db.shop.svc.cluster.local", Record.A)).isEqualTo("0A 10.42.0.2");
        assertThat(resolve("10-42-0-60.db.shop.svc.cluster.local", Record.A))
                .as("not ready")
                .isEqualTo("3A");
        assertThat(resolve("1.0.42.10.in-addr.arpa", Record.PTR)).isEqualTo("0A db-0.db.shop.svc.cluster.local");
        assertThat(resolve("10-42-0-9.shop.pod.cluster.local", Record.A)).isEqualTo("0A 10.42.0.9");
    }

    @Test
    void whatDoesNotExistIsDeniedWithTheZonesSoa() {
        byte[] answer = ask(DnsMessages.question(7, "nope.default.svc.cluster.local", Record.A));
        assertThat(words(answer)).isEqualTo("3A");
        assertThat(answer[9]).as("records of authority").isEqualTo((byte) 1);
        assertThat(resolve("default.svc.cluster.local", Record.A))
                .as("exists, has nothing")
                .isEqualTo("0A");
        assertThat(resolve("nope.svc.cluster.local", Record.A)).isEqualTo("3A");
        assertThat(resolve("example.org.default.svc.cluster.local", Record.A)).isEqualTo("3A");
    }

    @Test
    void bigAnswersAreCutByUdpAndWholeByTcp() throws IOException {
        byte[] query = DnsMessages.question(9, "db.shop.svc.cluster.local", Record.A);
        byte[] cut = ask(query);
        assertThat(cut.length).isLessThanOrEqualTo(512);
        assertThat(words(cut)).startsWith("0AT 10.42.0.");
        byte[] edns = Arrays.copyOf(query, query.length + 11);
        edns[11] = 1;
        System.arraycopy(new byte[] {0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0}, 0, edns, query.length, 11);
        assertThat(DnsMessages.reply(ask(edns)).orElseThrow().answers())
                .as("EDNS takes more")
                .hasSize(59);
        try (Socket socket = new Socket("127.0.0.1", PORT)) {
            socket.getOutputStream().write(Framing.framed(query).getBytes());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] whole = in.readNBytes(in.readUnsignedShort());
            assertThat(DnsMessages.reply(whole).orElseThrow().answers()).hasSize(59);
            assertThat(words(whole)).startsWith("0A 10.42.0.");
        }
    }

    @Test
    void otherNamesAndAliasesAreAskedUpstream() {
        assertThat(resolve("example.org", Record.A)).isEqualTo("0 93.0.0.1");
        assertThat(resolve("nowhere.invalid", Record.A)).isEqualTo("3");
        assertThat(resolve("far.shop.svc.cluster.local", Record.A)).isEqualTo("0A example.org 93.0.0.1");
    }

    private void custom(String key, String text) {
        api.put(
                Resources.CONFIG_MAPS,
                KubeObject.named(
                        "v1", "ConfigMap", ObjectKey.of("kube-system", "coredns-custom"), tree -> tree.putObject("data")
                                .put(key, text)));
    }

    @Test
    void whatOthersAnsweredIsToldAgainWithTheAskersIdAndLetters() {
        assertThat(resolve("example.org", Record.A)).isEqualTo("0 93.0.0.1");
        byte[] again = ask(DnsMessages.question(4711, "EXAMPLE.org", Record.A));
        assertThat(words(again)).isEqualTo("0 93.0.0.1");
        assertThat(Buffer.buffer(again).getUnsignedShort(0)).isEqualTo(4711);
        assertThat(new String(again, 13, 7, StandardCharsets.US_ASCII)).isEqualTo("EXAMPLE");
        assertThat(askedUpstream.get()).isEqualTo(1);
        resolve("nowhere.invalid", Record.A);
        resolve("nowhere.invalid", Record.A);
        assertThat(askedUpstream.get())
                .as("a denial without SOA says not for how long")
                .isEqualTo(3);
    }

    @Test
    void endpointsTakeTurnsInFront() {
        List<String> first = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            first.add(resolve("db.shop.svc.cluster.local", Record.A).split(" ")[1]);
        }
        assertThat(first.stream().distinct().count()).isGreaterThan(10);
    }

    @Test
    void nodesAreKnownByTheirNames() {
        api.put(Resources.NODES, KubeObject.named("v1", "Node", ObjectKey.cluster("edge-1"), tree -> {
            var addresses = Json.child(tree, "status").putArray("addresses");
            addresses.addObject().put("type", "Hostname").put("address", "edge-1");
            addresses.addObject().put("type", "InternalIP").put("address", "192.168.7.3");
        }));
        until(() -> resolve("edge-1", Record.A).equals("0A 192.168.7.3"));
        assertThat(resolve("edge-1", Record.AAAA)).isEqualTo("0A");
    }

    @Test
    void aZoneOfItsOwnIsAskedFromItsOwnServers() throws Exception {
        DatagramSocket lan = vertx.createDatagramSocket(new DatagramSocketOptions());
        lan.handler(packet -> {
            DnsMessages.Query asked =
                    DnsMessages.decode(packet.data().getBytes()).orElseThrow();
            List<Record> known = List.of(Record.address(asked.name(), new byte[] {10, 9, 8, 7}));
            DnsAnswer answer = new DnsAnswer(DnsAnswer.NO_ERROR, true, known, List.of(), List.of());
            lan.send(
                            Buffer.buffer(DnsMessages.encode(asked, answer, 512)),
                            packet.sender().port(),
                            "127.0.0.1")
                    .onFailure(why -> {});
        });
        await(lan.listen(0, "127.0.0.1"));
        custom(
                "lan.server",
                "lan.example:53 {\n  errors\n  forward . 127.0.0.1:"
                        + lan.localAddress().port() + "\n}\n");
        until(() -> resolve("printer.lan.example", Record.A).equals("0A 10.9.8.7"));
        assertThat(resolve("notlan.example", Record.A)).isEqualTo("3");
        custom(
                "other.override",
                "rewrite name shop.example.com kubernetes.default.svc.cluster.local\n"
                        + "rewrite name suffix .old.example .org\nhosts {\n  192.168.1.9 nas.home NAS2.home\n  fallthrough\n}\n");
        until(() -> resolve("shop.example.com", Record.A).equals("0A 10.43.0.1"));
        assertThat(resolve("example.old.example", Record.A)).isEqualTo("0 93.0.0.1");
        assertThat(resolve("nas2.home", Record.A)).isEqualTo("0A 192.168.1.9");
        assertThat(resolve("9.1.168.192.in-addr.arpa", Record.PTR)).isEqualTo("0A nas.home nas2.home");
        assertThat(resolve("kubernetes.default.svc.cluster.local", Record.A)).isEqualTo("0A 10.43.0.1");
        assertThat(resolve("printer.lan.example", Record.A))
                .as("the zone is gone")
                .isEqualTo("3");
        await(lan.close());
    }

    @Test
    void zonesMayKnowOnlyWhatIsWrittenDown() {
        custom(
                "home.server",
                "home.example {\n  hosts {\n    10.1.1.1 a.home.example\n  }\n}\n"
                        + "void.example {\n  log\n}\nk.example {\n rewrite name suffix .k.example .default.svc.cluster.local\n"
                        + " forward . 10.43.0.10\n}\n");
        until(() -> resolve("a.home.example", Record.A).equals("0A 10.1.1.1"));
        assertThat(resolve("b.home.example", Record.A)).isEqualTo("3");
        assertThat(resolve("x.void.example", Record.A)).as("refused").isEqualTo("5");
        assertThat(resolve("kubernetes.k.example", Record.A)).isEqualTo("0A 10.43.0.1");
    }

    @Test
    void theAuthorIsToldWhatIsNotUnderstood() throws Exception {
        DnsService service = new DnsService(
                loop, new ApiClient(api, "test"), new Informers(loop, new ApiClient(api, "test")), "10.43.0.10");
        await(service.start());
        custom("x.server", "x.example {\n  template IN A\n  forward . tls://9.9.9.9\n}\n");
        until(() -> api.all(Resources.EVENTS).stream()
                .anyMatch(event -> event.text("reason").equals("UnsupportedDNSConfig")));
        assertThat(api.all(Resources.EVENTS).iterator().next().text("message"))
                .isEqualTo(
                        "x.server: plugin template is not supported and left out; x.server: forward to tls://9.9.9.9: an"
                                + " address with or without a port, or /etc/resolv.conf, is expected; TLS is not supported;"
                                + " x.server: forward . tls://9.9.9.9: nobody is left to ask");
        await(service.stop());
    }

    @Test
    void withoutUpstreamOtherNamesFailAtOnce() throws Exception {
        Files.writeString(dir.resolve("resolv.conf"), "# nobody\n");
        assertThat(resolve("example.org", Record.A)).isEqualTo("2");
    }

    @Test
    void rubbishIsAnsweredAsSuch() {
        byte[] query = DnsMessages.question(7, "a.b", Record.A);
        query[2] = 0x28;
        assertThat(words(ask(query))).as("opcode").isEqualTo("4");
        byte[] cut = Arrays.copyOf(DnsMessages.question(7, "abc.def", Record.A), 16);
        assertThat(words(ask(cut))).isEqualTo("1");
    }

    @Test
    void theKubeDnsServiceIsMadeOnceTheApiAllowsIt() throws Exception {
        AtomicInteger refusals = new AtomicInteger(2);
        api.failing(call -> call.verb() == ApiCall.Verb.CREATE && refusals.getAndDecrement() > 0
                ? Optional.of(ApiException.notFound(Resources.NAMESPACES, "kube-system"))
                : Optional.empty());
        DnsService service = new DnsService(
                loop, new ApiClient(api, "test"), new Informers(loop, new ApiClient(api, "test")), "10.43.0.10");
        await(service.start());
        until(() -> service.health().ready());
        KubeObject made = api.require(Resources.SERVICES, ObjectKey.of("kube-system", "kube-dns"));
        assertThat(made.text("spec", "clusterIP")).isEqualTo("10.43.0.10");
        until(() -> resolve("kube-dns.kube-system.svc.cluster.local", Record.A).equals("0A 10.43.0.10"));
        await(service.stop());
    }
}
