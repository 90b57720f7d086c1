package io.minik.server.join;

import io.minik.api.client.ApiClient;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A node keeps its name: the password that it brings first is kept, hashed, as Secret {@code <node>.node-password.minik} in
 * kube-system; who comes later under that name must bring the same. Deleting the Node frees the name.
 */
final class NodePasswords {
    /**
     * Agents make 128 random bits in hex. A shorter one is somebody's own idea, and the plain salted hash here relies on there
     * being nothing to guess.
     */
    static final int MIN_LENGTH = 16;

    private static final int SALT_BYTES = 16;
    private static final String NAMESPACE = "kube-system";

    private final ApiClient client;
    private final SecureRandom random = new SecureRandom();

    NodePasswords(ApiClient client) {
        this.client = client;
    }

    /** Succeeds if the password is the node's, or the first one under that name. */
    Future<Void> check(String node, String password) {
        if (password.length() < MIN_LENGTH) {
            return Future.failedFuture(ApiException.badRequest(
                    "the node password has less than " + MIN_LENGTH + " characters: delete the file to have one made"));
        }
        ObjectKey key = ObjectKey.of(NAMESPACE, node + ".node-password.minik");
        return client.get(Resources.SECRETS, key)
                .compose(secret -> matches(secret, password)
                        ? Future.<Void>succeededFuture()
                        : replaceIfNodeIsGone(node, secret, password))
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? client.create(Resources.SECRETS, secret(key, password))
                                .mapEmpty()
                        : Future.failedFuture(error));
    }

    private Future<Void> replaceIfNodeIsGone(String node, KubeObject secret, String password) {
        return client.get(Resources.NODES, ObjectKey.cluster(node)).transform(found -> {
            if (found.failed() && ApiException.is(found.cause(), Reason.NotFound)) {
                KubeObject fresh = secret(secret.key(), password);
                return client.update(
                                Resources.SECRETS,
                                secret.edit(tree ->
                                        tree.set("data", fresh.at("data").deepCopy())))
                        .mapEmpty();
            }
            return Future.failedFuture(found.failed() ? found.cause() : refused(node));
        });
    }

    private static ApiException refused(String node) {
        return ApiException.of(
                Reason.Forbidden,
                "node \"" + node + "\" is known with another password: if this machine is to take its place, run"
                        + " `kubectl delete node " + node + "` first, else give it another --node-name",
                Details.NONE);
    }

    private KubeObject secret(ObjectKey key, String password) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        String hash = HexFormat.of().formatHex(salt) + ":" + hash(salt, password);
        return KubeObject.named("v1", "Secret", key, tree -> {
            tree.put("type", "minik.io/node-password").put("immutable", false);
            Json.child(tree, "data")
                    .put("hash", Base64.getEncoder().encodeToString(hash.getBytes(StandardCharsets.US_ASCII)));
        });
    }

    private static boolean matches(KubeObject secret, String password) {
        try {
            String[] parts = new String(
                            Base64.getDecoder().decode(secret.text("data", "hash")), StandardCharsets.US_ASCII)
                    .split(":", -1);
            return parts.length == 2
                    && MessageDigest.isEqual(
                            parts[1].getBytes(StandardCharsets.US_ASCII),
                            hash(HexFormat.of().parseHex(parts[0]), password).getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String hash(byte[] salt, String password) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return HexFormat.of().formatHex(digest.digest(password.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
