package io.minik.server.reviews;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiClient;
import io.minik.api.client.Informers;
import io.minik.api.client.TestApi;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.TestLoop;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.server.authz.Rbac;
import io.minik.server.authz.RoleBootstrap;
import io.minik.server.pki.Pki;
import io.minik.server.pki.PkiConfig;
import io.minik.server.simulation.DrivenLoop;
import io.minik.server.simulation.SimulatedTime;
import io.minik.server.simulation.StoredApi;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateSignerTest {
    @TempDir
    Path folder;

    private final SimulatedTime time = new SimulatedTime(1);
    private final TestLoop loop = new DrivenLoop(time);
    private final TestApi api = new StoredApi(time);
    private final ApiClient client = new ApiClient(api, "test");
    private final Informers informers = new Informers(loop, client);
    private final Rbac rbac = new Rbac(informers, true);

    @BeforeEach
    void start() {
        new RoleBootstrap(client).start();
        rbac.start();
        Pki pki = Pki.open(folder, new PkiConfig("cluster.local", List.of(), "h", List.of(), List.of(), loop::now));
        new CertificateSigner(loop, informers, client, pki, rbac.authorizer()).start();
        loop.settle();
    }

    @Test
    void aNodeRenewsItsClientCertificateByItself() {
        KubeObject request = submit(
                "kubernetes.io/kube-apiserver-client-kubelet",
                "client auth",
                "system:node:n1",
                Subject.of("system:node:n1", "system:nodes"),
                AltNames.NONE,
                "system:nodes");

        assertThat(condition(request)).isEqualTo("Approved");
        assertThat(Subject.of(certificate(request))).isEqualTo(Subject.of("system:node:n1", "system:nodes"));
    }

    @Test
    void nobodyElseGetsANodesCertificateByHimself() {
        KubeObject request = submit(
                "kubernetes.io/kube-apiserver-client-kubelet",
                "client auth",
                "jane",
                Subject.of("system:node:n1", "system:nodes"),
                AltNames.NONE,
                "dev");

        assertThat(condition(request)).isEmpty();
        assertThat(request.text("status", "certificate")).isEmpty();
    }

    @Test
    void aPersonsRequestWaitsForApprovalAndIsThenSignedForAsLongAsAsked() {
        KubeObject request = submit(
                "kubernetes.io/kube-apiserver-client",
                "client auth",
                "jane",
                Subject.of("jane", "dev"),
                AltNames.NONE,
                "dev");
        assertThat(request.text("status", "certificate")).isEmpty();

        approve(request);

        KubeObject signed = api.require(Resources.CERTIFICATE_SIGNING_REQUESTS, request.key());
        X509Certificate certificate = certificate(signed);
        assertThat(Subject.of(certificate)).isEqualTo(Subject.of("jane", "dev"));
        assertThat(Duration.between(loop.now(), certificate.getNotAfter().toInstant())
                        .toHours())
                .isLessThanOrEqualTo(24);
        loop.advance(Duration.ofHours(2));
        loop.settle();
        assertThat(api.find(Resources.CERTIFICATE_SIGNING_REQUESTS, request.key()))
                .isEmpty();
    }

    @Test
    void mastersAreNeverMadeByRequest() {
        KubeObject request = submit(
                "kubernetes.io/kube-apiserver-client",
                "client auth",
                "jane",
                Subject.of("jane", "system:masters"),
                AltNames.NONE,
                "dev");
        approve(request);

        KubeObject failed = api.require(Resources.CERTIFICATE_SIGNING_REQUESTS, request.key());
        assertThat(failed.text("status", "certificate")).isEmpty();
        assertThat(failed.at("status", "conditions").toString())
                .contains("Failed")
                .contains("SignerValidationFailure");
    }

    @Test
    void servingCertificatesOfKubeletsKeepTheirNames() {
        KubeObject request = submit(
                "kubernetes.io/kubelet-serving",
                "server auth",
                "system:node:n1",
                Subject.of("system:node:n1", "system:nodes"),
                AltNames.of(List.of("n1", "192.0.2.1")),
                "system:nodes");
        approve(request);

        assertThat(AltNames.of(certificate(api.require(Resources.CERTIFICATE_SIGNING_REQUESTS, request.key())))
                        .ips())
                .containsExactly("192.0.2.1");
    }

    @Test
    void requestsForOtherSignersAreLeftAlone() {
        KubeObject request =
                submit("kubernetes.io/legacy-unknown", "client auth", "jane", Subject.of("jane"), AltNames.NONE, "dev");
        approve(request);

        assertThat(api.require(Resources.CERTIFICATE_SIGNING_REQUESTS, request.key())
                        .at("status", "certificate")
                        .isMissingNode())
                .isTrue();
    }

    private KubeObject submit(String signer, String usage, String user, Subject subject, AltNames names, String group) {
        String pem = CertificateRequest.create(Keys.generate(), subject, names);
        api.put(
                Resources.CERTIFICATE_SIGNING_REQUESTS,
                KubeObject.named(
                        "certificates.k8s.io/v1", "CertificateSigningRequest", ObjectKey.cluster("r"), tree -> {
                            Json.child(tree, "metadata")
                                    .put("creationTimestamp", loop.now().toString());
                            var spec = Json.child(tree, "spec")
                                    .put("signerName", signer)
                                    .put("username", user)
                                    .put("expirationSeconds", 86400)
                                    .put(
                                            "request",
                                            Base64.getEncoder()
                                                    .encodeToString(pem.getBytes(StandardCharsets.US_ASCII)));
                            spec.putArray("groups").add(group);
                            spec.putArray("usages").add("digital signature").add(usage);
                        }));
        loop.settle();
        return api.require(Resources.CERTIFICATE_SIGNING_REQUESTS, ObjectKey.cluster("r"));
    }

    private void approve(KubeObject request) {
        api.edit(Resources.CERTIFICATE_SIGNING_REQUESTS, request.key(), tree -> Json.child(tree, "status")
                .withArray("conditions")
                .addObject()
                .put("type", "Approved")
                .put("lastUpdateTime", loop.now().toString()));
        loop.settle();
    }

    private static String condition(KubeObject request) {
        return Json.text(request.at("status", "conditions").path(0), "type");
    }

    private static X509Certificate certificate(KubeObject request) {
        byte[] pem = Base64.getDecoder().decode(request.text("status", "certificate"));
        return Pem.certificates(new String(pem, StandardCharsets.US_ASCII)).get(0);
    }
}
