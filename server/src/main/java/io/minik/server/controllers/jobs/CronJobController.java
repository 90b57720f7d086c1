package io.minik.server.controllers.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.CronSchedule;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes a Job at each time of a CronJob's schedule. A timer per CronJob, for its next time, is all that waits. Of several
 * times that were missed only the last is made up for. Without a timeZone a schedule is in the server's own, as upstream.
 */
public final class CronJobController implements Controller {
    private static final String SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    /** More missed times than that are a reason to warn; as upstream. */
    private static final int MOST_MISSED = 100;

    private static final DateTimeFormatter RFC1123 = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final ControllerContext context;
    private final ZoneId local;
    private final Informer cronJobs;
    private final Informer jobs;
    private final EventRecorder events;
    private final ReconcileLoop work;

    /** @param local the zone of schedules that name none */
    public CronJobController(ControllerContext context, ZoneId local) {
        this.context = context;
        this.local = local;
        this.cronJobs = context.informer(Resources.CRON_JOBS);
        this.jobs = Pods.indexed(context.informer(Resources.JOBS));
        this.events = context.events("cronjob-controller");
        this.work = context.reconcile("cronjob", this::reconcile)
                .watch(cronJobs)
                .watch(jobs, job -> job.meta()
                        .controller()
                        .filter(owner -> owner.kind().equals("CronJob"))
                        .map(owner -> List.of(ObjectKey.of(job.namespace(), owner.name())))
                        .orElse(List.of()));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = cronJobs.get(key);
        if (found.isEmpty() || found.get().meta().deleting()) {
            return Outcomes.done();
        }
        KubeObject cron = found.get();
        List<KubeObject> own = Pods.ownedBy(jobs, cron.uid());
        return forget(cron, own)
                .compose(done -> status(cron, own))
                .compose(told -> Json.bool(told.tree(), "spec", "suspend") ? Outcomes.done() : schedule(told, own));
    }

    private Future<Optional<Duration>> schedule(KubeObject cron, List<KubeObject> own) {
        Instant now = context.loop().now();
        Optional<CronSchedule> parsed = parse(cron);
        if (parsed.isEmpty()) {
            return Outcomes.done();
        }
        CronSchedule schedule = parsed.get();
        if (schedule.next(now).isEmpty() && due(cron, schedule, now).isEmpty()) {
            // What upstream's arithmetic makes of the 31st of February: two times that are none, with no second between
            // them.
            events.warning(
                    cron,
                    "InvalidSchedule",
                    "invalid schedule: " + cron.text("spec", "schedule")
                            + " : time difference between two schedules is less than 1 second");
            return Outcomes.done();
        }
        Optional<Duration> next =
                schedule.next(now).map(time -> Duration.between(now, time).plusMillis(1));
        Optional<Instant> due = due(cron, schedule, now);
        if (due.isEmpty()) {
            return Future.succeededFuture(next);
        }
        long deadline = Json.longOr(-1, cron.tree(), "spec", "startingDeadlineSeconds");
        if (deadline >= 0 && Outcomes.after(due.get(), deadline).isBefore(now)) {
            events.warning(cron, "MissSchedule", "Missed scheduled time to start a job: " + RFC1123.format(due.get()));
            return Future.succeededFuture(next);
        }
        List<KubeObject> active =
                own.stream().filter(job -> JobProgress.finished(job).isEmpty()).toList();
        String policy = cron.text("spec", "concurrencyPolicy");
        if (policy.equals("Forbid") && !active.isEmpty()) {
            events.normal(
                    cron,
                    "JobAlreadyActive",
                    "Not starting job because prior execution is running and concurrency policy is Forbid");
            return Future.succeededFuture(next);
        }
        List<Future<Void>> replaced = policy.equals("Replace")
                ? active.stream().map(job -> delete(cron, job)).toList()
                : List.of();
        return Outcomes.all(replaced).compose(done -> start(cron, due.get())).map(next);
    }

    private Optional<CronSchedule> parse(KubeObject cron) {
        String timeZone = cron.text("spec", "timeZone");
        try {
            ZoneId zone = timeZone.isEmpty() ? local : ZoneId.of(timeZone);
            return Optional.of(CronSchedule.parse(cron.text("spec", "schedule"), zone));
        } catch (DateTimeException e) {
            events.warning(cron, "UnknownTimeZone", "invalid timeZone: \"" + timeZone + "\": " + e.getMessage());
        } catch (IllegalArgumentException e) {
            events.warning(
                    cron,
                    "UnparseableSchedule",
                    "unparseable schedule: \"" + cron.text("spec", "schedule") + "\" : " + e.getMessage());
        }
        return Optional.empty();
    }

    /** The last time that should have begun and has not. */
    private Optional<Instant> due(KubeObject cron, CronSchedule schedule, Instant now) {
        Instant since = Outcomes.instant(cron.text("status", "lastScheduleTime"))
                .or(() -> Outcomes.instant(cron.meta().creationTimestamp()))
                .orElse(now);
        long deadline = Json.longOr(-1, cron.tree(), "spec", "startingDeadlineSeconds");
        if (deadline >= 0 && Outcomes.after(now, -deadline).isAfter(since)) {
            since = Outcomes.after(now, -deadline);
        }
        Optional<Instant> last = schedule.last(since, now);
        if (last.isPresent() && schedule.count(since, now, MOST_MISSED + 1) > MOST_MISSED) {
            events.warning(
                    cron,
                    "TooManyMissedTimes",
                    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
        }
        return last;
    }

    private Future<KubeObject> start(KubeObject cron, Instant due) {
        // The time is in the name: the same time never makes two.
        String name = cron.name() + "-" + due.getEpochSecond() / 60;
        JsonNode template = cron.at("spec", "jobTemplate");
        KubeObject job = KubeObject.named("batch/v1", "Job", ObjectKey.of(cron.namespace(), name), tree -> {
            ObjectNode meta = Json.child(tree, "metadata");
            for (String field : List.of("labels", "annotations")) {
                if (Json.at(template, "metadata", field).isObject()) {
                    meta.set(field, Json.at(template, "metadata", field).deepCopy());
                }
            }
            Json.child(meta, "annotations").put(SCHEDULED_AT, due.toString());
            meta.putArray("ownerReferences")
                    .add(OwnerReference.controllerOf(cron).tree());
            tree.set("spec", template.path("spec").deepCopy());
        });
        return context.client()
                .create(Resources.JOBS, job)
                .onSuccess(made -> events.normal(cron, "SuccessfulCreate", "Created job " + name))
                .recover(error -> ApiException.is(error, Reason.AlreadyExists)
                        ? Future.succeededFuture(job)
                        : Future.failedFuture(error))
                .onFailure(error -> events.warning(cron, "FailedCreate", "Error creating job: " + error.getMessage()))
                .compose(made -> {
                    KubeObject told =
                            cron.edit(tree -> Json.child(tree, "status").put("lastScheduleTime", due.toString()));
                    return context.client().update(Resources.CRON_JOBS, told, "status");
                });
    }

    private Future<KubeObject> status(KubeObject cron, List<KubeObject> own) {
        KubeObject told = cron.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            ArrayNode active = Json.array();
            Optional<String> lastSuccess = Optional.of(Json.text(status, "lastSuccessfulTime"));
            for (KubeObject job : sorted(own)) {
                Optional<JsonNode> end = JobProgress.finished(job);
                if (end.isEmpty()) {
                    active.addObject()
                            .put("apiVersion", "batch/v1")
                            .put("kind", "Job")
                            .put("name", job.name())
                            .put("namespace", job.namespace())
                            .put("uid", job.uid())
                            .put("resourceVersion", job.meta().resourceVersion());
                } else {
                    String completed = job.text("status", "completionTime");
                    lastSuccess = lastSuccess
                            .filter(last -> completed.compareTo(last) <= 0)
                            .or(() -> Optional.of(completed));
                }
            }
            lastSuccess.filter(time -> !time.isEmpty()).ifPresent(time -> status.put("lastSuccessfulTime", time));
            if (active.isEmpty()) {
                status.remove("active");
            } else if (!names(active).equals(names(status.path("active")))) {
                status.set("active", active);
            }
        });
        for (JsonNode before : cron.at("status", "active")) {
            if (own.stream().noneMatch(job -> job.uid().equals(Json.text(before, "uid")))) {
                events.normal(cron, "MissingJob", "Active job went missing: " + Json.text(before, "name"));
            }
            own.stream()
                    .filter(job -> job.uid().equals(Json.text(before, "uid")))
                    .flatMap(job -> JobProgress.finished(job).stream()
                            .map(end -> "Saw completed job: " + job.name() + ", condition: " + Json.text(end, "type")))
                    .forEach(message -> events.normal(cron, "SawCompletedJob", message));
        }
        return told.at("status").equals(cron.at("status"))
                ? Future.succeededFuture(cron)
                : context.client().update(Resources.CRON_JOBS, told, "status");
    }

    private static List<String> names(JsonNode references) {
        List<String> uids = new ArrayList<>();
        references.forEach(reference -> uids.add(Json.text(reference, "uid")));
        return uids;
    }

    private static List<KubeObject> sorted(List<KubeObject> own) {
        return own.stream()
                .sorted(Comparator.comparing((KubeObject job) -> job.meta().creationTimestamp())
                        .thenComparing(KubeObject::name))
                .toList();
    }

    /** Finished jobs beyond the limits of history, the oldest first. */
    private Future<Void> forget(KubeObject cron, List<KubeObject> own) {
        List<Future<Void>> deleted = new ArrayList<>();
        for (String type : List.of("Complete", "Failed")) {
            boolean success = type.equals("Complete");
            int keep = Json.intOr(
                    success ? 3 : 1,
                    cron.tree(),
                    "spec",
                    success ? "successfulJobsHistoryLimit" : "failedJobsHistoryLimit");
            List<KubeObject> ended = sorted(own).stream()
                    .filter(job -> Conditions.isTrue(job.at("status"), type)
                            && !job.meta().deleting())
                    .toList();
            ended.subList(0, Math.max(0, ended.size() - keep)).forEach(job -> deleted.add(delete(cron, job)));
        }
        return Outcomes.all(deleted);
    }

    private Future<Void> delete(KubeObject cron, KubeObject job) {
        return Outcomes.ignoring(
                context.client()
                        .delete(
                                Resources.JOBS,
                                job.key(),
                                DeleteOptions.onlyIf(job.uid()).propagate("Background"))
                        .onSuccess(done -> events.normal(cron, "SuccessfulDelete", "Deleted job " + job.name())),
                Reason.NotFound,
                Reason.Conflict);
    }
}
