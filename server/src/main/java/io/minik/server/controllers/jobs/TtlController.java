package io.minik.server.controllers.jobs;

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
import java.time.Instant;
import java.util.Optional;

/** Deletes finished Jobs when their ttlSecondsAfterFinished is over. */
public final class TtlController implements Controller {
    private final ControllerContext context;
    private final Informer jobs;
    private final ReconcileLoop work;

    public TtlController(ControllerContext context) {
        this.context = context;
        this.jobs = context.informer(Resources.JOBS);
        this.work = context.reconcile("ttl-after-finished", this::reconcile).watch(jobs);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> job = jobs.get(key);
        long ttl = job.map(each -> Json.longOr(-1, each.tree(), "spec", "ttlSecondsAfterFinished"))
                .orElse(-1L);
        Optional<Instant> end = job.filter(each -> ttl >= 0 && !each.meta().deleting())
                .flatMap(JobProgress::finished)
                .flatMap(condition -> Outcomes.instant(Json.text(condition, "lastTransitionTime")));
        if (job.isEmpty() || end.isEmpty()) {
            return Outcomes.done();
        }
        Duration left = Duration.between(context.loop().now(), Outcomes.after(end.get(), ttl));
        if (!left.isNegative() && !left.isZero()) {
            return Outcomes.again(left);
        }
        return Outcomes.done(Outcomes.ignoring(
                context.client()
                        .delete(
                                Resources.JOBS,
                                key,
                                DeleteOptions.onlyIf(job.get().uid()).propagate("Foreground")),
                Reason.NotFound,
                Reason.Conflict));
    }
}
