package io.minik.server.controllers.nodes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
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
 * Gives the node beside the control plane its role, as k3s does: a node may not give itself one (NodeRestriction). Without
 * the taint that often goes with it: a server of one machine runs everybody's pods.
 */
public final class ServerRole implements Controller {
    private static final String LABEL = "node-role.kubernetes.io/control-plane";

    private final ControllerContext context;
    private final String nodeName;
    private final Informer nodes;
    private final ReconcileLoop work;

    /** @param nodeName of this server's machine; nothing happens while no node has that name */
    public ServerRole(ControllerContext context, String nodeName) {
        this.context = context;
        this.nodeName = nodeName;
        this.nodes = context.informer(Resources.NODES);
        this.work = context.reconcile("server-role", this::reconcile).watch(nodes);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> node = nodes.get(key).filter(found -> found.name().equals(nodeName));
        if (node.isEmpty() || node.get().meta().labels().containsKey(LABEL)) {
            return Outcomes.done();
        }
        ObjectNode patch = Json.object();
        patch.putObject("metadata").putObject("labels").put(LABEL, "true");
        return Outcomes.done(Outcomes.ignoring(
                context.client().patch(Resources.NODES, key, "", PatchType.MERGE, patch), Reason.NotFound));
    }
}
