package io.minik.server.flowcontrol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Hands every change of schemas and levels on to {@link FlowControl}, keeps those that a cluster begins with, and says in a schema's
 * status whether its level is there.
 */
final class FlowConfigurations implements Controller {
    /** The key under which all work is done: the plan is one. */
    private static final ObjectKey PLAN = ObjectKey.cluster("plan");

    private final Loop loop;
    private final ApiClient client;
    private final FlowControl control;
    private final Informer schemas;
    private final Informer levels;
    private final ReconcileLoop work;

    FlowConfigurations(Loop loop, ApiClient client, Informers informers, FlowControl control) {
        this.loop = loop;
        this.client = client;
        this.control = control;
        this.schemas = informers.of(BootstrapFlows.SCHEMAS);
        this.levels = informers.of(BootstrapFlows.LEVELS);
        this.work = new ReconcileLoop("flowcontrol", loop, 1, unused -> reconcile())
                .watch(schemas, object -> List.of(PLAN))
                .watch(levels, object -> List.of(PLAN));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    @Override
    public Future<Void> start() {
        return work.start().onSuccess(unused -> loop.run(() -> work.add(PLAN)));
    }

    private Future<Optional<Duration>> reconcile() {
        Future<Void> kept = Future.succeededFuture();
        for (KubeObject wanted : BootstrapFlows.levels()) {
            kept = kept.compose(unused -> keep(BootstrapFlows.LEVELS, levels, wanted));
        }
        for (KubeObject wanted : BootstrapFlows.schemas()) {
            kept = kept.compose(unused -> keep(BootstrapFlows.SCHEMAS, schemas, wanted));
        }
        return kept.compose(unused -> {
                    control.change(schemas.list(), levels.list());
                    Future<Void> told = Future.succeededFuture();
                    for (KubeObject schema : schemas.list()) {
                        told = told.compose(before -> tell(schema));
                    }
                    return told;
                })
                .map(unused -> Optional.empty());
    }

    /** Present, and as here unless somebody has said that it is theirs now. */
    private Future<Void> keep(Resource kind, Informer informer, KubeObject wanted) {
        Optional<KubeObject> present = informer.get(wanted.key());
        if (present.isEmpty()) {
            return ignoring(client.create(kind, wanted), Reason.AlreadyExists);
        }
        boolean ours = Json.text(present.get().tree(), "metadata", "annotations", BootstrapFlows.AUTO_UPDATE)
                .equals("true");
        if (!ours || present.get().at("spec").equals(wanted.at("spec"))) {
            return Future.succeededFuture();
        }
        KubeObject again = present.get().edit(tree -> tree.set("spec", wanted.at("spec")));
        return ignoring(client.update(kind, again), Reason.Conflict, Reason.NotFound);
    }

    private Future<Void> tell(KubeObject schema) {
        String level = schema.text("spec", "priorityLevelConfiguration", "name");
        boolean there = levels.get(ObjectKey.cluster(level)).isPresent();
        ObjectNode condition = Json.object()
                .put("type", "Dangling")
                .put("status", there ? "False" : "True")
                .put("reason", there ? "Found" : "NotFound")
                .put(
                        "message",
                        "This FlowSchema references the PriorityLevelConfiguration object named \"" + level + "\" "
                                + (there ? "and it exists" : "but there is no such object"));
        ArrayNode conditions = Json.array();
        for (JsonNode old : schema.at("status", "conditions")) {
            if (!Json.text(old, "type").equals("Dangling")) {
                conditions.add(old);
            } else {
                ObjectNode before = ((ObjectNode) old).deepCopy();
                before.remove("lastTransitionTime");
                if (before.equals(condition)) {
                    return Future.succeededFuture();
                }
            }
        }
        condition.put(
                "lastTransitionTime", loop.now().truncatedTo(ChronoUnit.SECONDS).toString());
        conditions.add(condition);
        KubeObject told = schema.edit(tree -> Json.child(tree, "status").set("conditions", conditions));
        return ignoring(client.update(BootstrapFlows.SCHEMAS, told, "status"), Reason.Conflict, Reason.NotFound);
    }

    private static Future<Void> ignoring(Future<KubeObject> written, Reason... reasons) {
        return written.<Void>mapEmpty().recover(error -> {
            for (Reason reason : reasons) {
                if (ApiException.is(error, reason)) {
                    return Future.succeededFuture();
                }
            }
            return Future.failedFuture(error);
        });
    }
}
