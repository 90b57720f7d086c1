package io.minik.server.authz;

import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the authorizer's picture of roles, bindings and pods fresh. start() succeeds when the pictures are complete; the
 * authorizer may be asked before (only system:masters gets through then).
 */
public final class Rbac implements Room {
    private final List<Informer> informers;
    private final ClusterAuthorizer authorizer;
    private final RoleEscalation escalation;

    private static final Resource INGRESSES = new Resource("networking.k8s.io", "v1", "ingresses", "Ingress", true);
    private static final Resource INGRESS_CLASSES =
            new Resource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false);

    /**
     * @param informers of any one loop, reading with the API server's own rights; shared with whoever needs pods
     * @param ingress nodes serve Ingresses
     */
    public Rbac(Informers informers, boolean ingress) {
        RbacIndex index = new RbacIndex();
        PodReferences references = new PodReferences();
        IngressReferences ingresses = new IngressReferences();
        List<Informer> all = new ArrayList<>(List.of(
                informers.of(Resources.CLUSTER_ROLES).onChange(index::role),
                informers.of(Resources.ROLES).onChange(index::role),
                informers.of(Resources.CLUSTER_ROLE_BINDINGS).onChange(index::binding),
                informers.of(Resources.ROLE_BINDINGS).onChange(index::binding),
                informers.of(Resources.PODS).onChange(references::pod),
                informers.of(Resources.PERSISTENT_VOLUMES).onChange(references::volume)));
        if (ingress) {
            all.add(informers.of(INGRESSES).onChange(ingresses::ingress));
            all.add(informers.of(INGRESS_CLASSES).onChange(ingresses::ingressClass));
        }
        this.informers = List.copyOf(all);
        this.authorizer = new ClusterAuthorizer(
                index,
                new NodeAuthorizer(references, ingresses, BootstrapPolicy.load().clusterRoleRules("system:node")));
        this.escalation = new RoleEscalation(index, authorizer);
    }

    public ClusterAuthorizer authorizer() {
        return authorizer;
    }

    public RoleEscalation escalation() {
        return escalation;
    }

    @Override
    public String name() {
        return "rbac";
    }

    @Override
    public Future<Void> start() {
        return Future.all(informers.stream()
                        .map(informer -> informer.start().synced())
                        .toList())
                .mapEmpty();
    }

    /** The informers are the wiring's to stop. */
    @Override
    public Future<Void> stop() {
        return Future.succeededFuture();
    }

    @Override
    public Health health() {
        return informers.stream().allMatch(informer -> informer.synced().isComplete())
                ? Health.READY
                : Health.notReady("waiting for roles and bindings");
    }
}
