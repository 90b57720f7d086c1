package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiClient;
import io.minik.api.client.Informers;
import io.minik.api.client.KubeList;
import io.minik.api.client.Transport;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.Kinds;
import io.minik.ground.loop.Loop;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.SecretFile;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.TlsIdentity;
import io.minik.server.admission.CertificateRules;
import io.minik.server.admission.DefaultTolerationSeconds;
import io.minik.server.admission.RoleEscalationRule;
import io.minik.server.aggregation.FrontProxy;
import io.minik.server.audit.AuditConfig;
import io.minik.server.authn.BootstrapTokens;
import io.minik.server.authn.ObjectLookup;
import io.minik.server.authn.RequestAuthenticator;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.authn.Strangers;
import io.minik.server.authn.User;
import io.minik.server.authz.Rbac;
import io.minik.server.authz.RoleAggregation;
import io.minik.server.authz.RoleBootstrap;
import io.minik.server.controllers.accounts.TokenController;
import io.minik.server.kinds.PortRange;
import io.minik.server.pki.Kubeconfig;
import io.minik.server.pki.Pki;
import io.minik.server.pki.PkiConfig;
import io.minik.server.reviews.CertificateSigner;
import io.minik.server.reviews.Reviews;
import io.minik.server.table.BuiltInTables;
import io.minik.server.watchcache.DistantStore;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API server with its real keys, users and rights over TLS; kubectl and curl are the users. */
class SecuredApiTest {
    /** curl by its own name is told JSON in lines, for people. */
    private static final String PROGRAM = "test";

    @TempDir
    static Path folder;

    private static final Vertx vertx = Vertx.vertx();
    private static String url = "";

    @BeforeAll
    static void start() throws Exception {
        Pki pki = Pki.open(
                folder.resolve("tls"),
                PkiConfig.of("cluster.local", List.of("10.43.0.1"), "box", List.of(), List.of()));
        InstantSource clock = InstantSource.system();
        Late own = new Late();
        ApiClient client = new ApiClient(own, "minik");
        ObjectLookup lookup = (resource, key) -> client.get(resource, key)
                .map(Optional::of)
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(error));
        ServiceAccountTokens tokens = new ServiceAccountTokens(
                pki.serviceAccountKeys(), ServiceAccountTokens.issuerOf("cluster.local"), lookup, clock);
        ClientAuthority clients = new ClientAuthority(List.of(pki.clientCa().certificate()), clock);
        RequestAuthenticator authenticator =
                new RequestAuthenticator(tokens, new BootstrapTokens(lookup, clock), clients, Strangers.none(clock));
        Context context = vertx.getOrCreateContext();
        Loop loop = Loop.on(context);
        Informers informers = new Informers(loop, client);
        Rbac rbac = new Rbac(informers, true);
        ApiServer server = new ApiServer(
                vertx,
                new ApiServerConfig(
                        "127.0.0.1",
                        0,
                        "192.0.2.1",
                        Optional.of(new ApiServerConfig.Serving(
                                KeyCertOptions.wrap(TlsIdentity.of(
                                        pki.apiServer().certificatePem(),
                                        pki.apiServer().keyPem())),
                                Optional.of(clients))),
                        1,
                        "10.43.0.0/16",
                        PortRange.NODE_PORTS,
                        DefaultTolerationSeconds.Periods.DEFAULT,
                        ApiServerConfig.Admitting.USUAL,
                        AuditConfig.NONE,
                        new ApiServerConfig.Version("v1.36.4+minik", "", "", "2026-01-01T00:00:00Z", "linux/amd64"),
                        Optional.empty(),
                        Optional.of(new ApiServerConfig.Extensions(
                                new FrontProxy(TlsIdentity.of(
                                        pki.proxyClient().certificatePem(),
                                        pki.proxyClient().keyPem())),
                                Map.of("client-ca-file", clients.pem())))),
                parts(authenticator, tokens, rbac, lookup, clock));
        await(on(context, server::prepare));
        own.to = server.transport(User.system("system:apiserver", User.MASTERS));
        await(on(context, () -> new RoleBootstrap(client).start()));
        await(on(context, rbac::start));
        await(on(context, () -> new RoleAggregation(loop, informers, client).start()));
        await(on(context, () -> new CertificateSigner(loop, informers, client, pki, rbac.authorizer()).start()));
        await(on(context, () -> new TokenController(
                        loop,
                        informers,
                        client,
                        tokens::issueLegacy,
                        pki.serverCa().pem())
                .start()));
        await(server.start());
        url = "https://127.0.0.1:" + server.port();
        Kubeconfig.write(folder.resolve("admin"), url, pki, SecretFile.MODE_0600);
        kubectl("create", "namespace", "shop");
        kubectl("-n", "shop", "create", "serviceaccount", "bot");
    }

    private static ApiServer.Parts parts(
            RequestAuthenticator authenticator,
            ServiceAccountTokens tokens,
            Rbac rbac,
            ObjectLookup lookup,
            InstantSource clock) {
        return new ApiServer.Parts(
                DistantStore.ifWanted(vertx, new MemoryStore(vertx)),
                Kinds.builtIn(),
                authenticator,
                rbac.authorizer(),
                Reviews.connectors(new Reviews.Sources(authenticator, tokens, rbac.authorizer(), lookup, clock)),
                BuiltInTables.tables(),
                Map.of(),
                List.of(new CertificateRules(rbac.authorizer()), new RoleEscalationRule(rbac.escalation())),
                clock,
                new SecureRandom());
    }

    @AfterAll
    static void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void theAdministratorIsKnownByHisCertificate() throws Exception {
        assertThat(kubectl("auth", "whoami"))
                .contains("system:admin")
                .contains("system:masters")
                .contains("X509SHA256=");
        assertThat(kubectl("auth", "can-i", "*", "*")).contains("yes");
        assertThat(kubectl("get", "clusterroles")).contains("cluster-admin").contains("CREATED AT");
        assertThat(kubectl("get", "clusterrolebindings", "-o", "wide"))
                .contains("ClusterRole/cluster-admin")
                .contains("system:masters");
    }

    @Test
    void extensionsFindWhoSignsClients() throws Exception {
        assertThat(kubectl(
                        "get",
                        "configmap",
                        "-n",
                        "kube-system",
                        "extension-apiserver-authentication",
                        "-o",
                        "jsonpath={.data.client-ca-file}"))
                .startsWith("-----BEGIN CERTIFICATE-----");
        assertThat(kubectl(
                        "auth",
                        "can-i",
                        "get",
                        "configmap/extension-apiserver-authentication",
                        "-n",
                        "kube-system",
                        "--as=system:kube-scheduler"))
                .contains("yes");
    }

    @Test
    void strangersAreTurnedAwayAndBadTokensToo() throws Exception {
        assertThat(run(
                        "curl",
                        "-sA",
                        PROGRAM,
                        "--cacert",
                        folder.resolve("tls/server-ca.crt").toString(),
                        url + "/api/v1/pods"))
                .contains(
                        "pods is forbidden: User \\\"system:anonymous\\\" cannot list resource \\\"pods\\\" in API group"
                                + " \\\"\\\" at the cluster scope")
                .contains("\"code\":403");
        assertThat(curl("nonsense", "/api/v1/pods")).contains("\"code\":401");
        assertThat(run("curl", "-sk", url + "/readyz")).isEqualTo("ok");
    }

    private static String byCertificate(CertificateAuthority authority, Instant end, String... more) throws Exception {
        KeyPair keys = Keys.generate();
        X509Certificate leaf = authority.sign(new CertificateAuthority.Leaf(
                Subject.of("eve", "system:masters"),
                AltNames.NONE,
                keys.getPublic(),
                List.of(CertificateAuthority.Purpose.CLIENT),
                new CertificateAuthority.Validity(Instant.EPOCH, end)));
        Path crt = Files.writeString(folder.resolve("eve.crt"), Pem.encode(leaf));
        Path key = folder.resolve("eve.key");
        SecretFile.write(key, Keys.pem(keys.getPrivate()));
        List<String> command =
                new ArrayList<>(List.of("curl", "-sA", PROGRAM, "--cert", crt.toString(), "--key", key.toString()));
        command.addAll(List.of("--cacert", folder.resolve("tls/server-ca.crt").toString()));
        command.addAll(List.of(more));
        command.add(url + "/api/v1/namespaces/shop/secrets");
        return run(command.toArray(String[]::new));
    }

    @Test
    void aCertificateOfAnotherAuthorityOrATimeThatIsOverIs401() throws Exception {
        Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
        CertificateAuthority ours = new CertificateAuthority(
                Pem.certificates(Files.readString(folder.resolve("tls/client-ca.crt")))
                        .get(0),
                Keys.privateKey(Files.readString(folder.resolve("tls/client-ca.key"))));
        CertificateAuthority theirs = CertificateAuthority.create(
                "stranger", CertificateAuthority.Validity.of(Instant.EPOCH, tomorrow, Duration.ofDays(1)));
        assertThat(byCertificate(ours, tomorrow)).contains("\"kind\":\"SecretList\"");
        assertThat(byCertificate(theirs, tomorrow))
                .contains("\"reason\":\"Unauthorized\"")
                .contains("\"code\":401");
        assertThat(byCertificate(ours, Instant.now().minusSeconds(1))).contains("\"code\":401");
        String token = kubectl("-n", "shop", "create", "token", "bot").strip();
        assertThat(byCertificate(theirs, tomorrow, "-H", "Authorization: Bearer " + token))
                .contains("User \\\"system:serviceaccount:shop:bot\\\" cannot list");
    }

    /** The answer's code for a way into a pod; the test's server has no kubelets, so who may gets 503. */
    private static String enter(String user, String how) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "-m", "20", "--http1.1", "-o", "/dev/null"));
        command.addAll(List.of("-w", "%{http_code}", "-H", "Impersonate-User: " + user, "-H", "Connection: Upgrade"));
        command.addAll(List.of("--cert", folder.resolve("tls/client-admin.crt").toString()));
        command.addAll(List.of("--key", folder.resolve("tls/client-admin.key").toString()));
        command.addAll(List.of("--cacert", folder.resolve("tls/server-ca.crt").toString()));
        command.addAll(
                how.equals("SPDY/3.1")
                        ? List.of("-X", "POST", "-H", "Upgrade: SPDY/3.1")
                        : List.of("-H", "Upgrade: websocket"));
        command.add(url + "/api/v1/namespaces/shop/pods/web/exec?command=id&stdout=1");
        return run(command.toArray(String[]::new));
    }

    @Test
    void enteringAPodNeedsCreateWhateverTheProtocol() throws Exception {
        for (String verbs : List.of("get", "create", "get,create")) {
            String name = verbs.replace(",", "-");
            kubectl("-n", "shop", "create", "role", name, "--verb=" + verbs, "--resource=pods/exec");
            kubectl("-n", "shop", "create", "rolebinding", name, "--role=" + name, "--user=" + name);
        }
        until(() -> enter("get-create", "websocket"), code -> code.equals("503"));
        until(() -> enter("create", "SPDY/3.1"), code -> code.equals("503"));
        assertThat(enter("get", "SPDY/3.1")).isEqualTo("403");
        assertThat(enter("get", "websocket")).isEqualTo("403");
        assertThat(enter("create", "websocket")).isEqualTo("403");
    }

    /** What a node gets to hear when it is refused. */
    private static String refusedAsNode(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("kubectl", "--kubeconfig", folder.resolve("admin").toString()));
        command.addAll(List.of("--as", "system:node:n1", "--as-group", "system:nodes"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isNotZero();
        return output;
    }

    @Test
    void aNodeIsHeldToItselfAndItsPods() throws Exception {
        apply("""
                apiVersion: v1
                kind: Node
                metadata: {name: n1}
                """);
        kubectl("-n", "shop", "create", "serviceaccount", "on-n1");
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: on-n1, namespace: shop}
                spec:
                  nodeName: n1
                  serviceAccountName: on-n1
                  containers: [{name: c, image: i}]
                """);
        assertThat(refusedAsNode("label", "node", "n1", "node-role.kubernetes.io/control-plane=true"))
                .contains("is not allowed to modify labels: node-role.kubernetes.io/control-plane");
        assertThat(refusedAsNode("get", "pods", "-A")).contains("can only list/watch pods with spec.nodeName");
        assertThat(refusedAsNode("-n", "shop", "create", "token", "bot")).contains("no relationship found between");
        String unbound = until(
                () -> refusedAsNode("-n", "shop", "create", "token", "on-n1"),
                answer -> !answer.contains("no relationship"));
        assertThat(unbound).contains("node requested token not bound to a pod");
        String uid = kubectl("-n", "shop", "get", "pod", "on-n1", "-o", "jsonpath={.metadata.uid}");
        String[] bound = {
            "-n", "shop", "create", "token", "on-n1", "--bound-object-kind", "Pod", "--bound-object-name", "on-n1"
        };
        List<String> other = new ArrayList<>(List.of(bound));
        other.addAll(List.of("--bound-object-uid", uid, "--audience", "elsewhere"));
        assertThat(refusedAsNode(other.toArray(String[]::new)))
                .contains("audience \"elsewhere\" not found in pod spec volume");
        List<String> good = new ArrayList<>(List.of(bound));
        good.addAll(List.of("--bound-object-uid", uid, "--as", "system:node:n1", "--as-group", "system:nodes"));
        assertThat(kubectl(good.toArray(String[]::new))).contains(".");
    }

    @Test
    void aServiceAccountsTokenCarriesItsRightsAndNoMore() throws Exception {
        String token = kubectl("-n", "shop", "create", "token", "bot", "--duration", "10m")
                .strip();
        assertThat(curl(token, "/api/v1/namespaces/shop/pods"))
                .contains("User \\\"system:serviceaccount:shop:bot\\\" cannot list resource \\\"pods\\\"")
                .contains("in the namespace \\\"shop\\\"");
        kubectl("-n", "shop", "create", "rolebinding", "bot-views", "--clusterrole=view", "--serviceaccount=shop:bot");

        until(() -> curl(token, "/api/v1/namespaces/shop/pods"), answer -> answer.contains("\"kind\":\"PodList\""));
        assertThat(curl(token, "/api/v1/namespaces/shop/secrets")).contains("\"code\":403");
        assertThat(curl(token, "/api/v1/namespaces/default/pods")).contains("\"code\":403");
        assertThat(kubectl("auth", "can-i", "--as", "system:serviceaccount:shop:bot", "-n", "shop", "list", "pods"))
                .contains("yes");
        assertThat(kubectl("--token", token, "--server", url, "--kubeconfig", noUser().toString(), "auth", "whoami"))
                .contains("system:serviceaccount:shop:bot")
                .contains("system:serviceaccounts:shop");
    }

    @Test
    void aLegacyTokenSecretIsFilled() throws Exception {
        apply("""
                apiVersion: v1
                kind: Secret
                type: kubernetes.io/service-account-token
                metadata: {name: bot-token, namespace: shop, annotations: {kubernetes.io/service-account.name: bot}}
                """);
        String data = until(
                () -> kubectl("-n", "shop", "get", "secret", "bot-token", "-o", "jsonpath={.data.token}"),
                text -> !text.isEmpty());
        String token = new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
        assertThat(curl(token, "/api/v1/namespaces/shop/secrets")).contains("system:serviceaccount:shop:bot");
    }

    @Test
    void aPersonGetsACertificateByRequestAndApproval() throws Exception {
        KeyPair keys = Keys.generate();
        String pem = CertificateRequest.create(keys, Subject.of("jane", "dev"), AltNames.NONE);
        apply("""
                apiVersion: certificates.k8s.io/v1
                kind: CertificateSigningRequest
                metadata: {name: jane}
                spec:
                  signerName: kubernetes.io/kube-apiserver-client
                  username: system:node:fake
                  expirationSeconds: 86400
                  usages: [client auth]
                  request: %s
                """.formatted(Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII))));
        assertThat(kubectl("get", "csr", "jane"))
                .contains("Pending")
                .contains("system:admin")
                .contains("24h");
        kubectl("certificate", "approve", "jane");
        String certificate = until(
                () -> kubectl("get", "csr", "jane", "-o", "jsonpath={.status.certificate}"), text -> !text.isEmpty());
        assertThat(kubectl("get", "csr", "jane")).contains("Approved,Issued");
        Path crt = folder.resolve("jane.crt");
        Path key = folder.resolve("jane.key");
        Files.write(crt, Base64.getDecoder().decode(certificate));
        SecretFile.write(key, Keys.pem(keys.getPrivate()));

        assertThat(kubectl(
                        "--kubeconfig",
                        noUser().toString(),
                        "--server",
                        url,
                        "--client-certificate",
                        crt.toString(),
                        "--client-key",
                        key.toString(),
                        "auth",
                        "whoami"))
                .contains("jane")
                .contains("dev");
    }

    @Test
    void rulesAreListedForOneself() throws Exception {
        assertThat(kubectl("auth", "can-i", "--list", "--as", "jane"))
                .contains("selfsubjectaccessreviews.authorization.k8s.io")
                .contains("/openapi/*");
    }

    // ---- as a user would

    private static String kubectl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("kubectl", "--cache-dir", folder.resolve("cache").toString()));
        if (!List.of(arguments).contains("--kubeconfig")) {
            command.addAll(List.of("--kubeconfig", folder.resolve("admin").toString()));
        }
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    /** A kubeconfig with the CA and nobody in it. */
    private static Path noUser() throws IOException {
        return Files.writeString(folder.resolve("nobody"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "%s", certificate-authority: "%s"}}]
                contexts: [{name: c, context: {cluster: c}}]
                current-context: c
                """.formatted(url, folder.resolve("tls/server-ca.crt")));
    }

    private static void apply(String yaml) throws Exception {
        Path file = Files.writeString(folder.resolve("object.yaml"), yaml);
        kubectl("create", "--validate=false", "-f", file.toString());
    }

    private static String curl(String token, String path) throws Exception {
        return run(
                "curl",
                "-A",
                PROGRAM,
                "-s",
                "--cacert",
                folder.resolve("tls/server-ca.crt").toString(),
                "-H",
                "Authorization: Bearer " + token,
                url + path);
    }

    @FunctionalInterface
    private interface Probe {
        String ask() throws Exception;
    }

    /** Controllers and informers act in their own time: asks again until it is so; each ask is a whole request. */
    private static String until(Probe probe, Predicate<String> holds) throws Exception {
        String answer = "";
        for (int asked = 0; asked < 200; asked++) {
            answer = probe.ask();
            if (holds.test(answer)) {
                return answer;
            }
        }
        throw new AssertionError("never: " + answer);
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        assertThat(code).as(String.join(" ", command) + "\n" + output).isZero();
        return output;
    }

    private static <T> Future<T> on(Context context, Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(unused -> work.get().onComplete(done));
        return done.future();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** The server's own rights, once it is there. */
    private static final class Late implements Transport {
        private volatile @org.jspecify.annotations.Nullable Transport to;

        private Transport to() {
            return Objects.requireNonNull(to);
        }

        @Override
        public Future<KubeObject> send(ApiCall call) {
            return to().send(call);
        }

        @Override
        public Future<KubeList> list(ApiCall call) {
            return to().list(call);
        }

        @Override
        public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
            return to().watch(call, handler);
        }
    }
}
