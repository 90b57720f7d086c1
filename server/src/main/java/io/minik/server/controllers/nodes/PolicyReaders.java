package io.minik.server.controllers.nodes;

import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resource;
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

/**
 * Lets nodes read all pods while there are NetworkPolicies, because they have to know whom these are about; without any, a
 * node sees its own pods only.
 */
public final class PolicyReaders implements Controller {
    /** Of the role and its binding. */
    static final ObjectKey NAME = ObjectKey.cluster("minik:network-policy-peers");

    private static final String RBAC = "rbac.authorization.k8s.io";
    private static final Resource POLICIES =
            new Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true);

    private final ControllerContext context;
    private final boolean enabled;
    private final Informer policies;
    private final Informer bindings;
    private final Informer roles;
    private final ReconcileLoop work;

    public PolicyReaders(ControllerContext context, boolean enabled) {
        this.context = context;
        this.enabled = enabled;
        this.policies = context.informer(POLICIES);
        this.bindings = context.informer(Resources.CLUSTER_ROLE_BINDINGS);
        this.roles = context.informer(Resources.CLUSTER_ROLES);
        this.work = context.reconcile("network-policy-readers", key -> reconcile())
                .watch(policies, policy -> List.of(NAME))
                .needs(bindings)
                .needs(roles);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    @Override
    public Future<Void> start() {
        context.loop().run(() -> work.add(NAME));
        return work.start();
    }

    private Future<Optional<Duration>> reconcile() {
        boolean wanted = enabled && !policies.list().isEmpty();
        return Outcomes.done(settle(roles, wanted, role()).compose(done -> settle(bindings, wanted, binding())));
    }

    private Future<Void> settle(Informer informer, boolean wanted, KubeObject object) {
        boolean present = informer.get(NAME).isPresent();
        if (wanted == present) {
            return Future.succeededFuture();
        }
        return wanted
                ? Outcomes.ignoring(context.client().create(informer.resource(), object), Reason.AlreadyExists)
                : Outcomes.ignoring(
                        context.client().delete(informer.resource(), NAME, DeleteOptions.DEFAULT), Reason.NotFound);
    }

    private static KubeObject role() {
        return KubeObject.named(RBAC + "/v1", "ClusterRole", NAME, tree -> {
            var rule = tree.putArray("rules").addObject();
            rule.putArray("apiGroups").add("");
            rule.putArray("resources").add("pods");
            rule.putArray("verbs").add("list").add("watch");
        });
    }

    private static KubeObject binding() {
        return KubeObject.named(RBAC + "/v1", "ClusterRoleBinding", NAME, tree -> {
            Json.child(tree, "roleRef")
                    .put("apiGroup", RBAC)
                    .put("kind", "ClusterRole")
                    .put("name", NAME.name());
            tree.putArray("subjects")
                    .addObject()
                    .put("apiGroup", RBAC)
                    .put("kind", "Group")
                    .put("name", "system:nodes");
        });
    }
}
