package io.minik.agent.ingress;

import io.minik.api.client.ApiClient;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.tls.NamedIdentities;
import io.minik.ground.tls.X509Exception;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The Secrets that Ingresses name, one watch each: a node may read those and no others. Owned by the agent's loop; keys are read on
 * a worker.
 */
final class IngressSecrets {
    /** Of one node. A watch costs the server a few kilobytes. */
    static final int MOST = 500;

    private static final int MOST_PEM_CHARS = 256 * 1024;

    private final Vertx vertx;
    private final Loop loop;
    private final ApiClient api;
    private final Runnable changed;
    private final Map<ObjectKey, Followed> followed = new HashMap<>();

    IngressSecrets(Vertx vertx, Loop loop, ApiClient api, Runnable changed) {
        this.vertx = vertx;
        this.loop = loop;
        this.api = api;
        this.changed = changed;
    }

    /** What is known of one. */
    private static final class Followed {
        final Informer informer;
        Optional<NamedIdentities.Identity> identity = Optional.empty();
        /** Empty: none, or it is not known yet. */
        String problem = "";

        String version = "";

        Followed(Informer informer) {
            this.informer = informer;
        }
    }

    /** From now on these, and no others. */
    void follow(Set<ObjectKey> wanted) {
        Iterator<Map.Entry<ObjectKey, Followed>> all = followed.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<ObjectKey, Followed> each = all.next();
            if (!wanted.contains(each.getKey())) {
                each.getValue().informer.stop();
                all.remove();
            }
        }
        for (ObjectKey key : wanted) {
            if (!followed.containsKey(key) && followed.size() < MOST) {
                begin(key);
            }
        }
    }

    private void begin(ObjectKey key) {
        Informer informer = new Informer(
                loop,
                api,
                Resources.SECRETS,
                key.namespace(),
                ListOptions.fields("metadata.name=" + key.name()),
                false);
        Followed secret = new Followed(informer);
        followed.put(key, secret);
        informer.onChange((before, now) -> {
            if (now.isPresent()) {
                read(secret, now.get());
            } else {
                missing(secret, key);
            }
        });
        informer.start()
                .synced()
                .onComplete(unused -> loop.run(() -> {
                    if (informer.list().isEmpty()) {
                        missing(secret, key);
                    }
                }));
    }

    private void missing(Followed secret, ObjectKey key) {
        secret.identity = Optional.empty();
        secret.version = "";
        secret.problem = "Secret " + key + " does not exist";
        changed.run();
    }

    private void read(Followed secret, KubeObject object) {
        String version = object.meta().resourceVersion();
        secret.version = version;
        vertx.executeBlocking(() -> identity(object), false)
                .onComplete(read -> loop.run(() -> {
                    if (!secret.version.equals(version)) {
                        return;
                    }
                    // A certificate that can't be read takes the place of one that could: that one may be withdrawn.
                    secret.identity = Optional.ofNullable(read.result());
                    secret.problem = read.succeeded()
                            ? ""
                            : "Secret " + object.key() + " holds no certificate that could be shown: "
                                    + read.cause().getMessage();
                    changed.run();
                }));
    }

    private static NamedIdentities.Identity identity(KubeObject secret) {
        return NamedIdentities.Identity.of(pem(secret, "tls.crt"), pem(secret, "tls.key"));
    }

    private static String pem(KubeObject secret, String name) {
        String encoded = Json.text(secret.at("data"), name);
        if (encoded.isEmpty() || encoded.length() > MOST_PEM_CHARS) {
            throw new X509Exception("data[" + name + "] is missing, or too long");
        }
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException e) {
            throw new X509Exception("data[" + name + "] is no base64", e);
        }
    }

    Optional<NamedIdentities.Identity> identity(ObjectKey key) {
        return Optional.ofNullable(followed.get(key)).flatMap(secret -> secret.identity);
    }

    /** Empty: it is fine, or not known yet. */
    String problem(ObjectKey key) {
        Followed secret = followed.get(key);
        return secret == null ? "more than " + MOST + " Secrets are named by Ingresses" : secret.problem;
    }

    void stop() {
        follow(Set.of());
    }
}
