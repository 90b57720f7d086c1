package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.agent.pki.JoinClient;
import io.minik.agent.pki.NodeIdentity;
import io.minik.agent.pki.NodeKeys;
import io.minik.api.client.ApiClient;
import io.minik.api.client.FakeApi;
import io.minik.api.join.ClusterConfig;
import io.minik.api.join.JoinCaller;
import io.minik.api.join.JoinRequest;
import io.minik.api.join.JoinToken;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Validity;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.LeafLifetime;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.server.authn.BootstrapTokens;
import io.minik.server.join.JoinEndpoint;
import io.minik.server.join.JoinService;
import io.minik.server.join.ServerTokens;
import io.minik.server.join.TokenFile;
import io.minik.server.pki.Pki;
import io.minik.server.pki.PkiConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agent and server of one program, joined over real TLS on loopback; curl and openssl look on. */
class JoinTest {
    private static final ClusterConfig CLUSTER = new ClusterConfig(
            "10.42.0.0/16",
            "10.43.0.0/16",
            "10.43.0.10",
            "cluster.local",
            24,
            List.of("https://127.0.0.1:6443"),
            List.of());

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final FakeApi api = new FakeApi();
    private Instant now = Instant.now();
    private final InstantSource clock = () -> now;
    private Pki pki;
    private JoinService service;
    private JoinToken token;
    private ServerTokens tokens;
    private String url;

    @BeforeEach
    void serve() throws Exception {
        pki = Pki.open(
                folder.resolve("tls"),
                new PkiConfig(
                        "cluster.local", List.of("10.43.0.1"), "server-1", List.of("192.0.2.10"), List.of(), clock));
        token = TokenFile.open(folder.resolve("token"), pki, Optional.empty());
        service = new JoinService(vertx, pki, new ApiClient(api, "test"), CLUSTER, Optional.of("server-1"), clock);
        BootstrapTokens bootstrap =
                new BootstrapTokens((resource, key) -> Future.succeededFuture(api.find(resource, key)), clock);
        ClientAuthority clients = new ClientAuthority(List.of(pki.clientCa().certificate()), clock);
        tokens =
                new ServerTokens(folder.resolve("token"), pki, token, Optional.of(JoinToken.parse("for-agents-alone")));
        JoinEndpoint endpoint = new JoinEndpoint(service, tokens, bootstrap, clients);
        HttpServer server = await(vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setClientAuth(ClientAuth.REQUEST)
                        .setTrustOptions(TrustOptions.wrap(clients.trustManager()))
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addCertValue(Buffer.buffer(pki.apiServer().certificatePem()))
                                .addKeyValue(Buffer.buffer(pki.apiServer().keyPem()))))
                .requestHandler(endpoint)
                .listen(0, "127.0.0.1"));
        url = "https://127.0.0.1:" + server.actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void aNodeJoinsByTokenAndKeepsItsKeysToItself() throws Exception {
        NodeIdentity identity = await(join("a", "n1", List.of("192.0.2.20")));

        assertThat(identity.cluster()).isEqualTo(CLUSTER);
        assertThat(Subject.of(Pem.certificates(identity.clientCertificate()).get(0)))
                .isEqualTo(Subject.of("system:node:n1", "system:nodes"));
        AltNames names =
                AltNames.of(Pem.certificates(identity.servingCertificate()).get(0));
        assertThat(names.dns()).containsExactly("n1");
        assertThat(names.ips()).containsExactly("192.0.2.20");
        assertThat(run(
                        "openssl",
                        "verify",
                        "-x509_strict",
                        "-purpose",
                        "sslclient",
                        "-CAfile",
                        file("client-ca.crt"),
                        file("client-kubelet.crt")))
                .contains("OK");
        assertThat(run(
                        "openssl",
                        "verify",
                        "-x509_strict",
                        "-purpose",
                        "sslserver",
                        "-CAfile",
                        file("server-ca.crt"),
                        file("serving-kubelet.crt")))
                .contains("OK");
        assertThat(run("stat", "-c", "%a", file("client-kubelet.key"))).isEqualTo("600\n");
    }

    @Test
    void aRestartUsesWhatIsOnDiskAndRenewalComesInTime() throws Exception {
        NodeIdentity first = await(join("a", "n1", List.of("192.0.2.20")));
        NodeIdentity again = await(keys("a").obtain("n1", List.of("192.0.2.20"), refusing()));
        assertThat(again).isEqualTo(first);

        now = now.plus(Duration.ofDays(250));
        NodeIdentity offline = await(keys("a").obtain("n1", List.of("192.0.2.20"), refusing()));
        assertThat(offline).isEqualTo(first);
        NodeIdentity renewed = await(keys("a").obtain("n1", List.of("192.0.2.20"), service.local()));
        assertThat(renewed.notAfter()).isAfter(first.notAfter());

        NodeIdentity moved = await(keys("a").obtain("n1", List.of("192.0.2.21"), service.local()));
        assertThat(AltNames.of(Pem.certificates(moved.servingCertificate()).get(0))
                        .ips())
                .containsExactly("192.0.2.21");
    }

    @Test
    void aSecondMachineUnderTheSameNameIsRefusedUntilTheNodeIsDeleted() throws Exception {
        await(join("a", "n1", List.of("192.0.2.20")));
        api.put(Resources.NODES, KubeObject.named("v1", "Node", ObjectKey.cluster("n1"), tree -> {}));

        assertThatThrownBy(() -> await(join("b", "n1", List.of("192.0.2.21"))))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("node \"n1\" is known with another password");
        assertThat(api.require(Resources.SECRETS, ObjectKey.of("kube-system", "n1.node-password.minik"))
                        .tree()
                        .toString())
                .doesNotContain(Files.readString(folder.resolve("a-password")).strip());

        api.remove(Resources.NODES, ObjectKey.cluster("n1"));
        await(join("b", "n1", List.of("192.0.2.21")));
    }

    @Test
    void wrongTokensAndOtherClustersAreToldApart() {
        assertThatThrownBy(() -> await(join("a", "n1", List.of(), JoinToken.parse("server:nonsense"))))
                .hasMessageContaining("does not know this token");
        assertThatThrownBy(() -> await(join(
                        "a", "n1", List.of(), new JoinToken(Optional.of("0".repeat(64)), "server", token.password()))))
                .hasMessageContaining("another CA than the token says");
        assertThatThrownBy(() -> JoinToken.parse("K10abc::server:x")).hasMessageContaining("was it cut off");
    }

    @Test
    void bootstrapTokensAndShortTokensLetIn() throws Exception {
        BootstrapTicket ticket = BootstrapTicket.of(
                "abcdef.0123456789abcdef",
                "",
                Optional.of(now.plusSeconds(60)),
                List.of("authentication"),
                List.of(BootstrapTicket.NODES_GROUP));
        api.put(Resources.SECRETS, ticket.object());

        await(join("a", "n1", List.of(), JoinToken.parse("abcdef.0123456789abcdef")));
        await(join("b", "n2", List.of(), JoinToken.parse(token.password())));
        assertThatThrownBy(() -> await(join("c", "n3", List.of(), JoinToken.parse("abcdef.0123456789abcdee"))))
                .hasMessageContaining("does not know this token");
        now = now.plusSeconds(61);
        assertThatThrownBy(() -> await(join("c", "n3", List.of(), JoinToken.parse("abcdef.0123456789abcdef"))))
                .as("one that is over")
                .hasMessageContaining("does not know this token");
    }

    @Test
    void theTokenChangesAndAgentsMayHaveOneOfTheirOwn() throws Exception {
        await(join("a", "n1", List.of(), JoinToken.parse("node:for-agents-alone")));
        JoinToken next = tokens.rotate("another-one");
        assertThat(next.text()).isEqualTo("K10" + pki.serverCaHash() + "::server:another-one");
        assertThat(Files.readString(folder.resolve("token")).strip()).isEqualTo(next.text());
        await(join("b", "n2", List.of(), next));
        assertThatThrownBy(() -> await(join("c", "n3", List.of(), token)))
                .hasMessageContaining("does not know this token");
        await(join("c", "n3", List.of(), JoinToken.parse("for-agents-alone")));
        for (String wrong : List.of("", "a b", "K10x", "abcdef.0123456789abcdef")) {
            assertThatThrownBy(() -> tokens.rotate(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
        await(join("d", "n4", List.of(), next));
    }

    @Test
    void aNodeGetsNoCertificateForTheServersNamesNorForOthers() {
        assertRefused(
                request("n1", List.of("kubernetes.default.svc"), List.of("kubernetes.default.svc")),
                "is a name of the API server");
        assertRefused(request("n1", List.of("192.0.2.10"), List.of("192.0.2.10")), "is an address of the API server");
        assertRefused(request("n1", List.of("192.0.2.99"), List.of()), "names that are not the node's");
        JoinRequest other = request("n2", List.of(), List.of());
        assertRefused(
                new JoinRequest(
                        "n1", other.nodePassword(), other.kubeletClientCsr(), other.kubeletServingCsr(), List.of()),
                "subject is not that of the node");
        assertRefused(new JoinRequest("N1!", "x", "", "", List.of()), "must be lower case");
    }

    @Test
    void aNodeRenewsWithItsCertificateAloneAndOnlyItself() throws Exception {
        await(join("a", "n1", List.of()));
        Path body = folder.resolve("request.json");
        JoinRequest mine = request("n1", List.of(), List.of());
        String password = Files.readString(folder.resolve("a-password")).strip();
        Files.write(
                body,
                Json.bytes(new JoinRequest("n1", password, mine.kubeletClientCsr(), mine.kubeletServingCsr(), List.of())
                        .tree()));
        assertThat(curl(body, true)).contains("kubeletClientCert");
        assertThat(curl(body, false)).contains("\"code\":401");

        Files.write(body, Json.bytes(request("n2", List.of(), List.of()).tree()));
        assertThat(curl(body, true)).contains("a node may only renew its own certificates");
    }

    @Test
    void aCertificateThatSomebodyElseSignedRenewsNothing() throws Exception {
        await(join("a", "n1", List.of()));
        Instant start = Instant.EPOCH;
        CertificateAuthority stranger =
                CertificateAuthority.create("stranger", Validity.of(start, clock.instant(), Duration.ofDays(1)));
        KeyPair keys = Keys.generate();
        X509Certificate forged = stranger.sign(new CertificateAuthority.Leaf(
                Subject.of("system:node:n1", "system:nodes"),
                AltNames.NONE,
                keys.getPublic(),
                List.of(CertificateAuthority.Purpose.CLIENT),
                Validity.of(start, clock.instant(), Duration.ofDays(1))));
        Files.writeString(folder.resolve("a/client-kubelet.crt"), Pem.encode(forged));
        Files.writeString(folder.resolve("a/client-kubelet.key"), Keys.pem(keys.getPrivate()));
        Path body = folder.resolve("request.json");
        Files.write(body, Json.bytes(request("n1", List.of(), List.of()).tree()));
        assertThat(curl(body, true)).contains("\"code\":401");
    }

    @Test
    void theTokenFilePinsTheCaThatCurlSees() throws Exception {
        String seen = run("curl", "-sk", url + "/cacerts");

        assertThat(seen).isEqualTo(pki.serverCa().pem());
        assertThat(Files.readString(folder.resolve("token")).strip())
                .isEqualTo("K10" + pki.serverCaHash() + "::server:" + token.password());
        assertThat(TokenFile.open(folder.resolve("token"), pki, Optional.empty()))
                .isEqualTo(token);
        assertThat(TokenFile.open(folder.resolve("token"), pki, Optional.of("mine-and-long"))
                        .password())
                .isEqualTo("mine-and-long");
        assertThat(run("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", url + "/v1-minik/config"))
                .isEqualTo("401");
        assertThat(run("curl", "-sk", "-u", "server:" + token.password(), url + "/v1-minik/config"))
                .contains("\"clusterDns\":\"10.43.0.10\"");
    }

    private void assertRefused(JoinRequest request, String why) {
        assertThatThrownBy(() -> await(service.join(request, false))).hasMessageContaining(why);
    }

    private static JoinRequest request(String node, List<String> names, List<String> addresses) {
        KeyPair keys = Keys.generate();
        Subject subject = Subject.of("system:node:" + node, "system:nodes");
        List<String> all = new ArrayList<>(names);
        all.add(node);
        return new JoinRequest(
                node,
                "0123456789abcdef0123456789abcdef",
                CertificateRequest.create(keys, subject, AltNames.NONE),
                CertificateRequest.create(keys, subject, AltNames.of(all)),
                addresses);
    }

    private Future<NodeIdentity> join(String machine, String node, List<String> addresses) {
        return join(machine, node, addresses, token);
    }

    private Future<NodeIdentity> join(String machine, String node, List<String> addresses, JoinToken with) {
        return keys(machine).obtain(node, addresses, new JoinClient(vertx, url, with));
    }

    private NodeKeys keys(String machine) {
        return new NodeKeys(
                vertx, folder.resolve(machine), folder.resolve(machine + "-password"), LeafLifetime.YEAR, clock);
    }

    private static JoinCaller refusing() {
        return request -> Future.failedFuture(ApiException.unavailable("not reachable"));
    }

    private String file(String name) {
        return folder.resolve("a").resolve(name).toString();
    }

    private String curl(Path body, boolean withCertificate) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "--cacert", file("server-ca.crt")));
        if (withCertificate) {
            command.addAll(List.of("--cert", file("client-kubelet.crt"), "--key", file("client-kubelet.key")));
        }
        command.addAll(List.of("--data-binary", "@" + body, url + "/v1-minik/join"));
        return run(command.toArray(String[]::new));
    }

    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + "\n" + output)
                .isZero();
        return output;
    }
}
