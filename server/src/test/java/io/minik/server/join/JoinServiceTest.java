package io.minik.server.join;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiClient;
import io.minik.api.join.ClusterConfig;
import io.minik.api.join.JoinAnswer;
import io.minik.api.join.JoinRequest;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.server.http.TestApi;
import io.minik.server.pki.Pki;
import io.minik.server.pki.PkiConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may become a node, by which names, and that a name stays its machine's. */
class JoinServiceTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T04:00:00Z"));
    private static final ClusterConfig CLUSTER = new ClusterConfig(
            "10.42.0.0/16",
            "10.43.0.0/16",
            "10.43.0.10",
            "cluster.local",
            24,
            List.of("https://192.0.2.10:6443"),
            List.of());
    private static final String PASSWORD = "0123456789abcdef0123456789abcdef";
    private static final String ADDRESS = "192.0.2.21";

    private final KeyPair clientKeys = Keys.generate();
    private final KeyPair servingKeys = Keys.generate();

    @TempDir
    Path folder;

    private TestApi api;
    private Pki pki;
    private JoinService service;

    @BeforeEach
    void start() {
        api = new TestApi();
        pki = Pki.open(
                folder,
                new PkiConfig(
                        "cluster.local",
                        List.of("10.43.0.1"),
                        "box",
                        List.of("192.0.2.10"),
                        List.of("box.example"),
                        CLOCK));
        service = new JoinService(
                api.vertx(), pki, new ApiClient(api.transport(), "minik"), CLUSTER, Optional.of("box"), CLOCK);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void aNodeGetsCertificatesForItsKeysAndNames() throws Exception {
        JoinAnswer answer = join(request("edge-1", PASSWORD, "edge-1", ADDRESS));

        X509Certificate client = only(answer.kubeletClientCertificate());
        client.verify(only(answer.clientCa()).getPublicKey());
        assertThat(client.getPublicKey()).isEqualTo(clientKeys.getPublic());
        assertThat(Subject.of(client)).isEqualTo(Subject.of("system:node:edge-1", "system:nodes"));
        assertThat(AltNames.of(client).isEmpty()).isTrue();
        assertThat(client.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");

        X509Certificate serving = only(answer.kubeletServingCertificate());
        serving.verify(only(answer.serverCa()).getPublicKey());
        assertThat(serving.getPublicKey()).isEqualTo(servingKeys.getPublic());
        assertThat(AltNames.of(serving).dns()).containsExactly("edge-1");
        assertThat(AltNames.of(serving).ips()).containsExactly(ADDRESS);
        assertThat(serving.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(answer.cluster()).isEqualTo(CLUSTER);
    }

    // ---- what a request may hold

    @ParameterizedTest
    @ValueSource(strings = {"", "Edge", "edge_1", "-edge", "edge..1", "edge/../box", "edge\n1"})
    void aNameThatIsNoHostNameIsRefused(String name) {
        assertThatThrownBy(() -> join(new JoinRequest(name, PASSWORD, "", "", List.of())))
                .isInstanceOfSatisfying(
                        ApiException.class, refused -> assertThat(ApiException.is(refused, Reason.BadRequest))
                                .isTrue())
                .hasMessageContaining("must be lower case letters");
    }

    @Test
    void theServersOwnNameIsRefusedToOthersOnly() {
        refused(request("box", PASSWORD, "box"), "is the server's own");
        assertThat(await(service.local().join(request("box", PASSWORD, List.of("192.0.2.10"), "box", "192.0.2.10")))
                        .kubeletServingCertificate())
                .isNotEmpty();
    }

    @Test
    void moreAddressesThanAMachineHasAreRefused() {
        List<String> addresses =
                IntStream.range(0, 33).mapToObj(i -> "192.0.2." + i).toList();
        refused(new JoinRequest("edge-1", PASSWORD, "", "", addresses), "the limit is 32");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "no PEM", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"})
    void whatIsNoRequestIsRefused(String pem) {
        refused(new JoinRequest("edge-1", PASSWORD, pem, pem, List.of()), "certificate request: ");
    }

    /** With a certificate of its own, a node could speak as another, or as an administrator. */
    @Test
    void aSubjectOfSomebodyElseIsRefused() {
        for (Subject other : List.of(
                Subject.of("system:node:edge-2", "system:nodes"),
                Subject.of("system:node:edge-1", "system:nodes", "system:masters"),
                Subject.of("system:node:edge-1"),
                Subject.of("system:admin", "system:masters"))) {
            String strange = CertificateRequest.create(clientKeys, other, AltNames.NONE);
            JoinRequest good = request("edge-1", PASSWORD, "edge-1");
            refused(
                    new JoinRequest("edge-1", PASSWORD, strange, good.kubeletServingCsr(), List.of()),
                    "client request's subject");
            refused(
                    new JoinRequest("edge-1", PASSWORD, good.kubeletClientCsr(), strange, List.of()),
                    "serving request's subject");
        }
    }

    @Test
    void namesThatAreNotTheNodesAreRefused() {
        refused(request("edge-1", PASSWORD, "edge-1", "192.0.2.99"), "names that are not the node's");
        refused(request("edge-1", PASSWORD, "edge-2"), "names that are not the node's");
        JoinRequest good = request("edge-1", PASSWORD, "edge-1");
        refused(
                new JoinRequest("edge-1", PASSWORD, good.kubeletServingCsr(), good.kubeletServingCsr(), List.of()),
                "client request has alternative names");
    }

    /** Kubelets' certificates come from the authority that clients trust for the API server. */
    @Test
    void theApiServersNamesAreForItsMachineOnly() {
        for (String name : List.of("kubernetes", "kubernetes.default.svc", "localhost", "box.example")) {
            refused(request(name, PASSWORD, name), "is a name of the API server");
        }
        for (String address : List.of("10.43.0.1", "192.0.2.10", "127.0.0.1", "::1")) {
            JoinRequest asking = claiming(address);
            refused(asking, "is an address of the API server");
            assertThat(await(service.join(asking, true)).kubeletServingCertificate())
                    .isNotEmpty();
        }
    }

    // ---- a name stays its machine's

    @Test
    void aNodeComesBackWithItsPassword() {
        join(request("edge-1", PASSWORD, "edge-1"));
        assertThat(join(request("edge-1", PASSWORD, "edge-1")).clientCa()).isNotEmpty();
    }

    @Test
    void anotherMachineTakesNobodysName() {
        join(request("edge-1", PASSWORD, "edge-1"));
        node("edge-1");
        assertThatThrownBy(() -> join(request("edge-1", "another-password-16", "edge-1")))
                .isInstanceOfSatisfying(
                        ApiException.class, refused -> assertThat(ApiException.is(refused, Reason.Forbidden))
                                .isTrue())
                .hasMessageContaining("kubectl delete node edge-1");
    }

    /** The rightful machine keeps its name, also when somebody tried to take it. */
    @Test
    void aRefusedMachineChangesNothing() {
        join(request("edge-1", PASSWORD, "edge-1"));
        node("edge-1");
        assertThatThrownBy(() -> join(request("edge-1", "another-password-16", "edge-1")))
                .isInstanceOf(ApiException.class);
        assertThat(join(request("edge-1", PASSWORD, "edge-1")).clientCa()).isNotEmpty();
    }

    @Test
    void aDeletedNodesNameIsFree() {
        join(request("edge-1", PASSWORD, "edge-1"));
        node("edge-1");
        api.delete(Resources.NODES, ObjectKey.cluster("edge-1"), "{}");
        assertThat(join(request("edge-1", "another-password-16", "edge-1")).clientCa())
                .isNotEmpty();
        node("edge-1");
        assertThatThrownBy(() -> join(request("edge-1", PASSWORD, "edge-1")))
                .hasMessageContaining("is known with another password");
    }

    @Test
    void aShortPasswordIsRefused() {
        refused(request("edge-1", "0123456789abcde", "edge-1"), "less than 16 characters");
    }

    @Test
    void thePasswordIsNowhereInTheSecret() {
        join(request("edge-1", PASSWORD, "edge-1"));
        KubeObject secret = api.get(Resources.SECRETS, "kube-system", "edge-1.node-password.minik");
        String hash = new String(Base64.getDecoder().decode(secret.text("data", "hash")), StandardCharsets.US_ASCII);
        assertThat(hash).matches("[0-9a-f]{32}:[0-9a-f]{64}").doesNotContain(PASSWORD);
        assertThat(new String(secret.bytes(), StandardCharsets.UTF_8)).doesNotContain(PASSWORD);
    }

    /** A record that somebody broke lets nobody in, until the node is deleted. */
    @ParameterizedTest
    @ValueSource(strings = {"", "!", "bm9uZQ==", "OjphYg==", "eno6YWI="})
    void aBrokenRecordMatchesNobody(String hash) {
        join(request("edge-1", PASSWORD, "edge-1"));
        node("edge-1");
        KubeObject secret = api.get(Resources.SECRETS, "kube-system", "edge-1.node-password.minik");
        api.delete(Resources.SECRETS, secret.key(), "{}");
        if (!hash.equals("!")) {
            api.create(
                    Resources.SECRETS,
                    "kube-system",
                    "{'metadata':{'name':'edge-1.node-password.minik'},'data':{'hash':'" + hash + "'}}");
        } else {
            api.create(Resources.SECRETS, "kube-system", "{'metadata':{'name':'edge-1.node-password.minik'}}");
        }
        assertThatThrownBy(() -> join(request("edge-1", PASSWORD, "edge-1")))
                .hasMessageContaining("is known with another password");
    }

    private JoinAnswer join(JoinRequest request) {
        return await(service.join(request, false));
    }

    private void refused(JoinRequest request, String why) {
        assertThatThrownBy(() -> join(request))
                .isInstanceOfSatisfying(
                        ApiException.class, refused -> assertThat(ApiException.is(refused, Reason.BadRequest))
                                .isTrue())
                .hasMessageContaining(why);
    }

    private void node(String name) {
        api.create(Resources.NODES, "", "{'metadata':{'name':'" + name + "'}}");
    }

    /** A node that has one address, and asks for a certificate with these names. */
    private JoinRequest request(String name, String password, String... names) {
        return request(name, password, List.of(ADDRESS), names);
    }

    /** A node that says this address is one of its own. */
    private JoinRequest claiming(String address) {
        return request("edge-1", PASSWORD, List.of(ADDRESS, address), "edge-1", address);
    }

    private JoinRequest request(String name, String password, List<String> addresses, String... names) {
        Subject subject = Subject.of("system:node:" + name, "system:nodes");
        return new JoinRequest(
                name,
                password,
                CertificateRequest.create(clientKeys, subject, AltNames.NONE),
                CertificateRequest.create(servingKeys, subject, AltNames.of(List.of(names))),
                addresses);
    }

    private static X509Certificate only(String pem) {
        List<X509Certificate> certificates = Pem.certificates(pem);
        assertThat(certificates).hasSize(1);
        return certificates.get(0);
    }
}
