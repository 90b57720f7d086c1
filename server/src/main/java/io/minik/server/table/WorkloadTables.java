package io.minik.server.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs and what they are made of. */
final class WorkloadTables {
    private static final String[] POD = {"spec", "template", "spec"};
    private static final String[] JOB_POD = {"spec", "jobTemplate", "spec", "template", "spec"};

    static final TableKind DEPLOYMENT = Printed.of(
            "Name, Ready, #Up-to-date, #Available, Age, +Containers, +Images, +Selector",
            (object, now) -> List.of(
                    object.name(),
                    Cells.number(object, "status", "readyReplicas") + "/" + Cells.number(object, "spec", "replicas"),
                    Cells.number(object, "status", "updatedReplicas"),
                    Cells.number(object, "status", "availableReplicas"),
                    Cells.age(object, now),
                    Cells.containerNames(object, POD),
                    Cells.images(object, POD),
                    Cells.selector(object.at("spec", "selector"))));

    static final TableKind SCALE = Printed.of(
            "Name, #Desired, #Available, Age",
            (object, now) -> List.of(
                    object.name(),
                    Cells.number(object, "spec", "replicas"),
                    Cells.number(object, "status", "replicas"),
                    Cells.age(object, now)));

    static final TableKind REPLICA_SET = replicas(false);
    static final TableKind REPLICATION_CONTROLLER = replicas(true);

    static final TableKind STATEFUL_SET = Printed.of(
            "Name, Ready, Age, +Containers, +Images",
            (object, now) -> List.of(
                    object.name(),
                    Cells.number(object, "status", "readyReplicas") + "/" + Cells.number(object, "spec", "replicas"),
                    Cells.age(object, now),
                    Cells.containerNames(object, POD),
                    Cells.images(object, POD)));

    static final TableKind DAEMON_SET = Printed.of(
            "Name, #Desired, #Current, #Ready, #Up-to-date, #Available, Node Selector, Age, +Containers, +Images,"
                    + " +Selector",
            (object, now) -> List.of(
                    object.name(),
                    Cells.number(object, "status", "desiredNumberScheduled"),
                    Cells.number(object, "status", "currentNumberScheduled"),
                    Cells.number(object, "status", "numberReady"),
                    Cells.number(object, "status", "updatedNumberScheduled"),
                    Cells.number(object, "status", "numberAvailable"),
                    Cells.labels(Json.strings(object.tree(), "spec", "template", "spec", "nodeSelector")),
                    Cells.age(object, now),
                    Cells.containerNames(object, POD),
                    Cells.images(object, POD),
                    Cells.selector(object.at("spec", "selector"))));

    static final TableKind JOB = Printed.of(
            "Name, Status, Completions, Duration, Age, +Containers, +Images, +Selector",
            (object, now) -> List.of(
                    object.name(),
                    jobStatus(object),
                    completions(object),
                    duration(object, now),
                    Cells.age(object, now),
                    Cells.containerNames(object, POD),
                    Cells.images(object, POD),
                    Cells.selector(object.at("spec", "selector"))));

    static final TableKind CRON_JOB = Printed.of(
            "Name, Schedule, Timezone, Suspend, #Active, Last Schedule, Age, +Containers, +Images, +Selector",
            (object, now) -> List.of(
                    object.name(),
                    object.text("spec", "schedule"),
                    Cells.orNone(object.text("spec", "timeZone")),
                    suspend(object.at("spec", "suspend")),
                    object.at("status", "active").size(),
                    object.text("status", "lastScheduleTime").isEmpty()
                            ? Cells.NONE
                            : Ages.of(object.text("status", "lastScheduleTime"), now),
                    Cells.age(object, now),
                    Cells.containerNames(object, JOB_POD),
                    Cells.images(object, JOB_POD),
                    Cells.selector(object.at("spec", "jobTemplate", "spec", "selector"))));

    static final TableKind CONTROLLER_REVISION = Printed.of(
            "Name, Controller, #Revision, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.meta()
                            .controller()
                            .map(owner -> qualified(owner.apiVersion(), owner.kind(), owner.name()))
                            .orElse(Cells.NONE),
                    Cells.number(object, "revision"),
                    Cells.age(object, now)));

    static final TableKind POD_TEMPLATE = Printed.of(
            "Name, Containers, Images, Pod Labels",
            (object, now) -> List.of(
                    object.name(),
                    Cells.containerNames(object, "template", "spec"),
                    Cells.images(object, "template", "spec"),
                    Cells.labels(Json.strings(object.tree(), "template", "metadata", "labels"))));

    static final TableKind AUTOSCALER = Printed.of(
            "Name, Reference, Targets, MinPods, #MaxPods, #Replicas, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.text("spec", "scaleTargetRef", "kind") + "/" + object.text("spec", "scaleTargetRef", "name"),
                    HpaTargets.text(object),
                    Cells.scalar(Cells.UNSET, object.at("spec", "minReplicas")),
                    Cells.number(object, "spec", "maxReplicas"),
                    Cells.number(object, "status", "currentReplicas"),
                    Cells.age(object, now)));

    private WorkloadTables() {}

    private static TableKind replicas(boolean plainSelector) {
        return Printed.of(
                "Name, #Desired, #Current, #Ready, Age, +Containers, +Images, +Selector",
                (object, now) -> List.of(
                        object.name(),
                        Cells.number(object, "spec", "replicas"),
                        Cells.number(object, "status", "replicas"),
                        Cells.number(object, "status", "readyReplicas"),
                        Cells.age(object, now),
                        Cells.containerNames(object, POD),
                        Cells.images(object, POD),
                        plainSelector
                                ? Cells.labels(Json.strings(object.tree(), "spec", "selector"))
                                : Cells.selector(object.at("spec", "selector"))));
    }

    private static String suspend(JsonNode value) {
        return value.isBoolean() ? (value.booleanValue() ? "True" : "False") : Cells.UNSET;
    }

    /** {@code deployment.apps/name}. */
    private static String qualified(String apiVersion, String kind, String name) {
        int slash = apiVersion.indexOf('/');
        String lower = kind.toLowerCase(Locale.ROOT);
        return (slash < 0 ? lower : lower + "." + apiVersion.substring(0, slash)) + "/" + name;
    }

    private static String jobStatus(KubeObject job) {
        List<String> held = new ArrayList<>();
        for (JsonNode condition : job.at("status", "conditions")) {
            if (Json.text(condition, "status").equals("True")) {
                held.add(Json.text(condition, "type"));
            }
        }
        for (String done : List.of("Complete", "Failed")) {
            if (held.contains(done)) {
                return done;
            }
        }
        if (job.meta().deleting()) {
            return "Terminating";
        }
        for (String state : List.of("Suspended", "FailureTarget", "SuccessCriteriaMet")) {
            if (held.contains(state)) {
                return state;
            }
        }
        return "Running";
    }

    private static String completions(KubeObject job) {
        long succeeded = Cells.number(job, "status", "succeeded");
        if (job.at("spec", "completions").isNumber()) {
            return succeeded + "/" + Cells.number(job, "spec", "completions");
        }
        long parallelism = Cells.number(job, "spec", "parallelism");
        return parallelism > 1 ? succeeded + "/1 of " + parallelism : succeeded + "/1";
    }

    private static String duration(KubeObject job, Instant now) {
        String start = job.text("status", "startTime");
        String end = job.text("status", "completionTime");
        if (start.isEmpty()) {
            return "";
        }
        try {
            Instant until = end.isEmpty() ? now : Instant.parse(end);
            return Ages.human(Duration.between(Instant.parse(start), until));
        } catch (DateTimeException e) {
            return Cells.UNKNOWN;
        }
    }
}
