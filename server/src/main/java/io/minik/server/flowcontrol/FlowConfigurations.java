package io.minik.server.flowcontrol;

import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Hands every change of schemas and levels on to {@link FlowControl}, keeps those that a cluster begins with, and says in a schema's
 * status whether its level is there.
 */
final class FlowConfigurations implements Controller {
    /** The key under which all work is done: the plan is one. */
    private static final ObjectKey PLAN = ObjectKey.cluster("plan");

    private final ControllerContext context;
    private final FlowControl control;
    private final Informer schemas;
    private final Informer levels;
    private final ReconcileLoop work;

    FlowConfigurations(ControllerContext context, FlowControl control) {
        this.context = context;
        this.control = control;
        this.schemas = context.informer(BootstrapFlows.SCHEMAS);
        this.levels = context.informer(BootstrapFlows.LEVELS);
        this.work = context.reconcile("flowcontrol", unused -> reconcile())
                .watch(schemas, object -> List.of(PLAN))
                .watch(levels, object -> List.of(PLAN));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    @Override
    public Future<Void> start() {
        return work.start().onSuccess(unused -> context.loop().run(() -> work.add(PLAN)));
    }

    private Future<Optional<Duration>> reconcile() {
        Future<Void> kept = Future.succeededFuture();
        for (KubeObject wanted : BootstrapFlows.FIRST_LEVELS) {
            kept = kept.compose(unused -> keep(BootstrapFlows.LEVELS, levels, wanted));
        }
        for (KubeObject wanted : BootstrapFlows.FIRST_SCHEMAS) {
            kept = kept.compose(unused -> keep(BootstrapFlows.SCHEMAS, schemas, wanted));
        }
        return kept.compose(unused -> {
                    control.change(schemas.list(), levels.list());
                    return context.loop().inTurns(schemas.list(), this::tell);
                })
                .map(unused -> Optional.empty());
    }

    /** Present, and as here unless somebody has said that it is theirs now. */
    private Future<Void> keep(Resource kind, Informer informer, KubeObject wanted) {
        Optional<KubeObject> present = informer.get(wanted.key());
        if (present.isEmpty()) {
            return Outcomes.ignoring(context.client().create(kind, wanted), Reason.AlreadyExists);
        }
        boolean ours = Json.text(present.get().tree(), "metadata", "annotations", BootstrapFlows.AUTO_UPDATE)
                .equals("true");
        if (!ours || present.get().at("spec").equals(wanted.at("spec"))) {
            return Future.succeededFuture();
        }
        KubeObject again = present.get().edit(tree -> tree.set("spec", wanted.at("spec")));
        return Outcomes.ignoring(context.client().update(kind, again), Reason.Conflict, Reason.NotFound);
    }

    private Future<Void> tell(KubeObject schema) {
        String level = schema.text("spec", "priorityLevelConfiguration", "name");
        boolean there = levels.get(ObjectKey.cluster(level)).isPresent();
        KubeObject told = schema.edit(tree -> Conditions.set(
                Json.child(tree, "status"),
                "Dangling",
                there ? "False" : "True",
                there ? "Found" : "NotFound",
                "This FlowSchema references the PriorityLevelConfiguration object named \"" + level + "\" "
                        + (there ? "and it exists" : "but there is no such object"),
                context.time()));
        return told.at("status").equals(schema.at("status"))
                ? Future.succeededFuture()
                : Outcomes.ignoring(
                        context.client().update(BootstrapFlows.SCHEMAS, told, "status"),
                        Reason.Conflict,
                        Reason.NotFound);
    }
}
