package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.X509Exception;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * CertificateSigningRequests: who asks is who is logged in, not what he writes; approval needs {@code approve} and a signature
 * needs {@code sign} on the signer; only approval decides. Upstream's strategy together with its
 * plugins CertificateApproval, CertificateSigning and CertificateSubjectRestriction.
 */
public final class CertificateRules implements Admission {
    private static final String GROUP = "certificates.k8s.io";
    private static final String API_CLIENT = "kubernetes.io/kube-apiserver-client";
    private static final Set<String> DECISIONS = Set.of("Approved", "Denied");

    private final Authorizer authorizer;

    public CertificateRules(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "CertificateRules";
    }

    @Override
    public Future<Void> mutate(Review review) {
        if (!review.resource().equals(Resources.CERTIFICATE_SIGNING_REQUESTS)) {
            return DONE;
        }
        if (review.operation() == Operation.CREATE) {
            identify(Json.child(review.object(), "spec"), review.user());
            return DONE;
        }
        if (review.operation() == Operation.UPDATE && review.old().isPresent()) {
            KubeObject old = review.old().get();
            review.object().set("spec", old.at("spec").deepCopy());
            if (review.subresource().equals("approval")) {
                ObjectNode status =
                        old.at("status").isObject() ? old.at("status").deepCopy() : Json.object();
                JsonNode asked = review.object().path("status").path("conditions");
                status.set("conditions", asked.isArray() ? asked : Json.array());
                review.object().set("status", status);
                conditions(review, old, Set.of());
            } else if (review.subresource().equals("status")) {
                conditions(review, old, DECISIONS);
            }
        }
        return DONE;
    }

    private static void identify(ObjectNode spec, User user) {
        spec.put("username", user.name());
        spec.remove(List.of("uid", "groups", "extra"));
        if (!user.uid().isEmpty()) {
            spec.put("uid", user.uid());
        }
        user.groups().forEach(spec.withArray("groups")::add);
        user.extra().forEach((key, values) -> {
            ArrayNode list = Json.child(spec, "extra").putArray(key);
            values.forEach(list::add);
        });
    }

    /** Takes the request's conditions but for the types that it may not write: these stay as stored. Stamps new ones. */
    private static void conditions(Review review, KubeObject old, Set<String> kept) {
        ArrayNode merged = Json.array();
        for (JsonNode condition : old.at("status", "conditions")) {
            if (kept.contains(Json.text(condition, "type"))) {
                merged.add(condition.deepCopy());
            }
        }
        for (JsonNode condition : review.object().path("status").path("conditions")) {
            if (!kept.contains(Json.text(condition, "type"))) {
                merged.add(stamped(condition, old, review));
            }
        }
        ObjectNode status = Json.child(review.object(), "status");
        if (merged.isEmpty()) {
            status.remove("conditions");
        } else {
            status.set("conditions", merged);
        }
    }

    /** A condition that was so before has been so since then. */
    private static ObjectNode stamped(JsonNode condition, KubeObject old, Review review) {
        ObjectNode stamped = condition.deepCopy();
        String now = review.now().truncatedTo(ChronoUnit.SECONDS).toString();
        if (Json.text(stamped, "lastUpdateTime").isEmpty()) {
            stamped.put("lastUpdateTime", now);
        }
        if (Json.text(stamped, "lastTransitionTime").isEmpty()) {
            String since = Json.items(old.at("status", "conditions")).stream()
                    .filter(was -> was.path("type").equals(condition.path("type"))
                            && was.path("status").equals(condition.path("status")))
                    .map(was -> Json.text(was, "lastTransitionTime"))
                    .findFirst()
                    .orElse(now);
            stamped.put("lastTransitionTime", since);
        }
        return stamped;
    }

    @Override
    public Future<Void> validate(Review review) {
        if (!review.resource().equals(Resources.CERTIFICATE_SIGNING_REQUESTS)) {
            return DONE;
        }
        if (review.operation() == Operation.CREATE) {
            validateRequest(review);
        } else if (review.operation() == Operation.UPDATE && review.old().isPresent()) {
            KubeObject old = review.old().get();
            JsonNode before = old.at("status");
            JsonNode after = review.object().path("status");
            if (review.subresource().equals("approval")) {
                return require(review, old, "approve").compose(unused -> decided(review, before, after));
            }
            if (review.subresource().equals("status") && !before.equals(after)) {
                return require(review, old, "sign").compose(unused -> decided(review, before, after));
            }
        }
        return DONE;
    }

    private static Future<Void> decided(Review review, JsonNode before, JsonNode after) {
        refuse(review, CertificateChecks.status(before, after));
        return DONE;
    }

    private static void validateRequest(Review review) {
        JsonNode spec = review.object().path("spec");
        Causes causes = new Causes();
        try {
            CertificateRequest request = CertificateRequest.parsePem(
                    new String(Base64.getDecoder().decode(Json.text(spec, "request")), StandardCharsets.US_ASCII));
            if (Json.text(spec, "signerName").equals(API_CLIENT)
                    && request.subject().organizations().contains(User.MASTERS)) {
                throw ApiException.forbidden(
                        review.resource(),
                        review.key().name(),
                        "use of " + API_CLIENT + " signer with " + User.MASTERS + " group is not allowed");
            }
        } catch (IllegalArgumentException | X509Exception e) {
            causes.invalid("spec.request", "<request data>", String.valueOf(e.getMessage()));
        }
        refuse(review, causes.addAll(CertificateChecks.spec(spec).list()));
    }

    /** On the signer itself, or on all signers of its domain. */
    private Future<Void> require(Review review, KubeObject request, String verb) {
        String signer = request.text("spec", "signerName");
        String domain = signer.substring(0, Math.max(0, signer.indexOf('/'))) + "/*";
        return may(review.user(), verb, signer)
                .compose(one -> one.allowed() ? Future.succeededFuture(one) : may(review.user(), verb, domain))
                .compose(decision -> decision.allowed()
                        ? DONE
                        : Future.failedFuture(ApiException.forbidden(
                                review.resource(),
                                review.key().name(),
                                "user not permitted to " + verb + " requests with signerName \"" + signer + "\"")));
    }

    private Future<Decision> may(User user, String verb, String signer) {
        return authorizer.authorize(user, Target.of(verb, GROUP, "signers", "", signer));
    }

    private static void refuse(Review review, Causes causes) {
        if (!causes.isEmpty()) {
            throw causes.refusal(review.resource(), review.key().name());
        }
    }
}
