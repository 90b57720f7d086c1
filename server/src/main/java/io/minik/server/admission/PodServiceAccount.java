package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.admission.Review.Operation;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Every pod runs as a service account of its namespace and finds that account's token, the cluster's CA and its namespace mounted. */
public final class PodServiceAccount implements Admission {
    private static final String MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String VOLUME_PREFIX = "kube-api-access-";
    private static final String DEFAULT = "default";
    private static final String MIRROR = "kubernetes.io/config.mirror";

    /** An hour, and a little, so that old clients can be told by it: upstream's. */
    private static final int TOKEN_SECONDS = 3607;

    private static final int FILE_MODE = 0644;

    private final Supplier<String> tails;

    /** @param tails five random characters for volume names */
    public PodServiceAccount(Supplier<String> tails) {
        this.tails = tails;
    }

    @Override
    public String name() {
        return "ServiceAccount";
    }

    /**
     * A namespace's default account is made by a controller in a moment. Who makes a pod together with its namespace is
     * not refused for being faster: the pod waits. No other account comes by itself.
     */
    @Override
    public Future<Void> mutate(Review review) {
        if (!review.is(Operation.CREATE, Resources.PODS)
                || Json.at(review.object(), "metadata", "annotations").has(MIRROR)) {
            return DONE;
        }
        ObjectNode spec = Json.child(review.object(), "spec");
        String name = Json.text(spec, "serviceAccountName");
        if (name.isEmpty()) {
            name = Json.textOr(DEFAULT, spec, "serviceAccount");
        }
        spec.put("serviceAccountName", name).put("serviceAccount", name);
        ObjectKey key = ObjectKey.of(review.key().namespace(), name);
        Optional<KubeObject> present = review.lookup().find(Resources.SERVICE_ACCOUNTS, key);
        if (present.isEmpty() && name.equals(DEFAULT)) {
            return review.lookup().arrival(Resources.SERVICE_ACCOUNTS, key).map(unused -> {
                settle(spec, account(review, key));
                return null;
            });
        }
        settle(spec, account(review, key));
        return DONE;
    }

    private void settle(ObjectNode spec, KubeObject account) {
        JsonNode automount = spec.has("automountServiceAccountToken")
                ? spec.path("automountServiceAccountToken")
                : account.at("automountServiceAccountToken");
        if (automount.asBoolean(true)) {
            mountToken(spec);
        }
        JsonNode secrets = account.at("imagePullSecrets");
        if (spec.path("imagePullSecrets").isEmpty() && !secrets.isEmpty()) {
            spec.set("imagePullSecrets", secrets.deepCopy());
        }
    }

    private static KubeObject account(Review review, ObjectKey key) {
        return review.lookup()
                .find(Resources.SERVICE_ACCOUNTS, key)
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.forbidden(
                        Resources.PODS,
                        review.key().name(),
                        "error looking up service account " + key + ": serviceaccount \"" + key.name()
                                + "\" not found"));
    }

    private void mountToken(ObjectNode spec) {
        List<ObjectNode> without = new ArrayList<>();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                boolean mounted = Json.items(container, "volumeMounts").stream()
                        .anyMatch(mount -> Json.text(mount, "mountPath").equals(MOUNT_PATH));
                if (!mounted) {
                    without.add((ObjectNode) container);
                }
            }
        }
        if (without.isEmpty()) {
            return;
        }
        String volume = tokenVolume(spec);
        for (ObjectNode container : without) {
            array(container, "volumeMounts")
                    .addObject()
                    .put("name", volume)
                    .put("readOnly", true)
                    .put("mountPath", MOUNT_PATH);
        }
    }

    /** The name of the volume, made if it is not there (a pod that was read and is created again brings it along). */
    private String tokenVolume(ObjectNode spec) {
        for (JsonNode volume : spec.path("volumes")) {
            if (Json.text(volume, "name").startsWith(VOLUME_PREFIX)) {
                return Json.text(volume, "name");
            }
        }
        String name = VOLUME_PREFIX + tails.get();
        ObjectNode projected =
                array(spec, "volumes").addObject().put("name", name).putObject("projected");
        projected.put("defaultMode", FILE_MODE);
        ArrayNode sources = projected.putArray("sources");
        sources.addObject()
                .putObject("serviceAccountToken")
                .put("expirationSeconds", TOKEN_SECONDS)
                .put("path", "token");
        ObjectNode ca = sources.addObject().putObject("configMap").put("name", "kube-root-ca.crt");
        ca.putArray("items").addObject().put("key", "ca.crt").put("path", "ca.crt");
        ObjectNode namespace =
                sources.addObject().putObject("downwardAPI").putArray("items").addObject();
        namespace.put("path", "namespace");
        namespace.putObject("fieldRef").put("apiVersion", "v1").put("fieldPath", "metadata.namespace");
        return name;
    }

    private static ArrayNode array(ObjectNode node, String field) {
        return node.get(field) instanceof ArrayNode present ? present : node.putArray(field);
    }
}
