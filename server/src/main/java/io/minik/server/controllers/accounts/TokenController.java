package io.minik.server.controllers.accounts;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Fills Secrets of type kubernetes.io/service-account-token with token, ca.crt and namespace, and removes those whose account is
 * gone.
 */
public final class TokenController implements Controller {
    /** Signs the legacy token of an account for a Secret of that name. */
    @FunctionalInterface
    public interface TokenSource {
        String issue(KubeObject account, String secretName);
    }

    private static final String TYPE = "kubernetes.io/service-account-token";
    private static final String ACCOUNT_NAME = "kubernetes.io/service-account.name";
    private static final String ACCOUNT_UID = "kubernetes.io/service-account.uid";
    private static final int CONCURRENCY = 4;

    private final ApiClient client;
    private final TokenSource source;
    private final String caPem;
    private final Informer secrets;
    private final Informer accounts;
    private final ReconcileLoop work;

    /**
     * @param informers of the same loop
     * @param caPem what pods verify the API server with
     */
    public TokenController(Loop on, Informers informers, ApiClient client, TokenSource source, String caPem) {
        this.client = client;
        this.source = source;
        this.caPem = caPem;
        this.secrets = informers.of(Resources.SECRETS);
        this.accounts = informers.of(Resources.SERVICE_ACCOUNTS);
        this.work = new ReconcileLoop("serviceaccount-token", on, CONCURRENCY, this::reconcile)
                .watch(secrets, secret -> isToken(secret) ? List.of(secret.key()) : List.of())
                .watch(accounts, this::secretsOf);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Collection<ObjectKey> secretsOf(KubeObject account) {
        List<ObjectKey> keys = new ArrayList<>();
        for (KubeObject secret : secrets.byNamespace(account.namespace())) {
            if (isToken(secret) && accountName(secret).equals(account.name())) {
                keys.add(secret.key());
            }
        }
        return keys;
    }

    private static boolean isToken(KubeObject secret) {
        return secret.text("type").equals(TYPE);
    }

    private static String accountName(KubeObject secret) {
        return secret.annotations().getOrDefault(ACCOUNT_NAME, "");
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> secret =
                secrets.get(key).filter(found -> isToken(found) && !found.meta().deleting());
        return secret.isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : settle(secret.get()).<Optional<Duration>>map(Optional.empty()).recover(TokenController::goneIsFine);
    }

    private static Future<Optional<Duration>> goneIsFine(Throwable error) {
        return ApiException.is(error, Reason.NotFound)
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(error);
    }

    private Future<KubeObject> settle(KubeObject secret) {
        ObjectKey accountKey = ObjectKey.of(secret.namespace(), accountName(secret));
        Optional<KubeObject> cached = accounts.get(accountKey);
        if (cached.isPresent()) {
            return belongsTo(secret, cached.get()) ? fill(secret, cached.get()) : delete(secret);
        }
        // The informers are not of one moment: ask before taking something away.
        return client.get(Resources.SERVICE_ACCOUNTS, accountKey)
                .compose(account -> belongsTo(secret, account) ? fill(secret, account) : delete(secret))
                .recover(
                        error -> ApiException.is(error, Reason.NotFound) ? delete(secret) : Future.failedFuture(error));
    }

    private static boolean belongsTo(KubeObject secret, KubeObject account) {
        String uid = secret.annotations().getOrDefault(ACCOUNT_UID, "");
        return uid.isEmpty() || uid.equals(account.uid());
    }

    private Future<KubeObject> fill(KubeObject secret, KubeObject account) {
        boolean complete = !secret.text("data", "token").isEmpty()
                && secret.text("data", "ca.crt").equals(base64(caPem))
                && secret.text("data", "namespace").equals(base64(secret.namespace()))
                && secret.annotations().containsKey(ACCOUNT_UID);
        if (complete) {
            return Future.succeededFuture(secret);
        }
        return client.update(Resources.SECRETS, secret.edit(tree -> {
            Json.child(Json.child(tree, "metadata"), "annotations").put(ACCOUNT_UID, account.uid());
            ObjectNode data = Json.child(tree, "data");
            data.put("ca.crt", base64(caPem)).put("namespace", base64(secret.namespace()));
            if (Json.text(data, "token").isEmpty()) {
                data.put("token", base64(source.issue(account, secret.name())));
            }
        }));
    }

    private Future<KubeObject> delete(KubeObject secret) {
        return client.delete(Resources.SECRETS, secret.key(), DeleteOptions.onlyIf(secret.uid()));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
