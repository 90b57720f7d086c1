package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Cause;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.X509Exception;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Attributes;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
    private static final long MIN_SECONDS = 600;
    private static final Set<String> DECISIONS = Set.of("Approved", "Denied");
    private static final Set<String> LASTING = Set.of("Approved", "Denied", "Failed");

    private final Authorizer authorizer;

    public CertificateRules(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "CertificateRules";
    }

    @Override
    public void mutate(Review review) {
        if (!review.resource().equals(Resources.CERTIFICATE_SIGNING_REQUESTS)) {
            return;
        }
        if (review.operation() == Operation.CREATE) {
            identify(Json.child(review.object(), "spec"), review.user());
            return;
        }
        if (review.operation() == Operation.UPDATE && review.old().isPresent()) {
            KubeObject old = review.old().get();
            review.object().set("spec", old.at("spec").deepCopy());
            if (review.subresource().equals("approval")) {
                conditions(review, old, Set.of());
            } else if (review.subresource().equals("status")) {
                conditions(review, old, DECISIONS);
            }
        }
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
    public void validate(Review review) {
        if (!review.resource().equals(Resources.CERTIFICATE_SIGNING_REQUESTS)) {
            return;
        }
        if (review.operation() == Operation.CREATE) {
            validateRequest(review);
        } else if (review.operation() == Operation.UPDATE && review.old().isPresent()) {
            KubeObject old = review.old().get();
            JsonNode before = old.at("status");
            JsonNode after = review.object().path("status");
            if (review.subresource().equals("approval")) {
                require(review, old, "approve", "approve");
                validateConditions(review, after);
            } else if (review.subresource().equals("status") && !before.equals(after)) {
                require(review, old, "sign", "sign");
                validateConditions(review, after);
                validateCertificate(review, before, after);
            }
        }
    }

    private static void validateRequest(Review review) {
        JsonNode spec = review.object().path("spec");
        List<Cause> causes = new ArrayList<>();
        String signer = Json.text(spec, "signerName");
        if (signer.isEmpty()) {
            causes.add(new Cause("FieldValueRequired", "Required value", "spec.signerName"));
        } else if (signer.indexOf('/') < 1) {
            causes.add(invalid(
                    "spec.signerName",
                    "\"" + signer + "\"",
                    "must be a fully qualified domain and path of" + " the form 'example.com/signer-name'"));
        }
        JsonNode seconds = spec.path("expirationSeconds");
        if (seconds.isNumber() && seconds.longValue() < MIN_SECONDS) {
            causes.add(invalid(
                    "spec.expirationSeconds",
                    seconds.asText(),
                    "may not specify a duration less than 600 seconds (10" + " minutes)"));
        }
        if (spec.path("usages").isEmpty()) {
            causes.add(new Cause("FieldValueRequired", "Required value", "spec.usages"));
        }
        try {
            CertificateRequest request = CertificateRequest.parsePem(
                    new String(Base64.getDecoder().decode(Json.text(spec, "request")), StandardCharsets.US_ASCII));
            if (signer.equals(API_CLIENT) && request.subject().organizations().contains(User.MASTERS)) {
                throw ApiException.forbidden(
                        review.resource(),
                        review.key().name(),
                        "use of " + API_CLIENT + " signer with " + User.MASTERS + " group is not allowed");
            }
        } catch (IllegalArgumentException | X509Exception e) {
            causes.add(invalid("spec.request", "[...]", String.valueOf(e.getMessage())));
        }
        refuse(review, causes);
    }

    private static void validateConditions(Review review, JsonNode status) {
        boolean approved = has(status, "Approved");
        boolean denied = has(status, "Denied");
        if (approved && denied) {
            refuse(
                    review,
                    List.of(invalid(
                            "status.conditions",
                            "\"Denied\"",
                            "Approved and Denied conditions are mutually exclusive")));
        }
        for (JsonNode decision :
                review.old().map(old -> old.at("status", "conditions")).orElseThrow()) {
            String type = Json.text(decision, "type");
            if (LASTING.contains(type) && !has(status, type)) {
                refuse(
                        review,
                        List.of(new Cause(
                                "FieldValueForbidden",
                                "Forbidden: updates may not remove a condition of type \"" + type + "\"",
                                "status.conditions")));
            }
        }
    }

    private static void validateCertificate(Review review, JsonNode before, JsonNode after) {
        String present = Json.text(before, "certificate");
        if (!present.isEmpty() && !present.equals(Json.text(after, "certificate"))) {
            refuse(
                    review,
                    List.of(new Cause(
                            "FieldValueForbidden",
                            "Forbidden: updates may not modify existing certificate content",
                            "status.certificate")));
        }
    }

    private static boolean has(JsonNode status, String type) {
        for (JsonNode condition : status.path("conditions")) {
            if (Json.text(condition, "type").equals(type)) {
                return true;
            }
        }
        return false;
    }

    /** On the signer itself, or on all signers of its domain. */
    private void require(Review review, KubeObject request, String verb, String word) {
        String signer = request.text("spec", "signerName");
        String domain = signer.substring(0, Math.max(0, signer.indexOf('/'))) + "/*";
        if (!may(review.user(), verb, signer) && !may(review.user(), verb, domain)) {
            throw ApiException.forbidden(
                    review.resource(),
                    review.key().name(),
                    "user not permitted to " + word + " requests with signerName \"" + signer + "\"");
        }
    }

    private boolean may(User user, String verb, String signer) {
        return authorizer
                .authorize(new Attributes(user, verb, GROUP, "*", "signers", "", "", signer, true, ""))
                .allowed();
    }

    private static Cause invalid(String field, String value, String why) {
        return new Cause("FieldValueInvalid", "Invalid value: " + value + ": " + why, field);
    }

    private static void refuse(Review review, List<Cause> causes) {
        if (!causes.isEmpty()) {
            throw ApiException.invalid(review.resource(), review.key().name(), causes);
        }
    }
}
