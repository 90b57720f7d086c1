package io.minik.server.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Namespaces, configuration, events, quotas, leases, certificates, RBAC and other furniture of a cluster. */
final class ClusterTables {
    static final TableKind NAMESPACE = Printed.of(
            "Name, Status, Age",
            (object, now) -> List.of(object.name(), object.text("status", "phase"), Cells.age(object, now)));

    static final TableKind CONFIG_MAP = Printed.of(
            "Name, #Data, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.at("data").size() + object.at("binaryData").size(),
                    Cells.age(object, now)));

    static final TableKind SECRET = Printed.of(
            "Name, Type, #Data, Age",
            (object, now) -> List.of(
                    object.name(), object.text("type"), object.at("data").size(), Cells.age(object, now)));

    static final TableKind SERVICE_ACCOUNT = Printed.of(
            "Name, #Secrets, Age",
            (object, now) -> List.of(object.name(), object.at("secrets").size(), Cells.age(object, now)));

    static final TableKind EVENT = Printed.of(
            "Last Seen, Type, Reason, Object, +Subobject, +Source, Message, +First Seen, +#Count, +Name",
            ClusterTables::event);

    static final TableKind RESOURCE_QUOTA = Printed.of(
            "Name, Request, Limit, Age",
            (object, now) -> List.of(object.name(), quota(object, false), quota(object, true), Cells.age(object, now)));

    static final TableKind DISRUPTION_BUDGET = Printed.of(
            "Name, Min Available, Max Unavailable, #Allowed Disruptions, Age",
            (object, now) -> List.of(
                    object.name(),
                    Cells.scalar("N/A", object.at("spec", "minAvailable")),
                    Cells.scalar("N/A", object.at("spec", "maxUnavailable")),
                    Cells.number(object, "status", "disruptionsAllowed"),
                    Cells.age(object, now)));

    static final TableKind LEASE = Printed.of(
            "Name, Holder, Age",
            (object, now) -> List.of(object.name(), object.text("spec", "holderIdentity"), Cells.age(object, now)));

    static final TableKind PRIORITY_CLASS = Printed.of(
            "Name, #Value, ?Global-Default, Age, PreemptionPolicy",
            (object, now) -> List.of(
                    object.name(),
                    Cells.number(object, "value"),
                    object.at("globalDefault").asBoolean(),
                    Cells.age(object, now),
                    Json.textOr("PreemptLowerPriority", object.tree(), "preemptionPolicy")));

    static final TableKind RUNTIME_CLASS = Printed.of(
            "Name, Handler, Age",
            (object, now) -> List.of(object.name(), object.text("handler"), Cells.age(object, now)));

    static final TableKind SIGNING_REQUEST = Printed.of(
            "Name, Age, SignerName, Requestor, RequestedDuration, Condition",
            (object, now) -> List.of(
                    object.name(),
                    Cells.age(object, now),
                    Cells.orNone(object.text("spec", "signerName")),
                    object.text("spec", "username"),
                    object.at("spec", "expirationSeconds").isNumber()
                            ? Ages.human(Duration.ofSeconds(Cells.number(object, "spec", "expirationSeconds")))
                            : Cells.NONE,
                    signingCondition(object)));

    static final TableKind BINDING = Printed.of(
            "Name, Role, Age, +Users, +Groups, +ServiceAccounts",
            (object, now) -> List.of(
                    object.name(),
                    object.text("roleRef", "kind") + "/" + object.text("roleRef", "name"),
                    Cells.age(object, now),
                    subjects(object, "User"),
                    subjects(object, "Group"),
                    subjects(object, "ServiceAccount")));

    static final TableKind WEBHOOKS = Printed.of(
            "Name, #Webhooks, Age",
            (object, now) -> List.of(object.name(), object.at("webhooks").size(), Cells.age(object, now)));

    static final TableKind VALIDATING_POLICY = policy("Validations", "validations");
    static final TableKind MUTATING_POLICY = policy("Mutations", "mutations");

    static final TableKind POLICY_BINDING = Printed.of(
            "Name, PolicyName, ParamRef, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.text("spec", "policyName"),
                    paramRef(object.at("spec", "paramRef")),
                    Cells.age(object, now)));

    static final TableKind API_SERVICE = Printed.of(
            "Name, Service, Available, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.at("spec", "service").isObject()
                            ? object.text("spec", "service", "namespace") + "/" + object.text("spec", "service", "name")
                            : "Local",
                    available(object),
                    Cells.age(object, now)));

    static final TableKind FLOW_SCHEMA = Printed.of(
            "Name, PriorityLevel, #MatchingPrecedence, DistinguisherMethod, Age, MissingPL",
            (object, now) -> List.of(
                    object.name(),
                    Cells.orNone(object.text("spec", "priorityLevelConfiguration", "name")),
                    Cells.number(object, "spec", "matchingPrecedence"),
                    Cells.orNone(object.text("spec", "distinguisherMethod", "type")),
                    Cells.age(object, now),
                    dangling(object)));

    static final TableKind PRIORITY_LEVEL = Printed.of(
            "Name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age", (object, now) -> {
                JsonNode limited = object.at("spec", "limited");
                JsonNode queuing = Json.at(limited, "limitResponse", "queuing");
                return List.of(
                        object.name(),
                        object.text("spec", "type"),
                        Cells.scalar(Cells.NONE, limited.path("nominalConcurrencyShares")),
                        Cells.scalar(Cells.NONE, queuing.path("queues")),
                        Cells.scalar(Cells.NONE, queuing.path("handSize")),
                        Cells.scalar(Cells.NONE, queuing.path("queueLengthLimit")),
                        Cells.age(object, now));
            });

    static final TableKind COMPONENT_STATUS = Printed.of("Name, Status, Message, Error", (object, now) -> {
        JsonNode condition = object.at("conditions").path(0);
        String status = Json.text(condition, "status");
        return List.of(
                object.name(),
                status.equals("True") ? "Healthy" : status.equals("False") ? "Unhealthy" : "Unknown",
                Json.text(condition, "message"),
                Json.text(condition, "error"));
    });

    static final TableKind RESOURCE_CLAIM = Printed.of(
            "Name, State, Age", (object, now) -> List.of(object.name(), claimState(object), Cells.age(object, now)));

    static final TableKind RESOURCE_SLICE = Printed.of(
            "Name, Node, Driver, Pool, Age",
            (object, now) -> List.of(
                    object.name(),
                    object.text("spec", "nodeName"),
                    object.text("spec", "driver"),
                    object.text("spec", "pool", "name"),
                    Cells.age(object, now)));

    static final TableKind NAME_AND_AGE =
            Printed.of("Name, Age", (object, now) -> List.of(object.name(), Cells.age(object, now)));

    private ClusterTables() {}

    private static List<Object> event(KubeObject event, Instant now) {
        String single = event.text("eventTime");
        String first = firstOf(event.text("firstTimestamp"), event.text("deprecatedFirstTimestamp"), single);
        String last = firstOf(
                event.text("series", "lastObservedTime"),
                event.text("lastTimestamp"),
                event.text("deprecatedLastTimestamp"),
                first);
        JsonNode object = event.at("involvedObject").isObject() ? event.at("involvedObject") : event.at("regarding");
        String component = firstOf(
                event.text("source", "component"),
                event.text("deprecatedSource", "component"),
                event.text("reportingComponent"),
                event.text("reportingController"));
        String host = firstOf(
                event.text("source", "host"), event.text("deprecatedSource", "host"), event.text("reportingInstance"));
        JsonNode count = event.at("series", "count").isNumber()
                ? event.at("series", "count")
                : event.at("count").isNumber() ? event.at("count") : event.at("deprecatedCount");
        return List.of(
                Ages.of(last, now),
                event.text("type"),
                event.text("reason"),
                Json.text(object, "kind").toLowerCase(Locale.ROOT) + "/" + Json.text(object, "name"),
                Json.text(object, "fieldPath"),
                host.isEmpty() ? component : component + ", " + host,
                firstOf(event.text("message"), event.text("note")).strip(),
                Ages.of(first, now),
                Math.max(1, count.asLong(1)),
                event.name());
    }

    private static String firstOf(String... candidates) {
        for (String candidate : candidates) {
            if (!candidate.isEmpty()) {
                return candidate;
            }
        }
        return "";
    }

    private static String quota(KubeObject quota, boolean limits) {
        TreeMap<String, String> hard = new TreeMap<>(Json.strings(quota.tree(), "status", "hard"));
        List<String> parts = new ArrayList<>();
        hard.forEach((resource, limit) -> {
            if (resource.startsWith("limits.") == limits) {
                parts.add(resource + ": " + Json.textOr("0", quota.at("status", "used"), resource) + "/" + limit);
            }
        });
        return String.join(", ", parts);
    }

    private static String signingCondition(KubeObject request) {
        List<String> parts = new ArrayList<>();
        for (String type : List.of("Approved", "Denied", "Failed")) {
            for (JsonNode condition : request.at("status", "conditions")) {
                if (Json.text(condition, "type").equals(type) && !parts.contains(type)) {
                    parts.add(type);
                }
            }
        }
        if (parts.contains("Denied")) {
            parts.remove("Approved");
        }
        if (parts.isEmpty()) {
            parts.add("Pending");
        }
        if (!request.text("status", "certificate").isEmpty()) {
            parts.add("Issued");
        }
        return Cells.join(parts);
    }

    private static String subjects(KubeObject binding, String kind) {
        List<String> names = new ArrayList<>();
        for (JsonNode subject : binding.at("subjects")) {
            if (Json.text(subject, "kind").equals(kind)) {
                String name = Json.text(subject, "name");
                names.add(kind.equals("ServiceAccount") ? Json.text(subject, "namespace") + "/" + name : name);
            }
        }
        return String.join(", ", names);
    }

    private static TableKind policy(String column, String field) {
        return Printed.of(
                "Name, #" + column + ", ParamKind, Age",
                (object, now) -> List.of(
                        object.name(),
                        object.at("spec", field).size(),
                        object.at("spec", "paramKind").isObject()
                                ? object.text("spec", "paramKind", "apiVersion") + "/"
                                        + object.text("spec", "paramKind", "kind")
                                : Cells.UNSET,
                        Cells.age(object, now)));
    }

    private static String paramRef(JsonNode reference) {
        if (!reference.isObject()) {
            return Cells.UNSET;
        }
        String namespace = Json.text(reference, "namespace");
        String name = Json.textOr("*", reference, "name");
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    private static String available(KubeObject service) {
        for (JsonNode condition : service.at("status", "conditions")) {
            if (Json.text(condition, "type").equals("Available")) {
                String status = Json.text(condition, "status");
                return status.equals("True") ? status : status + " (" + Json.text(condition, "reason") + ")";
            }
        }
        return "Unknown";
    }

    private static String dangling(KubeObject schema) {
        for (JsonNode condition : schema.at("status", "conditions")) {
            if (Json.text(condition, "type").equals("Dangling")) {
                return Json.text(condition, "status");
            }
        }
        return "?";
    }

    private static String claimState(KubeObject claim) {
        List<String> states = new ArrayList<>();
        if (claim.meta().deleting()) {
            states.add("deleted");
        }
        boolean allocated = claim.at("status", "allocation").isObject();
        if (!allocated && !claim.meta().deleting()) {
            states.add("pending");
        }
        if (allocated) {
            states.add("allocated");
            if (!claim.at("status", "reservedFor").isEmpty()) {
                states.add("reserved");
            }
        }
        return Cells.join(states);
    }
}
