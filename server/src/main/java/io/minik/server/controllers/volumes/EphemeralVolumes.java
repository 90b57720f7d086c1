package io.minik.server.controllers.volumes;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the claims of generic ephemeral volumes, which are the pod's own: named after both, and collected with it. A claim of
 * that name that is not the pod's is left alone, and the pod is told. Keys are pods.
 */
public final class EphemeralVolumes implements Controller {
    private static final String BY_CLAIM = "ephemeralClaim";

    private final ControllerContext context;
    private final Informer pods;
    private final Informer claims;
    private final EventRecorder events;
    private final ReconcileLoop work;

    public EphemeralVolumes(ControllerContext context) {
        this.context = context;
        this.claims = context.informer(Resources.PERSISTENT_VOLUME_CLAIMS);
        this.pods = context.informer(Resources.PODS).index(BY_CLAIM, EphemeralVolumes::claimNames);
        this.events = context.events("ephemeral_volume");
        this.work = context.reconcile("ephemeral-volume", this::reconcile)
                .watch(pods, pod -> volumes(pod).isEmpty() ? List.of() : List.of(pod.key()))
                .needs(claims);
        // One that was in the way, or that somebody deleted under the pod.
        claims.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.ifPresent(
                        claim -> pods.byIndex(BY_CLAIM, claim.key().toString()).forEach(pod -> work.add(pod.key())));
            }
        });
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private static List<JsonNode> volumes(KubeObject pod) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode volume : pod.part("spec", "volumes")) {
            if (volume.path("ephemeral").isObject()) {
                found.add(volume);
            }
        }
        return found;
    }

    private static List<String> claimNames(KubeObject pod) {
        return volumes(pod).stream().map(volume -> key(pod, volume).toString()).toList();
    }

    private static ObjectKey key(KubeObject pod, JsonNode volume) {
        return ObjectKey.of(pod.namespace(), pod.name() + "-" + Json.text(volume, "name"));
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> pod = pods.get(key);
        if (pod.isEmpty() || pod.get().meta().deleting() || Pods.finished(pod.get())) {
            return Outcomes.done();
        }
        List<Future<Void>> made = new ArrayList<>();
        for (JsonNode volume : volumes(pod.get())) {
            ObjectKey name = key(pod.get(), volume);
            Optional<KubeObject> present = claims.get(name);
            if (present.isEmpty()) {
                made.add(Outcomes.ignoring(
                        context.client().create(Resources.PERSISTENT_VOLUME_CLAIMS, claim(pod.get(), name, volume)),
                        Reason.AlreadyExists));
            } else if (!present.get()
                    .meta()
                    .controller()
                    .map(owner -> owner.uid().equals(pod.get().uid()))
                    .orElse(false)) {
                events.warning(
                        pod.get(),
                        "ClaimNotOwned",
                        "ephemeral volume " + Json.text(volume, "name") + ": PVC " + name + " was not created for pod "
                                + key + " (pod is not owner)");
            }
        }
        return Outcomes.done(Outcomes.all(made));
    }

    private static KubeObject claim(KubeObject pod, ObjectKey name, JsonNode volume) {
        JsonNode template = Json.at(volume, "ephemeral", "volumeClaimTemplate");
        return KubeObject.named("v1", "PersistentVolumeClaim", name, tree -> {
            var meta = Json.child(tree, "metadata");
            for (String field : List.of("labels", "annotations")) {
                JsonNode given = Json.at(template, "metadata", field);
                if (given.isObject()) {
                    meta.set(field, given.deepCopy());
                }
            }
            meta.putArray("ownerReferences")
                    .add(OwnerReference.controllerOf(pod).tree());
            tree.set("spec", template.path("spec").deepCopy());
        });
    }
}
