package io.minik.server.controllers.volumes;

import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Finalizers;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Keeps claims that pods use and volumes that are bound from being taken away under them: each has a finalizer (admission
 * puts it on at creation, this room on what came without), which goes when the object is being deleted and nobody uses it
 * any more. Keys are claims, and volumes (without a namespace).
 */
public final class StorageProtection implements Controller {
    private static final String CLAIM = "kubernetes.io/pvc-protection";
    private static final String VOLUME = "kubernetes.io/pv-protection";

    private final ControllerContext context;
    private final Informer claims;
    private final Informer volumes;
    private final ReconcileLoop work;

    public StorageProtection(ControllerContext context) {
        this.context = context;
        this.claims = context.informer(Resources.PERSISTENT_VOLUME_CLAIMS);
        this.volumes = context.informer(Resources.PERSISTENT_VOLUMES);
        Informer pods = context.informer(Resources.PODS);
        this.work = context.reconcile("storage-protection", this::reconcile)
                .watch(claims)
                .watch(volumes)
                .needs(pods);
        pods.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.ifPresent(pod -> claimsOf(pod).forEach(work::add));
            }
        });
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /** Of claims and of ephemeral volumes, whose claims are named after the pod. */
    private static List<ObjectKey> claimsOf(KubeObject pod) {
        List<ObjectKey> keys = new ArrayList<>();
        pod.at("spec", "volumes").forEach(volume -> {
            String name = volume.path("ephemeral").isObject()
                    ? pod.name() + "-" + Json.text(volume, "name")
                    : Json.text(volume, "persistentVolumeClaim", "claimName");
            if (!name.isEmpty()) {
                keys.add(ObjectKey.of(pod.namespace(), name));
            }
        });
        return keys;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        boolean volume = key.namespace().isEmpty();
        Optional<KubeObject> found = (volume ? volumes : claims).get(key);
        if (found.isEmpty()) {
            return Outcomes.done();
        }
        Resource resource = volume ? Resources.PERSISTENT_VOLUMES : Resources.PERSISTENT_VOLUME_CLAIMS;
        String finalizer = volume ? VOLUME : CLAIM;
        KubeObject object = found.get();
        boolean guarded = object.meta().finalizers().contains(finalizer);
        if (guarded != object.meta().deleting()) {
            return Outcomes.done();
        }
        if (!guarded) {
            return Outcomes.done(Finalizers.add(context.client(), resource, object, finalizer));
        }
        Future<Boolean> used =
                volume ? Future.succeededFuture(object.text("status", "phase").equals("Bound")) : mounted(key);
        return used.compose(still -> still
                ? Outcomes.done()
                : Outcomes.done(Finalizers.remove(context.client(), resource, object, finalizer)));
    }

    /**
     * Asked uncached: what is let go can't be called back. A pod that has no node yet does not count, no node starts a pod
     * whose claim is on its way out.
     */
    private Future<Boolean> mounted(ObjectKey claim) {
        return context.client()
                .list(Resources.PODS, claim.namespace(), ListOptions.ALL)
                .map(pods -> pods.items().stream()
                        .filter(pod -> !pod.text("spec", "nodeName").isEmpty())
                        .map(StorageProtection::claimsOf)
                        .flatMap(Collection::stream)
                        .anyMatch(claim::equals));
    }
}
