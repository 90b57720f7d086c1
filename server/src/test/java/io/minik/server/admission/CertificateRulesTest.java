package io.minik.server.admission;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Subject;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.server.request.Request;
import io.minik.server.request.Requester;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CertificateRulesTest {
    private static final User JANE = new User("jane", "7", List.of("dev"), Map.of("k", List.of("v")));
    private static final KindRow KIND = Schema.load().kind(Resources.CERTIFICATE_SIGNING_REQUESTS);
    private static final User APPROVER = User.system("approver");

    /** Only the approver may approve, only for one signer. */
    private final Authorizer authorizer = (user, asked) -> Future.succeededFuture(new Decision(
            user.equals(APPROVER)
                            && asked.verb().equals("approve")
                            && asked.resource().equals("signers")
                            && asked.name().equals("kubernetes.io/kube-apiserver-client")
                    ? Outcome.ALLOW
                    : Outcome.NO_OPINION,
            ""));

    private final CertificateRules rules = new CertificateRules(authorizer);

    @Test
    void whoAsksIsWhoIsLoggedIn() {
        ObjectNode request = request("jane", "dev");
        Json.child(request, "spec")
                .put("username", "system:node:n1")
                .putArray("groups")
                .add("system:nodes");

        admit(review(Operation.CREATE, "", request, Optional.empty(), JANE));

        assertThat(Json.text(request, "spec", "username")).isEqualTo("jane");
        assertThat(Json.stringList(request, "spec", "groups")).containsExactly("dev");
        assertThat(Json.stringList(request, "spec", "extra", "k")).containsExactly("v");
    }

    @Test
    void mastersAndBrokenRequestsAreRefused() {
        assertThatThrownBy(() ->
                        admit(review(Operation.CREATE, "", request("jane", "system:masters"), Optional.empty(), JANE)))
                .hasMessageContaining("signer with system:masters group is not allowed");
        ObjectNode broken = request("jane", "dev");
        Json.child(broken, "spec").put("request", "AAAA").put("expirationSeconds", 5);
        assertThatThrownBy(() -> admit(review(Operation.CREATE, "", broken, Optional.empty(), JANE)))
                .hasMessageContaining("spec.request: Invalid value")
                .hasMessageContaining("spec.expirationSeconds: Invalid value: 5");
    }

    @Test
    void approvalNeedsTheSignersPermissionAndWritesAnyCondition() {
        KubeObject stored = KubeObject.of(request("jane", "dev"));
        ObjectNode next = stored.tree().deepCopy();
        next.putObject("spec").put("username", "other");
        ObjectNode status = next.putObject("status").put("certificate", "x");
        status.putArray("conditions").addObject().put("type", "Approved").put("status", "True");
        status.withArray("conditions").addObject().put("type", "Failed").put("status", "True");

        assertThatThrownBy(
                        () -> admit(review(Operation.UPDATE, "approval", next.deepCopy(), Optional.of(stored), JANE)))
                .hasMessageContaining(
                        "user not permitted to approve requests with signerName \"kubernetes.io/kube-apiserver-client\"");
        admit(review(Operation.UPDATE, "approval", next, Optional.of(stored), APPROVER));
        assertThat(next.path("spec")).isEqualTo(stored.at("spec"));
        assertThat(next.path("status").path("conditions").toString())
                .contains("Approved")
                .contains("lastUpdateTime")
                .contains("Failed");
    }

    @Test
    void aStatusWriteNeedsTheRightToSignAndCannotApprove() {
        KubeObject stored = KubeObject.of(request("jane", "dev"));
        ObjectNode next = stored.tree().deepCopy();
        next.putObject("status").putArray("conditions").addObject().put("type", "Approved");
        next.withObject("/status").put("certificate", "x");

        assertThatThrownBy(
                        () -> admit(review(Operation.UPDATE, "status", next.deepCopy(), Optional.of(stored), APPROVER)))
                .hasMessageContaining("not permitted to sign");
        await(rules.mutate(review(Operation.UPDATE, "status", next, Optional.of(stored), APPROVER)));
        assertThat(next.path("status").has("conditions")).isFalse();
    }

    @Test
    void whatIsAskedForMustMakeSense() {
        assertThat(told(CertificateChecks.spec(json("""
                {"signerName":"nodots","usages":["client auth","bogus","client auth"],"expirationSeconds":599}"""))))
                .containsExactly(
                        "spec.usages[1]: Unsupported value: \"bogus\": supported values: \"any\", \"cert sign\", \"client"
                                + " auth\", \"code signing\", \"content commitment\", \"crl sign\", \"data encipherment\","
                                + " \"decipher only\", \"digital signature\", \"email protection\", \"encipher only\","
                                + " \"ipsec end system\", \"ipsec tunnel\", \"ipsec user\", \"key agreement\","
                                + " \"key encipherment\", \"microsoft sgc\", \"netscape sgc\", \"ocsp signing\","
                                + " \"s/mime\", \"server auth\", \"signing\", \"timestamping\"",
                        "spec.usages[2]: Duplicate value: \"client auth\"",
                        "spec.signerName: Invalid value: \"nodots\": must be a fully qualified domain and path of the form"
                                + " 'example.com/signer-name'",
                        "spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds"
                                + " (10 minutes)");
        assertThat(told(CertificateChecks.spec(json("{\"signerName\":\"kubernetes.io/legacy-unknown\"}"))))
                .containsExactly(
                        "spec.usages: Required value",
                        "spec.signerName: Invalid value: \"kubernetes.io/legacy-unknown\": the legacy signerName is not"
                                + " allowed via this API version");
    }

    @Test
    void whatIsSaidOfARequestMustMakeSense() {
        ObjectNode approved = json("{\"conditions\":[{\"type\":\"Approved\",\"status\":\"True\"}]}");
        assertThat(told(CertificateChecks.status(json("{}"), approved))).isEmpty();
        assertThat(told(CertificateChecks.status(approved, json("{\"conditions\":[]}"))))
                .containsExactly(
                        "status.conditions: Forbidden: updates may not remove a condition of type \"Approved\"");
        assertThat(told(CertificateChecks.status(json("{}"), json("""
                {"conditions":[{"type":"Approved","status":"False"},{"type":"Denied","status":"True"},{"type":"Foo"},
                 {"status":"Maybe"},{"type":"Foo","status":"Unknown"}]}"""))))
                .containsExactly(
                        "status.conditions[0].status: Unsupported value: \"False\": supported values: \"True\"",
                        "status.conditions[1].type: Invalid value: \"Denied\": Approved and Denied conditions are mutually"
                                + " exclusive",
                        "status.conditions[2].status: Required value",
                        "status.conditions[3].type: Required value",
                        "status.conditions[3].status: Unsupported value: \"Maybe\": supported values: \"False\", \"True\","
                                + " \"Unknown\"",
                        "status.conditions[4].type: Duplicate value: \"Foo\"");
    }

    @Test
    void aCertificateIsOneAndStays() {
        CertificateAuthority authority = CertificateAuthority.create(
                "ca",
                new CertificateAuthority.Validity(
                        Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2027-01-01T00:00:00Z")));
        assertThat(certificate("{}", authority.pem())).isEmpty();
        String invalid = "status.certificate: Invalid value: \"<certificate data>\": ";
        assertThat(certificate("{}", "foo"))
                .containsExactly(invalid + "must contain at least one CERTIFICATE PEM block");
        assertThat(certificate("{}", authority.pem() + "-----BEGIN KEY-----\nAAAA\n-----END KEY-----\n"))
                .containsExactly(invalid + "only CERTIFICATE PEM blocks are allowed, found \"KEY\"");
        assertThat(certificate("{\"certificate\":\"Zm9v\"}", authority.pem()))
                .containsExactly("status.certificate: Forbidden: updates may not modify existing certificate content");
        assertThat(certificate("{\"certificate\":\"Zm9v\"}", "foo")).isEmpty();
    }

    private static List<String> certificate(String before, String pem) {
        String said = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
        return told(CertificateChecks.status(json(before), Json.object().put("certificate", said)));
    }

    private static ObjectNode json(String text) {
        return Json.parseObject(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> told(Causes causes) {
        return causes.list().stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    private void admit(Review review) {
        await(rules.mutate(review));
        await(rules.validate(review));
    }

    private static ObjectNode request(String user, String group) {
        String pem = CertificateRequest.create(Keys.generate(), Subject.of(user, group), AltNames.NONE);
        ObjectNode tree = Json.object();
        ObjectNode spec = tree.putObject("spec")
                .put("signerName", "kubernetes.io/kube-apiserver-client")
                .put("request", Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)));
        spec.putArray("usages").add("client auth");
        return tree;
    }

    private static Review review(
            Operation operation, String subresource, ObjectNode object, Optional<KubeObject> old, User user) {
        Request request = new Request(
                operation == Operation.CREATE ? Verb.CREATE : Verb.UPDATE,
                KIND,
                ObjectKey.cluster("r"),
                subresource,
                Map.of(),
                Requester.room(user),
                Request.Body.NONE);
        return new Review(
                operation,
                request,
                request.key(),
                object,
                old,
                Instant.parse("2026-11-21T05:00:00Z"),
                new Lookup() {
                    @Override
                    public Future<Void> arrival(Resource resource, ObjectKey key) {
                        return Future.succeededFuture();
                    }

                    @Override
                    public Optional<KubeObject> find(Resource resource, ObjectKey key) {
                        return Optional.empty();
                    }

                    @Override
                    public Collection<KubeObject> list(Resource resource, String namespace) {
                        return List.of();
                    }
                },
                Effects.after(List.of()));
    }
}
