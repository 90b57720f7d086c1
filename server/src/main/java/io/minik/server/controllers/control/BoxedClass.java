package io.minik.server.controllers.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A class of something in the box, the default one: made at the start, if it is not there, and taken away at the start of a
 * server that is told to do without. In between it is its users': who deletes or changes it is not contradicted.
 */
public final class BoxedClass implements Controller {
    private static final String MADE_BY = "app.kubernetes.io/managed-by";
    private static final String US = "minik";

    private final ControllerContext context;
    private final boolean enabled;
    private final Informer classes;
    private final KubeObject made;
    private final ReconcileLoop work;
    private boolean done;

    /**
     * @param resource cluster-wide
     */
    public BoxedClass(ControllerContext context, boolean enabled, Resource resource, Made made) {
        this.context = context;
        this.enabled = enabled;
        this.classes = context.informer(resource);
        this.made = KubeObject.named(resource.apiVersion(), resource.kind(), ObjectKey.cluster(made.name()), tree -> {
            ObjectNode meta = Json.child(tree, "metadata");
            meta.putObject("labels").put(MADE_BY, US);
            meta.putObject("annotations").put(made.isDefault(), "true");
            made.body().accept(tree);
        });
        this.work =
                context.reconcile("class-" + made.name(), key -> reconcile()).needs(classes);
    }

    /**
     * What it is like.
     *
     * @param isDefault the annotation by which it is the default one
     * @param body what it has beside its metadata
     */
    public record Made(String name, String isDefault, Consumer<ObjectNode> body) {}

    @Override
    public ReconcileLoop work() {
        return work;
    }

    @Override
    public Future<Void> start() {
        context.loop().run(() -> work.add(made.key()));
        return work.start();
    }

    private Future<Optional<Duration>> reconcile() {
        Optional<KubeObject> present = classes.get(made.key());
        boolean ours = present.map(each -> US.equals(each.meta().labels().get(MADE_BY)))
                .orElse(false);
        Future<?> change = Future.succeededFuture();
        if (done) {
            return Outcomes.done();
        }
        if (enabled && present.isEmpty()) {
            change = Outcomes.ignoring(context.client().create(classes.resource(), made), Reason.AlreadyExists);
        } else if (!enabled && ours) {
            change = Outcomes.ignoring(
                    context.client()
                            .delete(
                                    classes.resource(),
                                    made.key(),
                                    DeleteOptions.onlyIf(present.get().uid())),
                    Reason.NotFound,
                    Reason.Conflict);
        }
        return Outcomes.done(change.onSuccess(settled -> done = true));
    }
}
