package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Quantity;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Zeros;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What may not change once an object exists. */
final class UpdateRules {
    private static final Map<String, List<String>> IMMUTABLE = Map.ofEntries(
            Map.entry("deployments.apps", List.of("spec.selector")),
            Map.entry("replicasets.apps", List.of("spec.selector")),
            Map.entry("daemonsets.apps", List.of("spec.selector")),
            Map.entry("jobs.batch", List.of("spec.selector", "spec.completionMode", "spec.podFailurePolicy")),
            Map.entry("secrets", List.of("type")),
            Map.entry("storageclasses.storage.k8s.io", List.of("provisioner", "reclaimPolicy", "volumeBindingMode")),
            Map.entry("priorityclasses.scheduling.k8s.io", List.of("value", "preemptionPolicy")),
            Map.entry("runtimeclasses.node.k8s.io", List.of("handler")),
            Map.entry("ingressclasses.networking.k8s.io", List.of("spec.controller")),
            Map.entry("endpointslices.discovery.k8s.io", List.of("addressType")),
            Map.entry("controllerrevisions.apps", List.of("data")),
            Map.entry("csinodes.storage.k8s.io", List.of()));

    private static final String POD_FIELDS = "pod updates may not change fields other than"
            + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
            + " (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if"
            + " it was previously negative)";
    private static final String STATEFUL_FIELDS = "updates to statefulset spec for fields other than 'replicas',"
            + " 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit',"
            + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    private static final Set<String> STATEFUL_MUTABLE = Set.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");
    /** Labels that the Job controller's pods carry are part of its template; suspended jobs may change scheduling. */
    private static final List<String> SUSPENDED_JOB_MUTABLE =
            List.of("nodeSelector", "tolerations", "affinity", "schedulingGates");

    private final Causes causes;

    private UpdateRules(Causes causes) {
        this.causes = causes;
    }

    static void check(KindRow row, ObjectNode tree, ObjectNode old, String subresource, Causes causes) {
        UpdateRules rules = new UpdateRules(causes);
        String resource = row.resource().groupResource();
        for (String path : IMMUTABLE.getOrDefault(resource, List.of())) {
            String[] steps = path.split("\\.");
            JsonNode after = Json.at(tree, steps);
            if (!after.equals(Json.at(old, steps))) {
                causes.immutable(path, after);
            }
        }
        switch (resource) {
            case "pods" -> {
                rules.pod(tree.path("spec"), old.path("spec"), subresource);
                new PodAnnotationRules(causes).update(tree.path("metadata"), old.path("metadata"));
            }
            case "services" -> rules.service(tree.path("spec"), old.path("spec"));
            case "resourcequotas" -> new QuotaRules(causes).update(tree.path("spec"), old.path("spec"));
            case "statefulsets.apps" -> rules.statefulSet(tree.path("spec"), old.path("spec"));
            case "jobs.batch" -> rules.job(tree.path("spec"), old.path("spec"));
            case "configmaps" -> rules.sealed(tree, old, List.of("data", "binaryData"));
            case "secrets" -> rules.sealed(tree, old, List.of("data"));
            case "persistentvolumeclaims" -> rules.claim(tree, old);
            case "persistentvolumes" -> rules.volume(tree.path("spec"), old.path("spec"));
            case "rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io" -> {
                if (!tree.path("roleRef").equals(old.path("roleRef"))) {
                    causes.invalid("roleRef", tree.path("roleRef"), "cannot change roleRef");
                }
            }
            case "storageclasses.storage.k8s.io" -> {
                if (!tree.path("parameters").equals(old.path("parameters"))) {
                    causes.forbidden("parameters", "updates to parameters are forbidden.");
                }
            }
            case "nodes" -> {
                String before = Json.text(old, "spec", "podCIDR");
                if (!before.isEmpty() && !before.equals(Json.text(tree, "spec", "podCIDR"))) {
                    causes.forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
                }
            }
            default -> {}
        }
    }

    private void pod(JsonNode spec, JsonNode old, String subresource) {
        if (subresource.equals("binding")) {
            return;
        }
        ObjectNode before = copy(old);
        ObjectNode after = copy(spec);
        if (subresource.equals("ephemeralcontainers")) {
            before.remove("ephemeralContainers");
            after.remove("ephemeralContainers");
        } else if (subresource.equals("resize")) {
            dropEach(before, "resources");
            dropEach(after, "resources");
        } else {
            dropEach(before, "image");
            dropEach(after, "image");
            for (JsonNode toleration : old.path("tolerations")) {
                if (Json.items(spec, "tolerations").stream().noneMatch(now -> extended(now, toleration))) {
                    causes.forbidden(
                            "spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
                }
            }
            before.remove("tolerations");
            after.remove("tolerations");
            gates(before, after);
            deadline(before, after);
            if (Json.longOr(0, before, "terminationGracePeriodSeconds") < 0
                    && Json.longOr(0, after, "terminationGracePeriodSeconds") == 1) {
                after.set("terminationGracePeriodSeconds", before.get("terminationGracePeriodSeconds"));
            }
        }
        if (!Zeros.same(before, after)) {
            causes.forbidden("spec", POD_FIELDS + "\n" + difference(before, after));
        }
    }

    /** The deadline may be set, or shortened. */
    private void deadline(ObjectNode before, ObjectNode after) {
        JsonNode was = before.path("activeDeadlineSeconds");
        JsonNode now = after.path("activeDeadlineSeconds");
        if (was.isNumber() && now.isNumber() && now.longValue() > was.longValue()) {
            causes.invalid("spec.activeDeadlineSeconds", now, "must be less than or equal to previous value");
        } else if (was.isNumber() && now.isMissingNode()) {
            causes.invalid("spec.activeDeadlineSeconds", "", "must not update from a positive integer to nil value");
        }
        before.remove("activeDeadlineSeconds");
        after.remove("activeDeadlineSeconds");
    }

    /** Scheduling gates may go, not come. A gated pod may narrow where it runs. */
    private void gates(ObjectNode before, ObjectNode after) {
        Set<String> had = new TreeSet<>();
        before.path("schedulingGates").forEach(gate -> had.add(Json.text(gate, "name")));
        for (JsonNode gate : after.path("schedulingGates")) {
            if (!had.contains(Json.text(gate, "name"))) {
                causes.forbidden(
                        "spec.schedulingGates",
                        "only deletion is allowed, but found new scheduling gate '" + Json.text(gate, "name") + "'");
            }
        }
        if (!had.isEmpty()) {
            for (String field : List.of("nodeSelector", "affinity")) {
                before.remove(field);
                after.remove(field);
            }
        }
        before.remove("schedulingGates");
        after.remove("schedulingGates");
    }

    private static boolean extended(JsonNode now, JsonNode before) {
        ObjectNode a = copy(now);
        ObjectNode b = copy(before);
        a.remove("tolerationSeconds");
        b.remove("tolerationSeconds");
        return Zeros.same(a, b);
    }

    private static void dropEach(ObjectNode spec, String field) {
        for (String list : List.of("containers", "initContainers")) {
            spec.path(list).forEach(item -> {
                if (item instanceof ObjectNode container) {
                    container.remove(field);
                }
            });
        }
    }

    /** The fields that differ, as lines of a diff. */
    private static String difference(ObjectNode before, ObjectNode after) {
        Set<String> names = new TreeSet<>();
        before.fieldNames().forEachRemaining(names::add);
        after.fieldNames().forEachRemaining(names::add);
        StringBuilder lines = new StringBuilder("  {\n");
        for (String name : names) {
            if (!before.path(name).equals(after.path(name))) {
                lines.append("- \t")
                        .append(name)
                        .append(": ")
                        .append(before.path(name))
                        .append(",\n");
                lines.append("+ \t")
                        .append(name)
                        .append(": ")
                        .append(after.path(name))
                        .append(",\n");
            }
        }
        return lines.append("  }\n").toString();
    }

    private void service(JsonNode spec, JsonNode old) {
        String before = Json.text(old, "clusterIP");
        String after = Json.text(spec, "clusterIP");
        boolean external = Json.text(spec, "type").equals("ExternalName")
                || Json.text(old, "type").equals("ExternalName");
        if (!external && !before.isEmpty() && !before.equals(after)) {
            causes.invalid(
                    "spec.clusterIPs[0]",
                    spec.path("clusterIPs").isMissingNode() ? spec.path("clusterIP") : spec.path("clusterIPs"),
                    "may not change once set");
        }
    }

    private void statefulSet(JsonNode spec, JsonNode old) {
        ObjectNode before = copy(old);
        ObjectNode after = copy(spec);
        before.remove(STATEFUL_MUTABLE);
        after.remove(STATEFUL_MUTABLE);
        if (!Zeros.same(before, after)) {
            causes.forbidden("spec", STATEFUL_FIELDS);
        }
    }

    private void job(JsonNode spec, JsonNode old) {
        boolean elastic = Json.text(spec, "completionMode").equals("Indexed")
                && spec.path("completions").equals(spec.path("parallelism"));
        if (!spec.path("completions").equals(old.path("completions")) && !elastic) {
            causes.immutable("spec.completions", spec.path("completions"));
        }
        ObjectNode before = copy(old.path("template"));
        ObjectNode after = copy(spec.path("template"));
        if (Json.bool(old, "suspend")) {
            for (ObjectNode template : List.of(before, after)) {
                if (template.path("spec") instanceof ObjectNode pod) {
                    pod.remove(SUSPENDED_JOB_MUTABLE);
                }
                if (template.path("metadata") instanceof ObjectNode metadata) {
                    metadata.remove(List.of("labels", "annotations"));
                }
            }
        }
        if (!Zeros.same(before, after)) {
            causes.immutable("spec.template", spec.path("template"));
        }
    }

    /** {@code immutable: true} can't be taken back. */
    private void sealed(ObjectNode tree, ObjectNode old, List<String> fields) {
        if (!Json.bool(old, "immutable")) {
            return;
        }
        if (!Json.bool(tree, "immutable")) {
            causes.forbidden("immutable", "field is immutable when `immutable` is set");
        }
        for (String field : fields) {
            if (!tree.path(field).equals(old.path(field))) {
                causes.forbidden(field, "field is immutable when `immutable` is set");
            }
        }
    }

    private void claim(ObjectNode tree, ObjectNode old) {
        JsonNode requests = Json.at(tree, "spec", "resources", "requests");
        JsonNode had = Json.at(old, "spec", "resources", "requests");
        ObjectNode before = copy(old.path("spec"));
        ObjectNode after = copy(tree.path("spec"));
        for (ObjectNode spec : List.of(before, after)) {
            spec.remove(List.of("resources", "volumeAttributesClassName"));
            if (Json.text(old, "spec", "volumeName").isEmpty()) {
                spec.remove("volumeName");
            }
            if (Json.text(old, "spec", "storageClassName").isEmpty()) {
                spec.remove("storageClassName");
            }
        }
        if (!Zeros.same(before, after)) {
            causes.forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound"
                            + " claims\n" + difference(before, after));
        }
        boolean bound = Json.text(old, "status", "phase").equals("Bound");
        if (!requests.equals(had) && !bound) {
            causes.forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and"
                            + " volumeAttributesClassName for bound claims");
        } else if (!requests.equals(had)
                && Quantity.find(Json.text(requests, "storage"))
                                .orElse(Quantity.ZERO)
                                .compareTo(
                                        Quantity.find(Json.text(had, "storage")).orElse(Quantity.ZERO))
                        < 0) {
            causes.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
        }
    }

    private void volume(JsonNode spec, JsonNode old) {
        ObjectNode before = copy(old);
        ObjectNode after = copy(spec);
        before.remove(SmallKindRules.VOLUME_WITHOUT_SOURCE);
        after.remove(SmallKindRules.VOLUME_WITHOUT_SOURCE);
        if (!Zeros.same(before, after)) {
            causes.forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
        }
    }

    /** One's own copy; of what is absent an empty object. */
    private static ObjectNode copy(JsonNode tree) {
        return tree instanceof ObjectNode object ? object.deepCopy() : Json.object();
    }
}
