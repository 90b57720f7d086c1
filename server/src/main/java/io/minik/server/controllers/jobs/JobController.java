package io.minik.server.controllers.jobs;

import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.QueueFigures;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.client.WorkQueue;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.ControllerRefs;
import io.minik.server.controllers.control.Finalizers;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.PodControl;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.jobs.JobProgress.Verdict;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs a Job's pods to their ends: so many at a time, so many successes, with a pause after failures, until it is
 * complete, out of retries or out of time. {@link JobProgress} and {@link JobPlan} decide.
 */
public final class JobController implements Controller {
    /** Orphaned pods let go at a time. */
    private static final int CONCURRENCY = 8;
    /** What spec.managedBy calls us. */
    private static final String OURS = "kubernetes.io/job-controller";

    private final ControllerContext context;
    private final Informer jobs;
    private final Informer pods;
    private final ControllerRefs adoption;
    private final EventRecorder events;
    private final PodControl control;
    private final ReconcileLoop work;
    private final WorkQueue<ObjectKey> orphans;

    public JobController(ControllerContext context) {
        this.context = context;
        this.jobs = context.informer(Resources.JOBS);
        this.pods = Pods.indexed(context.informer(Resources.PODS));
        this.events = context.events("job-controller");
        this.adoption =
                new ControllerRefs(context.client(), Resources.JOBS, Resources.PODS, Optional.of(JobPods.FINALIZER));
        this.control = new PodControl(context, pods, events);
        this.work =
                context.reconcile("job", this::reconcile).watch(jobs).watch(pods, pod -> adoption.owners(pod, jobs));
        this.orphans = new WorkQueue<>("job-orphan-pod", context.loop(), CONCURRENCY, this::releaseOrphan);
        pods.onChange((before, now) -> now.ifPresent(this::considerOrphan));
        jobs.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.ifPresent(job -> Pods.ownedBy(pods, job.uid()).forEach(this::considerOrphan));
            }
        });
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    @Override
    public List<QueueFigures> queues() {
        return Stream.concat(work.queues().stream(), Stream.of(orphans.figures()))
                .toList();
    }

    @Override
    public Future<Void> start() {
        jobs.synced().andThen(listed -> context.loop().run(orphans::open));
        return work.start();
    }

    @Override
    public Future<Void> stop() {
        context.loop().run(orphans::stop);
        return work.stop();
    }

    /** While jobs are still being listed every pod may be one; each is looked at again before it is let go. */
    private void considerOrphan(KubeObject pod) {
        if (JobPods.tracked(pod) && (!jobs.isSynced() || orphaned(pod))) {
            orphans.add(pod.key());
        }
    }

    /** Nobody will count it, so nobody may hold it: its job is gone, and no other will have it. */
    private boolean orphaned(KubeObject pod) {
        String owner = pod.meta().controller().map(OwnerReference::uid).orElse("");
        return adoption.owners(pod, jobs).stream()
                .map(jobs::get)
                .flatMap(Optional::stream)
                // A job of the same name that was made since is not the one that counts it.
                .noneMatch(job ->
                        owner.isEmpty() ? !job.meta().deleting() : job.uid().equals(owner));
    }

    private Future<Optional<Duration>> releaseOrphan(ObjectKey key) {
        Optional<KubeObject> pod = pods.get(key).filter(found -> JobPods.tracked(found) && orphaned(found));
        return pod.isEmpty() ? Outcomes.done() : Outcomes.done(release(pod.get()));
    }

    /** A pod that has changed meanwhile is told of, and then released. */
    private Future<Void> release(KubeObject pod) {
        return Outcomes.ignoring(
                Finalizers.remove(context.client(), Resources.PODS, pod, JobPods.FINALIZER), Reason.Conflict);
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = jobs.get(key);
        if (found.isEmpty()) {
            control.forget(key);
            return Outcomes.done();
        }
        KubeObject job = found.get();
        // Validation lets no job without a selector through; it would own nothing, and make pods without end.
        if (managedByOthers(job) || !job.at("spec", "selector").isObject()) {
            return Outcomes.done();
        }
        List<KubeObject> own = Pods.ownedBy(pods, job.uid());
        if (JobProgress.finished(job).isPresent() || job.meta().deleting()) {
            List<Future<Void>> released = own.stream()
                    .filter(pod -> JobPods.tracked(pod)
                            && (Pods.finished(pod) || pod.meta().deleting()))
                    .map(this::release)
                    .toList();
            return Outcomes.done(Outcomes.all(released));
        }
        return adoption.claim(job, own, Pods.orphans(pods, key.namespace())).compose(ours -> advance(job, ours));
    }

    /** Another controller looks after it. */
    private static boolean managedByOthers(KubeObject job) {
        return !Json.textOr(OURS, job.tree(), "spec", "managedBy").equals(OURS);
    }

    private Future<Optional<Duration>> advance(KubeObject job, List<KubeObject> own) {
        JobProgress progress = new JobProgress(job, own, context.loop().now());
        boolean settled = control.settled(job.key());
        Optional<Verdict> verdict = progress.verdict();
        JobPlan plan = settled
                ? JobPlan.of(progress, verdict)
                : new JobPlan(List.of(), List.of(), List.of(), progress.untilDeadline());
        List<Future<Void>> changes = new ArrayList<>();
        progress.releasable().forEach(pod -> changes.add(release(pod)));
        plan.remove().forEach(pod -> changes.add(release(pod).compose(done -> control.delete(job, pod))));
        plan.stop().forEach(pod -> changes.add(control.delete(job, pod)));
        Future<Void> created = control.createAll(job, pods(progress, plan)).transform(outcome -> {
            changes.add(outcome.succeeded() ? Future.succeededFuture() : Future.failedFuture(outcome.cause()));
            return Outcomes.all(changes);
        });
        return created.transform(outcome -> tell(progress, verdict, plan, settled)
                .compose(told -> outcome.succeeded()
                        ? Future.succeededFuture(verdict.isPresent() ? Optional.empty() : plan.again())
                        : Future.failedFuture(outcome.cause())));
    }

    private static List<KubeObject> pods(JobProgress progress, JobPlan plan) {
        return plan.create().stream()
                .map(index -> JobPods.pod(
                        progress.job,
                        index,
                        Optional.ofNullable(progress.indexes.waiting().get(index))))
                .toList();
    }

    private Future<KubeObject> tell(JobProgress progress, Optional<Verdict> verdict, JobPlan plan, boolean settled) {
        KubeObject job = progress.job;
        KubeObject told = JobStatus.of(progress, verdict, plan, settled, context.time());
        if (told.at("status").equals(job.at("status"))) {
            return Future.succeededFuture(job);
        }
        return context.client().update(Resources.JOBS, told, "status").onSuccess(done -> report(job, told));
    }

    private void report(KubeObject before, KubeObject told) {
        boolean was = Conditions.isTrue(before.at("status"), "Suspended");
        boolean is = Conditions.isTrue(told.at("status"), "Suspended");
        if (was != is) {
            events.normal(before, is ? "Suspended" : "Resumed", is ? "Job suspended" : "Job resumed");
        }
        JobProgress.finished(told).ifPresent(end -> {
            if (Json.text(end, "type").equals("Complete")) {
                events.normal(before, "Completed", "Job completed");
            } else {
                events.warning(before, Json.text(end, "reason"), Json.text(end, "message"));
            }
        });
    }
}
