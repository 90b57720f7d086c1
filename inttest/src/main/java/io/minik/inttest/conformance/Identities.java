package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.inttest.conformance.Run.Place;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.util.Base64;

/** Accounts, their tokens and who may what; certificates that are asked for. */
final class Identities {
    private static final Duration SOON = Duration.ofSeconds(20);
    /** For CN=someone, made with openssl once. */
    private static final String REQUEST =
            "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITk1IUUNBUUF3RWpFUU1BNEdBMVVFQXd3SGMyOXRaVzl1WlRCWk1CTUdCeXFHU000OUFnRUdDQ3FHU000OQpBd0VIQTBJQUJJZ3ZwOW5yZjdFaG42NzVneG9kNExEYlJOUFZpcDJUMjJHZ01BMWU4ZGcxalJ2UW11bzZMUjgyCm40ME9lcjJHNkFjWW1HOWJDZysrZWZrM296QVJPVFdnQURBS0JnZ3Foa2pPUFFRREFnTkpBREJHQWlFQTlTZVkKMldoOUlwU05QMG03dkp2anNlZFJ4MmcrcVVBWFp4R1pFMEo3NWowQ0lRRDFzV1FqVUJRekFZU1U2Z2ZtWUJKbgowNVNwZEpWVEZEN0E2TnpLR1I2Y0p3PT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";

    private Identities() {}

    static void add(Run run) {
        Lifecycle.Kind requests = new Lifecycle.Kind(
                "certificates.k8s.io/v1",
                "certificatesigningrequests",
                "CertificateSigningRequest",
                false,
                "'spec':{'signerName':'example.com/e2e','usages':['client auth','digital signature','key encipherment'],'expirationSeconds':3600,'request':'"
                        + REQUEST + "'}",
                "");
        run.behaviour("CertificateSigningRequest: API operations, approval and status", place -> {
            certificates(place, requests);
            new Lifecycle(place.api(), place.namespace()).run(requests);
        });
        run.behaviour("account: a token is created and reviewed", Identities::token);
        run.behaviour("account: the issuer is discovered and its keys check a token", Identities::issuer);
        run.behaviour("account: the root CA is in any namespace", Identities::rootCa);
        run.behaviour("account: pods opt out of the token", Identities::automount);
        run.behaviour("access: reviews of a subject tell what it may do", Identities::reviews);
    }

    private static void certificates(Place place, Lifecycle.Kind kind) {
        Api api = place.api();
        String path = kind.root() + "/" + kind.plural();
        String name = "csr-" + place.namespace();
        api.post(path, Lifecycle.body(kind, name, "one")).expect(Api.CREATED);
        String one = path + "/" + name;
        ObjectNode read = (ObjectNode) api.get(one + "/approval").ok();
        read.withArray("/status/conditions")
                .add(Api.tree(Api.json(
                        "{'type':'Approved','status':'True','reason':'E2E','message':'Set from an e2e test'}")));
        JsonNode approved = api.put(one + "/approval", read).ok();
        Checks.same(
                "approved", "Approved", approved.at("/status/conditions/0/type").asText());
        api.merge(one + "/approval", "{\"metadata\":{\"annotations\":{\"patchedapproval\":\"true\"}}}")
                .ok();
        ObjectNode status = (ObjectNode) api.get(one + "/status").ok();
        status.withArray("/status/conditions")
                .add(Api.tree(Api.json(
                        "{'type':'StatusUpdate','status':'True','reason':'E2E','message':'Set from an e2e test'}")));
        JsonNode updated = api.put(one + "/status", status).ok();
        Checks.same("conditions", 2, updated.at("/status/conditions").size());
        api.merge(one + "/status", "{\"metadata\":{\"annotations\":{\"patchedstatus\":\"true\"}}}")
                .ok();
        api.delete(one).ok();
    }

    private static String account(Place place, String name, String fields) {
        String accounts = place.core("serviceaccounts");
        place.api()
                .post(accounts, Api.json("{'metadata':{'name':'%s'}%s}", name, fields))
                .expect(Api.CREATED);
        return accounts + "/" + name;
    }

    private static String tokenOf(Place place, String account) {
        JsonNode answer = place.api()
                .post(account + "/token", Api.json("{'spec':{'expirationSeconds':3600}}"))
                .expect(Api.CREATED)
                .body();
        return answer.at("/status/token").asText();
    }

    private static void token(Place place) {
        String token = tokenOf(place, account(place, "tested", ""));
        JsonNode review = place.api()
                .post("/apis/authentication.k8s.io/v1/tokenreviews", "{\"spec\":{\"token\":\"" + token + "\"}}")
                .expect(Api.CREATED)
                .body();
        Checks.same("authenticated", true, review.at("/status/authenticated").asBoolean());
        Checks.same(
                "user",
                "system:serviceaccount:" + place.namespace() + ":tested",
                review.at("/status/user/username").asText());
    }

    private static JsonNode decoded(String part) {
        return Api.tree(new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
    }

    private static void issuer(Place place) {
        String token = tokenOf(place, account(place, "tested", ""));
        String[] parts = token.split("\\.");
        JsonNode claims = decoded(parts[1]);
        JsonNode known = as(place, token, "/.well-known/openid-configuration").ok();
        Checks.same("issuer", claims.path("iss").asText(), known.path("issuer").asText());
        Checks.holds("has a place for keys", known.path("jwks_uri").asText().endsWith("/openid/v1/jwks"));
        String id = decoded(parts[0]).path("kid").asText();
        for (JsonNode key : as(place, token, "/openid/v1/jwks").ok().path("keys")) {
            if (key.path("kid").asText().equals(id)) {
                Checks.holds("the token is signed with it", signed(parts, key));
                return;
            }
        }
        throw new Api.NotSo("no key " + id);
    }

    private static Api.Answer as(Place place, String token, String path) {
        return place.api().getAs(token, path);
    }

    /** ES256, as minik signs: both coordinates of the key, and a signature of r and s side by side. */
    private static boolean signed(String[] parts, JsonNode key) {
        Base64.Decoder base64 = Base64.getUrlDecoder();
        Checks.same("algorithm", "ES256", key.path("alg").asText());
        try {
            AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
            curve.init(new ECGenParameterSpec("secp256r1"));
            ECPoint point = new ECPoint(
                    new BigInteger(1, base64.decode(key.path("x").asText())),
                    new BigInteger(1, base64.decode(key.path("y").asText())));
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initVerify(KeyFactory.getInstance("EC")
                    .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class))));
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.UTF_8));
            return signature.verify(base64.decode(parts[2]));
        } catch (GeneralSecurityException e) {
            throw new Api.NotSo("the key of " + key + ": " + e);
        }
    }

    private static void rootCa(Place place) {
        Api api = place.api();
        String map = place.core("configmaps") + "/kube-root-ca.crt";
        Checks.within(SOON, "it is there", () -> api.get(map).code() == Api.OK);
        String content = api.get(map).ok().at("/data/ca.crt").asText();
        Checks.says(content, "BEGIN CERTIFICATE");
        api.delete(map).ok();
        Checks.within(SOON, "it is made anew", () -> api.get(map).code() == Api.OK);
        api.merge(map, "{\"data\":{\"ca.crt\":\"\"}}").ok();
        Checks.within(
                SOON,
                "its content is restored",
                () -> api.get(map).body().at("/data/ca.crt").asText().equals(content));
    }

    private static void automount(Place place) {
        Boolean[] values = {null, Boolean.TRUE, Boolean.FALSE};
        for (Boolean ofAccount : values) {
            String name = "account-" + ofAccount;
            account(place, name, ofAccount == null ? "" : ",'automountServiceAccountToken':" + ofAccount);
            for (Boolean ofPod : values) {
                String spec = "'serviceAccountName':'" + name + "',"
                        + (ofPod == null ? "" : "'automountServiceAccountToken':" + ofPod + ",");
                JsonNode pod = place.api()
                        .post(place.core("pods"), Run.pod("pod-" + ofAccount + "-" + ofPod, place.image(), spec))
                        .ok();
                boolean mounted = Checks.any(pod.at("/spec/containers/0/volumeMounts"), each -> each.path("mountPath")
                        .asText()
                        .equals("/var/run/secrets/kubernetes.io/serviceaccount"));
                boolean wanted = ofPod != null ? ofPod : ofAccount == null || ofAccount;
                Checks.same("token for account " + ofAccount + " and pod " + ofPod, wanted, mounted);
            }
        }
    }

    private static void reviews(Place place) {
        Api api = place.api();
        account(place, "asked", "");
        String user = "system:serviceaccount:" + place.namespace() + ":asked";
        String attributes = "'resourceAttributes':{'verb':'list','resource':'configmaps','version':'v1','namespace':'"
                + place.namespace() + "'}";
        String anywhere = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
        String here = "/apis/authorization.k8s.io/v1/namespaces/" + place.namespace() + "/localsubjectaccessreviews";
        String body = Api.json("{'spec':{%s,'user':'%s'}}", attributes, user);
        String local = Api.json(
                "{'metadata':{'namespace':'%s'},'spec':{%s,'user':'%s'}}", place.namespace(), attributes, user);
        String token = tokenOf(place, place.core("serviceaccounts") + "/asked");
        Checks.same("not yet", false, allowed(api.post(anywhere, body)));
        Checks.same("not yet here", false, allowed(api.post(here, local)));
        api.getAs(token, place.core("configmaps")).expect(Api.FORBIDDEN);
        String roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + place.namespace() + "/rolebindings";
        api.post(
                        roles,
                        Api.json(
                                "{'metadata':{'name':'v'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'ClusterRole','name':'view'},'subjects':[{'kind':'ServiceAccount','name':'asked','namespace':'%s'}]}",
                                place.namespace()))
                .ok();
        Checks.within(SOON, "now", () -> allowed(api.post(anywhere, body)));
        Checks.same("now here", true, allowed(api.post(here, local)));
        api.getAs(token, place.core("configmaps")).ok();
    }

    private static boolean allowed(Api.Answer answer) {
        return answer.expect(Api.CREATED).body().at("/status/allowed").asBoolean();
    }
}
