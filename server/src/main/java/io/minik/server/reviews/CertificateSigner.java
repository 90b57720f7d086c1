package io.minik.server.reviews;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.loop.Seconds;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Leaf;
import io.minik.ground.tls.CertificateAuthority.Validity;
import io.minik.ground.tls.CertificateRequest;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.X509Exception;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.pki.Pki;
import io.minik.server.request.Target;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Approves nodes' own client requests, signs what is approved for the three API server signers, forgets old requests.
 *
 * <pre>
 *   pending --approve (a person, or us for nodes)--> approved --sign--> issued --1 h--> deleted
 *      |                                                |
 *      +--deny--> denied --1 h--> deleted               +--not what the signer allows--> failed --1 h--> deleted
 *      +--24 h--> deleted
 * </pre>
 */
public final class CertificateSigner implements Controller {
    private static final int CONCURRENCY = 2;
    private static final Duration DONE_KEPT = Duration.ofHours(1);
    private static final Duration PENDING_KEPT = Duration.ofHours(24);
    /** kube-controller-manager's --cluster-signing-duration. */
    private static final Duration LONGEST = Duration.ofDays(365);
    /** Clocks of those who ask may be behind. */
    private static final Duration BACKDATED = Duration.ofMinutes(5);

    private final ApiClient client;
    private final Pki pki;
    private final Authorizer authorizer;
    private final Loop on;
    private final Informer requests;
    private final ReconcileLoop work;

    /** @param informers of the same loop */
    public CertificateSigner(Loop on, Informers informers, ApiClient client, Pki pki, Authorizer authorizer) {
        this.client = client;
        this.pki = pki;
        this.authorizer = authorizer;
        this.on = on;
        this.requests = informers.of(Resources.CERTIFICATE_SIGNING_REQUESTS);
        this.work = new ReconcileLoop("certificate-signer", on, CONCURRENCY, this::reconcile).watch(requests);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = requests.get(key);
        if (found.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        KubeObject request = found.get();
        boolean approved = has(request, "Approved");
        boolean ended = has(request, "Denied")
                || has(request, "Failed")
                || !request.text("status", "certificate").isEmpty();
        Duration kept = ended ? DONE_KEPT : PENDING_KEPT;
        Duration left = Duration.between(on.now(), since(request).plus(kept));
        if (left.isNegative() || left.isZero()) {
            return settled(
                    client.delete(Resources.CERTIFICATE_SIGNING_REQUESTS, key, DeleteOptions.onlyIf(request.uid())));
        }
        if (ended) {
            return Future.succeededFuture(Optional.of(left));
        }
        if (approved) {
            return sign(request);
        }
        return mayApprove(request).compose(may -> may ? approve(request) : Future.succeededFuture(Optional.of(left)));
    }

    // ---- approve

    private Future<Boolean> mayApprove(KubeObject request) {
        if (SignerRules.of(request.text("spec", "signerName"))
                .filter(rules -> rules == SignerRules.KUBELET_CLIENT)
                .isEmpty()) {
            return Future.succeededFuture(false);
        }
        try {
            CertificateRequest wanted = parse(request);
            if (SignerRules.KUBELET_CLIENT.objection(wanted, usages(request)).isPresent()) {
                return Future.succeededFuture(false);
            }
            User user = userOf(request);
            String subresource = wanted.subject().commonName().equals(user.name()) ? "selfnodeclient" : "nodeclient";
            Target create = Target.of("create", "certificates.k8s.io", "certificatesigningrequests", "", "");
            return authorizer.authorize(user, create.part(subresource)).map(Decision::allowed);
        } catch (X509Exception e) {
            return Future.succeededFuture(false);
        }
    }

    private Future<Optional<Duration>> approve(KubeObject request) {
        return condition(
                request,
                "approval",
                "Approved",
                "AutoApproved",
                "Auto approving kubelet client certificate after SubjectAccessReview.");
    }

    // ---- sign

    private Future<Optional<Duration>> sign(KubeObject request) {
        Optional<SignerRules> rules = SignerRules.of(request.text("spec", "signerName"));
        if (rules.isEmpty()) {
            // Another signer's: its own controller answers.
            return Future.succeededFuture(Optional.empty());
        }
        try {
            CertificateRequest wanted = parse(request);
            Optional<String> objection = rules.get().objection(wanted, usages(request));
            return objection.isPresent()
                    ? fail(request, objection.get())
                    : issue(request, certificate(request, wanted, rules.get()));
        } catch (X509Exception e) {
            return fail(request, String.valueOf(e.getMessage()));
        }
    }

    private String certificate(KubeObject request, CertificateRequest wanted, SignerRules rules) {
        CertificateAuthority authority = rules == SignerRules.KUBELET_SERVING ? pki.serverCa() : pki.clientCa();
        Duration asked =
                Seconds.duration(Json.longOr(LONGEST.toSeconds(), request.tree(), "spec", "expirationSeconds"));
        Duration length = asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
        Instant now = on.now();
        return Pem.encode(authority.sign(new Leaf(
                wanted.subject(),
                wanted.altNames(),
                wanted.publicKey(),
                List.of(rules.purpose()),
                Validity.of(now.minus(BACKDATED), now, length))));
    }

    private Future<Optional<Duration>> issue(KubeObject request, String pem) {
        return settled(client.update(
                Resources.CERTIFICATE_SIGNING_REQUESTS,
                request.edit(tree -> Json.child(tree, "status")
                        .put(
                                "certificate",
                                Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)))),
                "status"));
    }

    private Future<Optional<Duration>> fail(KubeObject request, String why) {
        return condition(request, "status", "Failed", "SignerValidationFailure", why);
    }

    private Future<Optional<Duration>> condition(
            KubeObject request, String subresource, String type, String reason, String message) {
        String now = on.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return settled(client.update(
                Resources.CERTIFICATE_SIGNING_REQUESTS,
                request.edit(tree -> Json.child(tree, "status")
                        .withArray("conditions")
                        .addObject()
                        .put("type", type)
                        .put("status", "True")
                        .put("reason", reason)
                        .put("message", message)
                        .put("lastUpdateTime", now)
                        .put("lastTransitionTime", now)),
                subresource));
    }

    private static Future<Optional<Duration>> settled(Future<KubeObject> written) {
        return written.<Optional<Duration>>map(Optional.empty())
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(error));
    }

    // ---- reading

    private static CertificateRequest parse(KubeObject request) {
        try {
            return CertificateRequest.parsePem(
                    new String(Base64.getDecoder().decode(request.text("spec", "request")), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new X509Exception("spec.request is not base64", e);
        }
    }

    private static List<String> usages(KubeObject request) {
        return Json.stringList(request.tree(), "spec", "usages");
    }

    private static User userOf(KubeObject request) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        request.at("spec", "extra")
                .properties()
                .forEach(entry -> extra.put(entry.getKey(), List.copyOf(Json.stringList(entry.getValue()))));
        return new User(
                request.text("spec", "username"),
                request.text("spec", "uid"),
                List.copyOf(Json.stringList(request.tree(), "spec", "groups")),
                extra);
    }

    private static boolean has(KubeObject request, String condition) {
        for (JsonNode present : request.at("status", "conditions")) {
            if (Json.text(present, "type").equals(condition)) {
                return true;
            }
        }
        return false;
    }

    /** Of the last condition, or of creation. */
    private Instant since(KubeObject request) {
        String last = request.meta().creationTimestamp();
        for (JsonNode condition : request.at("status", "conditions")) {
            last = Json.textOr(last, condition, "lastUpdateTime");
        }
        try {
            return Instant.parse(last);
        } catch (DateTimeException e) {
            return on.now();
        }
    }
}
