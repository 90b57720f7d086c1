package io.minik.server.controllers.volumes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.core.VolumeMatch;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Binds persistent volume claims to volumes that exist, and follows the volumes' phases. Making and removing volumes is for
 * provisioners: a claim for which there is none gets an annotation that calls them. A volume that was made by hand and says
 * Delete fails once it is Released: what is in it is nobody's to delete here.
 *
 * <pre>
 *   claim: Pending --volume found: claimRef, then volumeName--> Bound --volume gone--> Lost
 *   volume: Available --claimRef--> Bound --claim gone--> Released --Delete, no provisioner--> Failed
 * </pre>
 */
public final class VolumeBinder implements Controller {
    private static final String COMPLETED = "pv.kubernetes.io/bind-completed";
    private static final String BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
    /** On a claim: who is to make its volume, under today's name and the one that older provisioners read. */
    static final String PROVISIONER = "volume.kubernetes.io/storage-provisioner";

    private static final String OLD_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner";
    private static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
    private static final String OLD_CLASS = "volume.beta.kubernetes.io/storage-class";
    private static final String DEFAULT = "storageclass.kubernetes.io/is-default-class";
    private static final String WAITS = "WaitForFirstConsumer";
    private static final String NO_PROVISIONER = "kubernetes.io/no-provisioner";

    private final ControllerContext context;
    private final Informer claims;
    private final Informer volumes;
    private final Informer classes;
    private final Informer nodes;
    private final EventRecorder events;
    private final ReconcileLoop work;

    public VolumeBinder(ControllerContext context) {
        this.context = context;
        this.claims = context.informer(Resources.PERSISTENT_VOLUME_CLAIMS);
        this.volumes = context.informer(Resources.PERSISTENT_VOLUMES);
        this.classes = context.informer(Resources.STORAGE_CLASSES);
        this.nodes = context.informer(Resources.NODES);
        this.events = context.events("persistentvolume-controller");
        // One at a time: two claims must not be given the same volume.
        this.work = new ReconcileLoop("persistentvolume-binder", context.loop(), 1, this::reconcile)
                .watch(claims)
                .watch(volumes, volume -> concerned(volume))
                .watch(classes, any -> pending())
                .needs(nodes);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /** The volume itself (its key has no namespace), and the claims that it may serve. */
    private List<ObjectKey> concerned(KubeObject volume) {
        List<ObjectKey> keys = new ArrayList<>(volume.at("spec", "claimRef").isObject() ? List.of() : pending());
        keys.add(volume.key());
        String name = volume.text("spec", "claimRef", "name");
        if (!name.isEmpty()) {
            keys.add(ObjectKey.of(volume.text("spec", "claimRef", "namespace"), name));
        }
        return keys;
    }

    private List<ObjectKey> pending() {
        return claims.list().stream()
                .filter(claim -> claim.text("spec", "volumeName").isEmpty())
                .map(KubeObject::key)
                .toList();
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        if (key.namespace().isEmpty()) {
            return volumes.get(key).map(this::follow).orElseGet(Outcomes::done);
        }
        Optional<KubeObject> claim = claims.get(key);
        if (claim.isEmpty()) {
            volumes.list().stream()
                    .filter(volume -> volume.text("spec", "claimRef", "name").equals(key.name())
                            && volume.text("spec", "claimRef", "namespace").equals(key.namespace()))
                    .forEach(volume -> work.add(volume.key()));
            return Outcomes.done();
        }
        return claim.get().meta().deleting() ? Outcomes.done() : bind(claim.get());
    }

    // ---- claims

    private Future<Optional<Duration>> bind(KubeObject claim) {
        if (!claim.text("spec", "volumeName").isEmpty()) {
            return bindNamed(claim, claim.text("spec", "volumeName"));
        }
        Optional<KubeObject> reserved = volumes.list().stream()
                .filter(volume -> VolumeMatch.reservedFor(volume, claim))
                .findFirst();
        if (reserved.isPresent()) {
            return join(claim, reserved.get());
        }
        Optional<KubeObject> late = lateDefault(claim);
        if (late.isPresent()) {
            return Outcomes.done(context.client()
                    .update(Resources.PERSISTENT_VOLUME_CLAIMS, claim.edit(tree -> Json.child(tree, "spec")
                            .put("storageClassName", late.get().name()))));
        }
        Optional<KubeObject> storageClass = classes.get(ObjectKey.cluster(claim.text("spec", "storageClassName")));
        boolean waits = storageClass
                .map(each -> each.text("volumeBindingMode").equals(WAITS))
                .orElse(false);
        String selected = claim.annotations().getOrDefault(VolumeMatch.SELECTED_NODE, "");
        if (waits && selected.isEmpty()) {
            events.normal(claim, WAITS, "waiting for first consumer to be created before binding");
            return phase(claim, "Pending");
        }
        Optional<KubeObject> volume = VolumeMatch.find(claim, volumes.list(), nodes.get(ObjectKey.cluster(selected)));
        return volume.isPresent() ? join(claim, volume.get()) : without(claim, storageClass);
    }

    private Future<Optional<Duration>> bindNamed(KubeObject claim, String named) {
        boolean was = claim.annotations().containsKey(COMPLETED);
        Optional<KubeObject> volume = volumes.get(ObjectKey.cluster(named));
        if (volume.isEmpty()) {
            if (was && !claim.text("status", "phase").equals("Lost")) {
                events.warning(
                        claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
            }
            return phase(claim, was ? "Lost" : "Pending");
        }
        if (VolumeMatch.reservedFor(volume.get(), claim)) {
            return join(claim, volume.get());
        }
        if (volume.get().at("spec", "claimRef").isObject()) {
            if (was) {
                events.warning(
                        claim,
                        "ClaimMisbound",
                        "Two claims are bound to the same volume, this one is bound incorrectly");
                return phase(claim, "Lost");
            }
            events.warning(claim, "FailedBinding", "volume \"" + named + "\" already bound to a different claim.");
            return phase(claim, "Pending");
        }
        if (!was && !VolumeMatch.fits(claim, volume.get(), Optional.empty())) {
            events.warning(
                    claim,
                    "VolumeMismatch",
                    "Cannot bind to requested volume \"" + named
                            + "\": its size, class, modes or labels are not what the claim asks for");
            return phase(claim, "Pending");
        }
        return join(claim, volume.get());
    }

    /** For a claim that names no class, not even none: the default one, which came after it. */
    private Optional<KubeObject> lateDefault(KubeObject claim) {
        if (claim.at("spec").has("storageClassName") || claim.annotations().containsKey(OLD_CLASS)) {
            return Optional.empty();
        }
        return classes.list().stream()
                .filter(found -> "true".equals(found.annotations().get(DEFAULT)))
                .max(Comparator.comparing((KubeObject found) -> found.meta().creationTimestamp())
                        .thenComparing(KubeObject::name, Comparator.reverseOrder()));
    }

    /** No volume that is there will do: whoever makes volumes of the class is called. */
    private Future<Optional<Duration>> without(KubeObject claim, Optional<KubeObject> storageClass) {
        String provisioner = storageClass.map(each -> each.text("provisioner")).orElse("");
        if (provisioner.isEmpty() || provisioner.equals(NO_PROVISIONER)) {
            String named = claim.text("spec", "storageClassName");
            if (storageClass.isEmpty() && !named.isEmpty()) {
                events.warning(claim, "ProvisioningFailed", "storageclass.storage.k8s.io \"" + named + "\" not found");
            } else {
                events.normal(
                        claim,
                        "FailedBinding",
                        "no persistent volumes available for this claim and no storage class is set");
            }
            return phase(claim, "Pending");
        }
        if (!provisioner.equals(claim.annotations().get(PROVISIONER))) {
            return Outcomes.done(
                    context.client().update(Resources.PERSISTENT_VOLUME_CLAIMS, claim.edit(tree -> Json.child(
                                    Json.child(tree, "metadata"), "annotations")
                            .put(PROVISIONER, provisioner)
                            .put(OLD_PROVISIONER, provisioner))));
        }
        events.normal(
                claim,
                "ExternalProvisioning",
                "Waiting for a volume to be created either by the external provisioner '" + provisioner
                        + "' or manually by the system administrator. If volume creation is delayed, please verify that"
                        + " the provisioner is running and correctly registered.");
        return phase(claim, "Pending");
    }

    /** The volume first, so that a crash between leaves it reserved, not claimed twice. */
    private Future<Optional<Duration>> join(KubeObject claim, KubeObject volume) {
        boolean linked = volume.text("spec", "claimRef", "uid").equals(claim.uid());
        Future<KubeObject> reserved = linked
                ? Future.succeededFuture(volume)
                : context.client().update(Resources.PERSISTENT_VOLUMES, volume.edit(tree -> {
                    Json.child(tree, "spec")
                            .putObject("claimRef")
                            .put("apiVersion", "v1")
                            .put("kind", "PersistentVolumeClaim")
                            .put("namespace", claim.namespace())
                            .put("name", claim.name())
                            .put("uid", claim.uid())
                            .put("resourceVersion", claim.meta().resourceVersion());
                    Json.child(Json.child(tree, "metadata"), "annotations").put(BY_CONTROLLER, "yes");
                }));
        return reserved.compose(done -> {
                    boolean named = claim.text("spec", "volumeName").equals(volume.name())
                            && claim.annotations().containsKey(COMPLETED);
                    return named
                            ? Future.succeededFuture(claim)
                            : context.client().update(Resources.PERSISTENT_VOLUME_CLAIMS, claim.edit(tree -> {
                                Json.child(tree, "spec").put("volumeName", volume.name());
                                Json.child(Json.child(tree, "metadata"), "annotations")
                                        .put(COMPLETED, "yes")
                                        .put(BY_CONTROLLER, "yes");
                            }));
                })
                .compose(named -> bound(named, volume));
    }

    private Future<Optional<Duration>> bound(KubeObject claim, KubeObject volume) {
        KubeObject told = claim.edit(tree -> {
            ObjectNode status = Json.child(tree, "status").put("phase", "Bound");
            status.set("accessModes", volume.at("spec", "accessModes").deepCopy());
            status.set("capacity", volume.at("spec", "capacity").deepCopy());
        });
        return told.at("status").equals(claim.at("status"))
                ? Outcomes.done()
                : Outcomes.done(context.client().update(Resources.PERSISTENT_VOLUME_CLAIMS, told, "status"));
    }

    private Future<Optional<Duration>> phase(KubeObject claim, String phase) {
        return claim.text("status", "phase").equals(phase)
                ? Outcomes.done()
                : Outcomes.done(context.client()
                        .update(
                                Resources.PERSISTENT_VOLUME_CLAIMS,
                                claim.edit(tree -> Json.child(tree, "status").put("phase", phase)),
                                "status"));
    }

    // ---- volumes

    private Future<Optional<Duration>> follow(KubeObject volume) {
        String uid = volume.text("spec", "claimRef", "uid");
        String phase = "Available";
        if (!uid.isEmpty()) {
            ObjectKey key =
                    ObjectKey.of(volume.text("spec", "claimRef", "namespace"), volume.text("spec", "claimRef", "name"));
            boolean claimed =
                    claims.get(key).map(claim -> claim.uid().equals(uid)).orElse(false);
            phase = claimed ? "Bound" : undeletable(volume) ? "Failed" : "Released";
        }
        if (volume.text("status", "phase").equals(phase)) {
            return Outcomes.done();
        }
        String now = phase;
        String why = "Error getting deleter volume plugin for volume \"" + volume.name()
                + "\": no deletable volume plugin matched";
        boolean failed = now.equals("Failed");
        if (failed) {
            events.warning(volume, "VolumeFailedDelete", why);
        }
        KubeObject told = volume.edit(tree -> {
            ObjectNode status = Json.child(tree, "status").put("phase", now);
            status.put("lastPhaseTransitionTime", context.time());
            status.remove("message");
            if (failed) {
                status.put("message", why);
            }
        });
        return Outcomes.done(context.client().update(Resources.PERSISTENT_VOLUMES, told, "status"));
    }

    /** It was made by hand, and is to go with its claim: nobody here knows how. */
    private static boolean undeletable(KubeObject volume) {
        return !Json.textOr("Retain", volume.tree(), "spec", "persistentVolumeReclaimPolicy")
                        .equals("Retain")
                && !volume.annotations().containsKey(PROVISIONED_BY);
    }
}
