package io.minik.server.controllers.volumes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.core.VolumeMatch;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes volumes for claims of the class {@code local-path}, and removes them: each is a directory on the node that the
 * scheduler chose, which the node makes. Names come from the claim's uid, so whatever a crash broke off is found again.
 *
 * <pre>
 *   claim waits --a node is selected--> directory --> volume with claimRef --the binder--> Bound
 *   volume Released, policy Delete --> directory removed --> volume deleted
 * </pre>
 *
 * Keys are claims, and volumes (without a namespace).
 */
public final class LocalProvisioner implements Controller {
    public static final String NAME = "minik.io/local-path";

    private static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
    private static final Set<String> MODES = Set.of("ReadWriteOnce", "ReadWriteOncePod");
    private static final String HOST_NAME = "kubernetes.io/hostname";

    private final ControllerContext context;
    private final NodeVolumes directories;
    private final Informer claims;
    private final Informer volumes;
    private final Informer classes;
    private final Informer nodes;
    private final EventRecorder events;
    private final ReconcileLoop work;

    public LocalProvisioner(ControllerContext context, NodeVolumes directories) {
        this.context = context;
        this.directories = directories;
        this.claims = context.informer(Resources.PERSISTENT_VOLUME_CLAIMS);
        this.volumes = context.informer(Resources.PERSISTENT_VOLUMES);
        this.classes = context.informer(Resources.STORAGE_CLASSES);
        this.nodes = context.informer(Resources.NODES);
        this.events = context.events(NAME);
        this.work = context.reconcile("local-path-provisioner", this::reconcile)
                .watch(claims)
                .watch(volumes, volume -> ours(volume) ? List.of(volume.key()) : List.of())
                .needs(classes)
                .needs(nodes);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private static boolean ours(KubeObject volume) {
        return NAME.equals(volume.annotations().get(PROVISIONED_BY));
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        if (key.namespace().isEmpty()) {
            return volumes.get(key)
                    .filter(LocalProvisioner::ours)
                    .filter(LocalProvisioner::ended)
                    .map(this::remove)
                    .orElseGet(Outcomes::done);
        }
        Optional<KubeObject> claim =
                claims.get(key).filter(found -> !found.meta().deleting());
        if (claim.isEmpty()) {
            return Outcomes.done();
        }
        return claim.get().text("spec", "volumeName").isEmpty() ? provision(claim.get()) : grow(claim.get());
    }

    // ---- making

    private Future<Optional<Duration>> provision(KubeObject claim) {
        // The binder says so once no volume that is there will do.
        String node = claim.annotations().getOrDefault(VolumeMatch.SELECTED_NODE, "");
        Optional<KubeObject> storageClass = classes.get(ObjectKey.cluster(claim.text("spec", "storageClassName")))
                .filter(found -> found.text("provisioner").equals(NAME));
        if (storageClass.isEmpty() || !NAME.equals(claim.annotations().get(VolumeBinder.PROVISIONER))) {
            return Outcomes.done();
        }
        Optional<String> refusal = refusal(claim, storageClass.get());
        if (refusal.isPresent()) {
            failed(claim, refusal.get());
            return Outcomes.done();
        }
        if (node.isEmpty()) {
            return Outcomes.done();
        }
        Optional<KubeObject> place = nodes.get(ObjectKey.cluster(node));
        if (place.isEmpty()) {
            failed(claim, "node \"" + node + "\" not found");
            return Outcomes.done(reschedule(claim));
        }
        String name = "pvc-" + claim.uid();
        if (volumes.get(ObjectKey.cluster(name)).isPresent()) {
            return Outcomes.done();
        }
        events.normal(
                claim, "Provisioning", "External provisioner is provisioning volume for claim \"" + claim.key() + "\"");
        Future<Void> made = directories
                .make(node, directory(name, claim.key()))
                .compose(path -> context.client()
                        .create(Resources.PERSISTENT_VOLUMES, volume(claim, storageClass.get(), place.get(), path)))
                .onSuccess(created ->
                        events.normal(claim, "ProvisioningSucceeded", "Successfully provisioned volume " + name))
                .mapEmpty();
        return Outcomes.done(Outcomes.ignoring(made, Reason.AlreadyExists)
                .onFailure(why -> failed(claim, String.valueOf(why.getMessage()))));
    }

    private void failed(KubeObject claim, String why) {
        events.warning(
                claim,
                "ProvisioningFailed",
                "failed to provision volume with StorageClass \"" + claim.text("spec", "storageClassName") + "\": "
                        + why);
    }

    /** So that the scheduler chooses again. */
    private Future<Void> reschedule(KubeObject claim) {
        ObjectNode patch = Json.object();
        patch.putObject("metadata").putObject("annotations").putNull(VolumeMatch.SELECTED_NODE);
        return Outcomes.ignoring(
                context.client().patch(Resources.PERSISTENT_VOLUME_CLAIMS, claim.key(), "", PatchType.MERGE, patch),
                Reason.NotFound);
    }

    private static Optional<String> refusal(KubeObject claim, KubeObject storageClass) {
        List<String> modes = Json.stringList(claim.tree(), "spec", "accessModes");
        if (!MODES.containsAll(modes)) {
            return Optional.of("a directory of one node has the access modes ReadWriteOnce and ReadWriteOncePod, not "
                    + String.join(", ", modes));
        }
        if (claim.text("spec", "volumeMode").equals("Block")) {
            return Optional.of("a directory is no block device: volumeMode Block is not supported");
        }
        if (claim.at("spec", "selector").isObject()) {
            return Optional.of("claim.spec.selector is not supported");
        }
        if (claim.at("spec", "dataSource").isObject()
                || claim.at("spec", "dataSourceRef").isObject()) {
            return Optional.of("claim.spec.dataSource is not supported");
        }
        if (!storageClass.at("parameters").isEmpty()) {
            return Optional.of("parameters are not supported: "
                    + String.join(
                            ", ",
                            Json.strings(storageClass.tree(), "parameters").keySet()));
        }
        return storageClass.text("volumeBindingMode").equals("WaitForFirstConsumer")
                ? Optional.empty()
                : Optional.of("the class must have volumeBindingMode WaitForFirstConsumer: a directory needs a node");
    }

    /** As k3s calls it, so that people find it. */
    private static String directory(String volume, ObjectKey claim) {
        String name = volume + "_" + claim.namespace() + "_" + claim.name();
        return name.length() <= MOST_NAME ? name : name.substring(0, MOST_NAME);
    }

    /** What a directory's name may have, less what its removal puts in front. */
    private static final int MOST_NAME = 240;

    private static KubeObject volume(KubeObject claim, KubeObject storageClass, KubeObject node, String path) {
        return KubeObject.named("v1", "PersistentVolume", ObjectKey.cluster("pvc-" + claim.uid()), tree -> {
            Json.child(Json.child(tree, "metadata"), "annotations").put(PROVISIONED_BY, NAME);
            ObjectNode spec = Json.child(tree, "spec");
            spec.putObject("capacity").put("storage", claim.text("spec", "resources", "requests", "storage"));
            spec.set("accessModes", claim.at("spec", "accessModes").deepCopy());
            spec.put("persistentVolumeReclaimPolicy", Json.textOr("Delete", storageClass.tree(), "reclaimPolicy"));
            spec.put("storageClassName", storageClass.name()).put("volumeMode", "Filesystem");
            spec.putObject("claimRef")
                    .put("apiVersion", "v1")
                    .put("kind", "PersistentVolumeClaim")
                    .put("namespace", claim.namespace())
                    .put("name", claim.name())
                    .put("uid", claim.uid());
            spec.putObject("local").put("path", path);
            spec.putObject("nodeAffinity")
                    .putObject("required")
                    .putArray("nodeSelectorTerms")
                    .addObject()
                    .putArray("matchExpressions")
                    .addObject()
                    .put("key", HOST_NAME)
                    .put("operator", "In")
                    .putArray("values")
                    .add(node.meta().labels().getOrDefault(HOST_NAME, node.name()));
        });
    }

    /** There is nothing to enlarge: a directory has the room of its disk. What was asked for is noted. */
    private Future<Optional<Duration>> grow(KubeObject claim) {
        Quantity wanted = Quantity.orZero(claim.text("spec", "resources", "requests", "storage"));
        Optional<KubeObject> volume = volumes.get(ObjectKey.cluster(claim.text("spec", "volumeName")))
                .filter(LocalProvisioner::ours)
                .filter(found -> found.text("spec", "claimRef", "uid").equals(claim.uid()))
                .filter(found -> Quantity.orZero(found.text("spec", "capacity", "storage"))
                                .compareTo(wanted)
                        < 0);
        if (volume.isEmpty()) {
            return Outcomes.done();
        }
        KubeObject grown = volume.get().edit(tree -> Json.child(Json.child(tree, "spec"), "capacity")
                .put("storage", claim.text("spec", "resources", "requests", "storage")));
        return Outcomes.done(context.client()
                .update(Resources.PERSISTENT_VOLUMES, grown)
                .onSuccess(done -> events.normal(claim, "VolumeResizeSuccessful", "Resize volume succeeded")));
    }

    // ---- removing

    private static boolean ended(KubeObject volume) {
        return volume.text("status", "phase").equals("Released")
                && volume.text("spec", "persistentVolumeReclaimPolicy").equals("Delete");
    }

    private Future<Optional<Duration>> remove(KubeObject volume) {
        String path = volume.text("spec", "local", "path");
        Optional<KubeObject> node = node(volume);
        // Nobody will ever come back to what was on a node that was deleted.
        Future<Void> removed = node.isEmpty()
                ? Future.succeededFuture()
                : directories.remove(node.get().name(), path.substring(path.lastIndexOf('/') + 1));
        return Outcomes.done(removed.compose(gone -> Outcomes.ignoring(
                        context.client()
                                .delete(Resources.PERSISTENT_VOLUMES, volume.key(), DeleteOptions.onlyIf(volume.uid())),
                        Reason.NotFound,
                        Reason.Conflict))
                .onFailure(why -> events.warning(volume, "VolumeFailedDelete", String.valueOf(why.getMessage()))));
    }

    private Optional<KubeObject> node(KubeObject volume) {
        String host = volume.at("spec", "nodeAffinity", "required", "nodeSelectorTerms")
                .path(0)
                .path("matchExpressions")
                .path(0)
                .path("values")
                .path(0)
                .asText();
        return nodes.list().stream()
                .filter(node -> node.meta()
                        .labels()
                        .getOrDefault(HOST_NAME, node.name())
                        .equals(host))
                .findFirst();
    }
}
