package io.minik.server.controllers;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.controllers.JobProgress.Verdict;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Runs a Job's pods to their ends: so many at a time, so many successes, with a pause after failures, until it is
 * complete, out of retries or out of time. {@link JobProgress} decides.
 */
final class JobController implements Controller {
    private final ControllerContext context;
    private final Informer jobs;
    private final Informer pods;
    private final EventRecorder events;
    private final PodControl control;
    private final ReconcileLoop work;

    JobController(ControllerContext context) {
        this.context = context;
        this.jobs = context.informer(Resources.JOBS);
        this.pods = Pods.indexed(context.informer(Resources.PODS));
        this.events = context.events("job-controller");
        this.control = new PodControl(context, pods, events);
        this.work = context.reconcile("job", this::reconcile).watch(jobs).watch(pods, JobController::jobOf);
        pods.onChange((before, now) -> now.filter(JobPods::tracked)
                .filter(pod -> jobOf(pod).stream().allMatch(key -> jobs.get(key).isEmpty()))
                .ifPresent(this::releaseOrphan));
        jobs.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.ifPresent(job -> Pods.ownedBy(pods, job.uid()).forEach(this::releaseOrphan));
            }
        });
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private static Collection<ObjectKey> jobOf(KubeObject pod) {
        return pod.meta()
                .controller()
                .filter(owner -> owner.kind().equals("Job"))
                .map(owner -> List.of(ObjectKey.of(pod.namespace(), owner.name())))
                .orElse(List.of());
    }

    /** Its job is gone: nobody will count it, so nobody may hold it. */
    private void releaseOrphan(KubeObject pod) {
        if (JobPods.tracked(pod) && pods.get(pod.key()).isPresent() && jobs.isSynced()) {
            release(pod).onFailure(error -> org.slf4j.LoggerFactory.getLogger(JobController.class)
                    .atWarn()
                    .addKeyValue("pod", pod.key())
                    .addKeyValue("err", error.toString())
                    .log("orphaned pod of a job could not be released"));
        }
    }

    private Future<Void> release(KubeObject pod) {
        ObjectNode patch = Json.object();
        ObjectNode meta = patch.putObject("metadata").put("uid", pod.uid());
        ArrayNode rest = meta.putArray("finalizers");
        pod.meta().finalizers().stream()
                .filter(each -> !each.equals(JobPods.FINALIZER))
                .forEach(rest::add);
        // A merge patch: it says the whole list.
        return Outcomes.ignoring(
                context.client().patch(Resources.PODS, pod.key(), "", PatchType.MERGE, patch),
                Reason.NotFound,
                Reason.Conflict);
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = jobs.get(key);
        if (found.isEmpty()) {
            control.forget(key);
            return Outcomes.done();
        }
        KubeObject job = found.get();
        List<KubeObject> own = Pods.ownedBy(pods, job.uid());
        JobProgress progress = new JobProgress(job, own, context.loop().now());
        if (JobProgress.finished(job).isPresent() || job.meta().deleting()) {
            List<Future<Void>> released = own.stream()
                    .filter(pod -> JobPods.tracked(pod)
                            && (Pods.finished(pod) || pod.meta().deleting()))
                    .map(this::release)
                    .toList();
            return Outcomes.done(Outcomes.all(released));
        }
        List<Future<Void>> changes = new ArrayList<>();
        progress.releasable().forEach(pod -> changes.add(release(pod)));
        Optional<Verdict> verdict = progress.verdict().or(() -> said(job));
        // A verdict ends all waiting; so does a deadline that is over, which is a verdict.
        Optional<Duration> next = verdict.isPresent() ? Optional.empty() : progress.untilDeadline();
        if (control.settled(key)) {
            next = Outcomes.sooner(next, manage(job, progress, verdict, changes));
        }
        Optional<Duration> later = next;
        return Outcomes.all(changes).transform(outcome -> tell(progress, verdict)
                .compose(told ->
                        outcome.succeeded() ? Future.succeededFuture(later) : Future.failedFuture(outcome.cause())));
    }

    /** A verdict that was told already stands, whatever its pods do since. */
    private static Optional<Verdict> said(KubeObject job) {
        return Conditions.find(job.at("status"), "FailureTarget")
                .map(condition ->
                        new Verdict("Failed", Json.text(condition, "reason"), Json.text(condition, "message")));
    }

    private Optional<Duration> manage(
            KubeObject job, JobProgress progress, Optional<Verdict> verdict, List<Future<Void>> changes) {
        if (verdict.isPresent()) {
            progress.active().forEach(pod -> changes.add(control.delete(job, pod)));
            return Optional.empty();
        }
        int missing = progress.missing();
        if (missing < 0) {
            ReplicaRanking.least(progress.active(), -missing).forEach(pod -> changes.add(control.delete(job, pod)));
        } else if (missing > 0) {
            Duration pause = progress.backoff();
            if (!pause.isZero()) {
                return Optional.of(pause);
            }
            progress.nextIndexes(missing)
                    .forEach(index -> changes.add(
                            control.create(job, JobPods.pod(job, index)).mapEmpty()));
        }
        return Optional.empty();
    }

    private Future<KubeObject> tell(JobProgress progress, Optional<Verdict> verdict) {
        KubeObject job = progress.job;
        KubeObject told = job.edit(tree -> progress.tell(Json.child(tree, "status"), verdict, context.time()));
        if (told.at("status").equals(job.at("status"))) {
            return Future.succeededFuture(job);
        }
        return context.client().update(Resources.JOBS, told, "status").onSuccess(done -> {
            boolean over = JobProgress.finished(told).isPresent();
            if (over && verdict.isPresent() && verdict.get().condition().equals("Complete")) {
                events.normal(job, "Completed", "Job completed");
            } else if (over && verdict.isPresent()) {
                events.warning(job, verdict.get().reason(), verdict.get().message());
            }
        });
    }
}
