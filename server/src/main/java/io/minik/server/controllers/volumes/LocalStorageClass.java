package io.minik.server.controllers.volumes;

import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * The StorageClass {@code local-path}, the default one: made at the start, if it is not there, and taken away at the start of
 * a server that is told to do without. In between it is its users': who deletes or changes it is not contradicted.
 */
public final class LocalStorageClass implements Controller {
    static final String NAME = "local-path";
    private static final String MADE_BY = "app.kubernetes.io/managed-by";
    private static final String US = "minik";
    private static final String DEFAULT = "storageclass.kubernetes.io/is-default-class";
    private static final ObjectKey KEY = ObjectKey.cluster(NAME);

    private final ControllerContext context;
    private final boolean enabled;
    private final Informer classes;
    private final ReconcileLoop work;
    private boolean done;

    public LocalStorageClass(ControllerContext context, boolean enabled) {
        this.context = context;
        this.enabled = enabled;
        this.classes = context.informer(Resources.STORAGE_CLASSES);
        this.work = context.reconcile("local-storage-class", key -> reconcile()).needs(classes);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    @Override
    public Future<Void> start() {
        context.loop().run(() -> work.add(KEY));
        return work.start();
    }

    private Future<Optional<Duration>> reconcile() {
        Optional<KubeObject> present = classes.get(KEY);
        boolean ours = present.map(each -> US.equals(each.meta().labels().get(MADE_BY)))
                .orElse(false);
        Future<?> change = Future.succeededFuture();
        if (done) {
            return Outcomes.done();
        }
        if (enabled && present.isEmpty()) {
            change = Outcomes.ignoring(
                    context.client().create(Resources.STORAGE_CLASSES, storageClass()), Reason.AlreadyExists);
        } else if (!enabled && ours) {
            change = Outcomes.ignoring(
                    context.client()
                            .delete(
                                    Resources.STORAGE_CLASSES,
                                    KEY,
                                    DeleteOptions.onlyIf(present.get().uid())),
                    Reason.NotFound,
                    Reason.Conflict);
        }
        return Outcomes.done(change.onSuccess(made -> done = true));
    }

    private static KubeObject storageClass() {
        return KubeObject.named("storage.k8s.io/v1", "StorageClass", KEY, tree -> {
            var meta = Json.child(tree, "metadata");
            meta.putObject("labels").put(MADE_BY, US);
            meta.putObject("annotations").put(DEFAULT, "true");
            tree.put("provisioner", LocalProvisioner.NAME)
                    .put("reclaimPolicy", "Delete")
                    .put("volumeBindingMode", "WaitForFirstConsumer")
                    .put("allowVolumeExpansion", true);
        });
    }
}
