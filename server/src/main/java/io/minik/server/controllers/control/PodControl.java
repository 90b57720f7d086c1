package io.minik.server.controllers.control;

import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Creates and deletes an owner's pods, tells it in events, and remembers what the informer has still to show. */
public final class PodControl {
    private final ControllerContext context;
    private final Informer pods;
    private final EventRecorder events;
    private final Expectations expectations = new Expectations();

    public PodControl(ControllerContext context, Informer pods, EventRecorder events) {
        this.context = context;
        this.pods = pods;
        this.events = events;
        pods.onChange(expectations::saw);
    }

    public boolean settled(ObjectKey owner) {
        return expectations.fulfilled(owner, context.loop().now());
    }

    public void forget(ObjectKey owner) {
        expectations.forget(owner);
    }

    public Future<KubeObject> create(KubeObject owner, KubeObject pod) {
        return context.client()
                .create(Resources.PODS, pod)
                .onSuccess(made -> {
                    Optional<KubeObject> shown = pods.get(made.key());
                    expectations.created(
                            owner.key(), made, shown.isPresent(), context.loop().now());
                    events.normal(owner, "SuccessfulCreate", "Created pod: " + made.name());
                })
                .onFailure(error -> {
                    if (!ApiException.is(error, Reason.AlreadyExists)) {
                        events.warning(owner, "FailedCreate", "Error creating: " + error.getMessage());
                    }
                });
    }

    /** One, then two, then four …: if pods can't be made at all, few calls find out. */
    public Future<Void> createAll(KubeObject owner, List<KubeObject> wanted) {
        return createAll(owner, wanted, 1);
    }

    private Future<Void> createAll(KubeObject owner, List<KubeObject> wanted, int batch) {
        if (wanted.isEmpty()) {
            return Future.succeededFuture();
        }
        int now = Math.min(wanted.size(), batch);
        List<Future<KubeObject>> made =
                wanted.subList(0, now).stream().map(pod -> create(owner, pod)).toList();
        return Outcomes.all(made).compose(done -> createAll(owner, wanted.subList(now, wanted.size()), batch * 2));
    }

    public Future<Void> delete(KubeObject owner, KubeObject pod) {
        if (pod.meta().deleting()) {
            return Future.succeededFuture();
        }
        expectations.deleted(owner.key(), pod, context.loop().now());
        return context.client()
                .delete(Resources.PODS, pod.key(), DeleteOptions.onlyIf(pod.uid()))
                .onSuccess(done -> events.normal(owner, "SuccessfulDelete", "Deleted pod: " + pod.name()))
                .<Void>mapEmpty()
                .recover(error -> {
                    expectations.failedToDelete(pod);
                    boolean gone = ApiException.is(error, Reason.NotFound) || ApiException.is(error, Reason.Conflict);
                    if (!gone) {
                        events.warning(owner, "FailedDelete", "Error deleting: " + error.getMessage());
                    }
                    return gone ? Future.succeededFuture() : Future.failedFuture(error);
                });
    }
}
