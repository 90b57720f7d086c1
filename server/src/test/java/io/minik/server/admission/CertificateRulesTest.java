package io.minik.server.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Subject;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
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
    private static final User APPROVER = User.system("approver");

    /** Only the approver may approve, only for one signer. */
    private final Authorizer authorizer = asked -> new Decision(
            asked.user().equals(APPROVER)
                            && asked.verb().equals("approve")
                            && asked.resource().equals("signers")
                            && asked.name().equals("kubernetes.io/kube-apiserver-client")
                    ? Outcome.ALLOW
                    : Outcome.NO_OPINION,
            "");

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
        rules.mutate(review(Operation.UPDATE, "status", next, Optional.of(stored), APPROVER));
        assertThat(next.path("status").has("conditions")).isFalse();
    }

    private void admit(Review review) {
        rules.mutate(review);
        rules.validate(review);
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
        return new Review(
                operation,
                Resources.CERTIFICATE_SIGNING_REQUESTS,
                ObjectKey.cluster("r"),
                subresource,
                object,
                old,
                user,
                false,
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
                Effects.after(List.of(), (key, value) -> {}));
    }
}
