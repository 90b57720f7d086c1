package io.minik.server.controllers.accounts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Keeps {@code kube-root-ca.crt} in each namespace: pods mount it to trust the API server. Keys are namespaces. */
public final class RootCaPublisher implements Controller {
    private static final String NAME = "kube-root-ca.crt";

    private final ControllerContext context;
    private final String caPem;
    private final Informer namespaces;
    private final Informer maps;
    private final ReconcileLoop work;

    public RootCaPublisher(ControllerContext context, String caPem) {
        this.context = context;
        this.caPem = caPem;
        this.namespaces = context.informer(Resources.NAMESPACES);
        this.maps =
                context.informers().of(Resources.CONFIG_MAPS, "", ListOptions.fields("metadata.name=" + NAME), true);
        this.work = context.reconcile("root-ca-publisher", this::reconcile)
                .watch(namespaces)
                .watch(maps, map -> List.of(ObjectKey.cluster(map.namespace())));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> namespace = namespaces.get(key);
        if (namespace.isEmpty() || namespace.get().meta().deleting()) {
            return Outcomes.done();
        }
        Optional<KubeObject> present = maps.get(ObjectKey.of(key.name(), NAME));
        if (present.isEmpty()) {
            KubeObject map = KubeObject.named("v1", "ConfigMap", ObjectKey.of(key.name(), NAME), tree -> {
                ((ObjectNode) tree.path("metadata"))
                        .putObject("annotations")
                        .put(
                                "kubernetes.io/description",
                                "CA bundle to verify the API server with, at its service IP and as kubernetes.default.svc");
                tree.putObject("data").put("ca.crt", caPem);
            });
            return Outcomes.done(Outcomes.ignoring(
                    context.client().create(Resources.CONFIG_MAPS, map), Reason.AlreadyExists, Reason.NotFound));
        }
        if (present.get().text("data", "ca.crt").equals(caPem)
                && present.get().at("data").size() == 1) {
            return Outcomes.done();
        }
        KubeObject fixed = present.get().edit(tree -> tree.putObject("data").put("ca.crt", caPem));
        return Outcomes.done(context.client().update(Resources.CONFIG_MAPS, fixed));
    }
}
