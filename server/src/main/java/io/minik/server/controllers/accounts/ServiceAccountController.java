package io.minik.server.controllers.accounts;

import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
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

/** Gives each namespace its {@code default} ServiceAccount, again if it is deleted. Keys are namespaces. */
public final class ServiceAccountController implements Controller {
    private static final String NAME = "default";

    private final ControllerContext context;
    private final Informer namespaces;
    private final Informer accounts;
    private final ReconcileLoop work;

    public ServiceAccountController(ControllerContext context) {
        this.context = context;
        this.namespaces = context.informer(Resources.NAMESPACES);
        this.accounts = context.informer(Resources.SERVICE_ACCOUNTS);
        this.work = context.reconcile("serviceaccount", this::reconcile)
                .watch(namespaces)
                .watch(
                        accounts,
                        account -> account.name().equals(NAME)
                                ? List.of(ObjectKey.cluster(account.namespace()))
                                : List.of());
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> namespace = namespaces.get(key);
        boolean wanted = namespace.isPresent() && !namespace.get().meta().deleting();
        ObjectKey account = ObjectKey.of(key.name(), NAME);
        if (!wanted || accounts.get(account).isPresent()) {
            return Outcomes.done();
        }
        return Outcomes.done(Outcomes.ignoring(
                context.client()
                        .create(
                                Resources.SERVICE_ACCOUNTS,
                                KubeObject.named("v1", "ServiceAccount", account, tree -> {})),
                Reason.AlreadyExists,
                Reason.NotFound));
    }
}
