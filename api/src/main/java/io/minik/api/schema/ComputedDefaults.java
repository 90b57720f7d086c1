package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Defaults that depend on other fields of the same object. */
final class ComputedDefaults {
    private static final String RBAC = "rbac.authorization.k8s.io";
    /** Sources are all fields of a Volume but its name. */
    private static final int ONLY_NAME = 1;

    private static final int CLIENT_IP_SECONDS = 10_800;

    private ComputedDefaults() {}

    static Map<String, Consumer<ObjectNode>> byType() {
        Map<String, Consumer<ObjectNode>> rows = new HashMap<>();
        rows.put("core.v1.Pod", ComputedDefaults::pod);
        rows.put("core.v1.PodSpec", ComputedDefaults::serviceAccount);
        rows.put("core.v1.Container", ComputedDefaults::container);
        rows.put("core.v1.EphemeralContainer", ComputedDefaults::container);
        rows.put("core.v1.Probe", ComputedDefaults::probe);
        rows.put("core.v1.Volume", ComputedDefaults::volume);
        rows.put("core.v1.ImageVolumeSource", image -> pullPolicy(image, "reference", "pullPolicy"));
        rows.put("core.v1.ServiceSpec", ComputedDefaults::service);
        rows.put("core.v1.Secret", ComputedDefaults::secret);
        rows.put("core.v1.Namespace", ComputedDefaults::namespace);
        rows.put("core.v1.PersistentVolume", tree -> phase(tree, "Pending"));
        rows.put("core.v1.PersistentVolumeClaim", tree -> phase(tree, "Pending"));
        rows.put("core.v1.NodeStatus", ComputedDefaults::nodeStatus);
        rows.put("core.v1.LimitRangeItem", ComputedDefaults::limitRangeItem);
        rows.put("core.v1.ReplicationController", ComputedDefaults::replicationController);
        rows.put("apps.v1.DeploymentStrategy", ComputedDefaults::deploymentStrategy);
        rows.put("apps.v1.DaemonSetUpdateStrategy", ComputedDefaults::daemonSetStrategy);
        rows.put("apps.v1.StatefulSetUpdateStrategy", ComputedDefaults::statefulSetStrategy);
        rows.put("batch.v1.Job", ComputedDefaults::job);
        rows.put("autoscaling.v1.HorizontalPodAutoscalerSpec", ComputedDefaults::autoscalerV1);
        rows.put("autoscaling.v2.HorizontalPodAutoscalerSpec", ComputedDefaults::autoscaler);
        rows.put("rbac.v1.Subject", ComputedDefaults::subject);
        rows.put("rbac.v1.RoleRef", ref -> text(ref, "apiGroup", RBAC));
        rows.put("networking.v1.NetworkPolicySpec", ComputedDefaults::networkPolicy);
        rows.put("admissionregistration.v1.ValidatingAdmissionPolicySpec", ComputedDefaults::matchConstraints);
        rows.put("apiextensions.v1.CustomResourceDefinitionNames", ComputedDefaults::customNames);
        rows.put("resource.v1.ExactDeviceRequest", ComputedDefaults::deviceCount);
        rows.put("resource.v1.DeviceSubRequest", ComputedDefaults::deviceCount);
        return rows;
    }

    private static void text(ObjectNode tree, String field, String value) {
        if (Json.text(tree, field).isEmpty()) {
            tree.put(field, value);
        }
    }

    private static void number(ObjectNode tree, String field, int value) {
        if (!tree.hasNonNull(field)) {
            tree.put(field, value);
        }
    }

    private static void pod(ObjectNode pod) {
        if (!(pod.get("spec") instanceof ObjectNode spec)) {
            return;
        }
        if (!spec.hasNonNull("enableServiceLinks")) {
            spec.put("enableServiceLinks", true);
        }
        boolean hostNetwork = Json.bool(spec, "hostNetwork");
        for (String group : List.of("containers", "initContainers")) {
            for (JsonNode item : spec.path(group)) {
                if (item instanceof ObjectNode container) {
                    requestsFromLimits(container);
                    if (hostNetwork) {
                        hostPorts(container);
                    }
                }
            }
        }
        if (spec.path("resources").path("limits").isObject()) {
            requestsFromLimits(spec);
        }
    }

    /** One field of two names: what the newer says counts. */
    private static void serviceAccount(ObjectNode spec) {
        String name = Json.text(spec, "serviceAccountName");
        String account = name.isEmpty() ? Json.text(spec, "serviceAccount") : name;
        if (!account.isEmpty()) {
            spec.put("serviceAccountName", account).put("serviceAccount", account);
        }
    }

    private static void requestsFromLimits(ObjectNode container) {
        JsonNode limits = Json.at(container, "resources", "limits");
        if (limits.isEmpty() || !(container.get("resources") instanceof ObjectNode resources)) {
            return;
        }
        ObjectNode requests = Json.child(resources, "requests");
        limits.properties().forEach(entry -> {
            if (!requests.has(entry.getKey())) {
                requests.set(entry.getKey(), entry.getValue());
            }
        });
    }

    private static void hostPorts(ObjectNode container) {
        for (JsonNode port : container.path("ports")) {
            if (port instanceof ObjectNode item && Json.intOr(0, item, "hostPort") == 0) {
                item.set("hostPort", item.path("containerPort"));
            }
        }
    }

    private static void container(ObjectNode container) {
        pullPolicy(container, "image", "imagePullPolicy");
    }

    /** Always for what may move (no tag, or latest), else IfNotPresent. */
    private static void pullPolicy(ObjectNode tree, String imageField, String policyField) {
        if (!Json.text(tree, policyField).isEmpty()) {
            return;
        }
        String image = Json.text(tree, imageField);
        String name = image.substring(image.lastIndexOf('/') + 1);
        boolean digest = name.contains("@");
        String bare = digest ? name.substring(0, name.indexOf('@')) : name;
        String tag = bare.contains(":") ? bare.substring(bare.indexOf(':') + 1) : digest ? "" : "latest";
        tree.put(policyField, tag.equals("latest") ? "Always" : "IfNotPresent");
    }

    /** These numbers are no pointers upstream: zero is absent. */
    private static void probe(ObjectNode probe) {
        Map<String, Integer> rows =
                Map.of("timeoutSeconds", 1, "periodSeconds", 10, "successThreshold", 1, "failureThreshold", 3);
        rows.forEach((field, value) -> {
            if (Json.intOr(0, probe, field) == 0) {
                probe.put(field, value);
            }
        });
    }

    private static void volume(ObjectNode volume) {
        if (volume.size() == ONLY_NAME && volume.has("name")) {
            volume.putObject("emptyDir");
        }
    }

    private static void service(ObjectNode spec) {
        String type = Json.text(spec, "type");
        if (Json.text(spec, "sessionAffinity").equals("ClientIP")) {
            ObjectNode config = Json.child(Json.child(spec, "sessionAffinityConfig"), "clientIP");
            number(config, "timeoutSeconds", CLIENT_IP_SECONDS);
        } else {
            spec.remove("sessionAffinityConfig");
        }
        for (JsonNode item : spec.path("ports")) {
            JsonNode target = item.path("targetPort");
            boolean unset =
                    target.isMissingNode() || target.asText().isEmpty() || (target.isInt() && target.intValue() == 0);
            if (unset && item instanceof ObjectNode port) {
                port.set("targetPort", port.path("port"));
            }
        }
        boolean external = type.equals("NodePort") || type.equals("LoadBalancer");
        if (external || !spec.path("externalIPs").isEmpty()) {
            text(spec, "externalTrafficPolicy", "Cluster");
        }
        if (external || type.equals("ClusterIP")) {
            text(spec, "internalTrafficPolicy", "Cluster");
        }
        if (type.equals("LoadBalancer") && !spec.hasNonNull("allocateLoadBalancerNodePorts")) {
            spec.put("allocateLoadBalancerNodePorts", true);
        }
        if (!type.equals("ExternalName")) {
            text(spec, "ipFamilyPolicy", "SingleStack");
            if (spec.path("ipFamilies").isEmpty()) {
                boolean six = Json.text(spec, "clusterIP").contains(":");
                spec.putArray("ipFamilies").add(six ? "IPv6" : "IPv4");
            }
        }
    }

    /** stringData is for writing only: it becomes data. */
    private static void secret(ObjectNode secret) {
        JsonNode plain = secret.remove("stringData");
        if (plain != null && !plain.isEmpty()) {
            ObjectNode data = Json.child(secret, "data");
            plain.properties()
                    .forEach(entry -> data.put(
                            entry.getKey(),
                            Base64.getEncoder()
                                    .encodeToString(entry.getValue().asText().getBytes(StandardCharsets.UTF_8))));
        }
    }

    private static void namespace(ObjectNode namespace) {
        phase(namespace, "Active");
        ObjectNode metadata = Json.child(namespace, "metadata");
        String name = Json.text(metadata, "name");
        if (!name.isEmpty()) {
            Json.child(metadata, "labels").put("kubernetes.io/metadata.name", name);
        }
    }

    private static void phase(ObjectNode tree, String phase) {
        text(Json.child(tree, "status"), "phase", phase);
    }

    private static void nodeStatus(ObjectNode status) {
        if (!status.has("allocatable") && status.has("capacity")) {
            status.set("allocatable", status.path("capacity").deepCopy());
        }
    }

    private static void limitRangeItem(ObjectNode item) {
        if (!Json.text(item, "type").equals("Container")) {
            return;
        }
        inherit(item, "max", "default");
        inherit(item, "default", "defaultRequest");
        inherit(item, "min", "defaultRequest");
    }

    private static void inherit(ObjectNode item, String from, String to) {
        JsonNode source = item.path(from);
        if (!source.isEmpty()) {
            ObjectNode target = Json.child(item, to);
            source.properties().forEach(entry -> {
                if (!target.has(entry.getKey())) {
                    target.set(entry.getKey(), entry.getValue());
                }
            });
        }
    }

    private static void replicationController(ObjectNode controller) {
        JsonNode labels = Json.at(controller, "spec", "template", "metadata", "labels");
        if (!labels.isEmpty() && controller.get("spec") instanceof ObjectNode spec) {
            if (spec.path("selector").isEmpty()) {
                spec.set("selector", labels.deepCopy());
            }
            labelsFrom(controller, labels);
        }
    }

    private static void labelsFrom(ObjectNode tree, JsonNode labels) {
        ObjectNode metadata = Json.child(tree, "metadata");
        if (metadata.path("labels").isEmpty() && !labels.isEmpty()) {
            metadata.set("labels", labels.deepCopy());
        }
    }

    private static void deploymentStrategy(ObjectNode strategy) {
        if (Json.text(strategy, "type").equals("RollingUpdate")) {
            ObjectNode rolling = Json.child(strategy, "rollingUpdate");
            percent(rolling, "maxUnavailable");
            percent(rolling, "maxSurge");
        }
    }

    private static void percent(ObjectNode rolling, String field) {
        if (!rolling.hasNonNull(field)) {
            rolling.put(field, "25%");
        }
    }

    private static void daemonSetStrategy(ObjectNode strategy) {
        if (Json.text(strategy, "type").equals("RollingUpdate")) {
            ObjectNode rolling = Json.child(strategy, "rollingUpdate");
            number(rolling, "maxUnavailable", 1);
            number(rolling, "maxSurge", 0);
        }
    }

    private static void statefulSetStrategy(ObjectNode strategy) {
        if (Json.text(strategy, "type").equals("RollingUpdate")) {
            number(Json.child(strategy, "rollingUpdate"), "partition", 0);
        }
    }

    private static void job(ObjectNode job) {
        if (!(job.get("spec") instanceof ObjectNode spec)) {
            return;
        }
        if (!spec.hasNonNull("completions") && !spec.hasNonNull("parallelism")) {
            spec.put("completions", 1);
        }
        number(spec, "parallelism", 1);
        number(spec, "backoffLimit", spec.hasNonNull("backoffLimitPerIndex") ? Integer.MAX_VALUE : 6);
        text(spec, "completionMode", "NonIndexed");
        if (!spec.hasNonNull("suspend")) {
            spec.put("suspend", false);
        }
        text(spec, "podReplacementPolicy", spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
        labelsFrom(job, Json.at(spec, "template", "metadata", "labels"));
    }

    private static void autoscalerV1(ObjectNode spec) {
        number(spec, "targetCPUUtilizationPercentage", 80);
    }

    private static void autoscaler(ObjectNode spec) {
        if (spec.path("metrics").isEmpty()) {
            ObjectNode metric = spec.putArray("metrics").addObject().put("type", "Resource");
            metric.putObject("resource")
                    .put("name", "cpu")
                    .putObject("target")
                    .put("type", "Utilization")
                    .put("averageUtilization", 80);
        }
        if (spec.get("behavior") instanceof ObjectNode behavior) {
            ObjectNode up = Json.child(behavior, "scaleUp");
            number(up, "stabilizationWindowSeconds", 0);
            text(up, "selectPolicy", "Max");
            if (up.path("policies").isEmpty()) {
                ArrayNode policies = up.putArray("policies");
                policies.addObject().put("type", "Pods").put("value", 4).put("periodSeconds", 15);
                policies.addObject().put("type", "Percent").put("value", 100).put("periodSeconds", 15);
            }
            ObjectNode down = Json.child(behavior, "scaleDown");
            text(down, "selectPolicy", "Max");
            if (down.path("policies").isEmpty()) {
                down.putArray("policies")
                        .addObject()
                        .put("type", "Percent")
                        .put("value", 100)
                        .put("periodSeconds", 15);
            }
        }
    }

    private static void subject(ObjectNode subject) {
        String kind = Json.text(subject, "kind");
        if (kind.equals("User") || kind.equals("Group")) {
            text(subject, "apiGroup", RBAC);
        }
    }

    private static void networkPolicy(ObjectNode spec) {
        if (spec.path("policyTypes").isEmpty()) {
            ArrayNode types = spec.putArray("policyTypes").add("Ingress");
            if (!spec.path("egress").isEmpty()) {
                types.add("Egress");
            }
        }
    }

    private static void matchConstraints(ObjectNode spec) {
        if (spec.get("matchConstraints") instanceof ObjectNode constraints) {
            text(constraints, "matchPolicy", "Equivalent");
        }
    }

    private static void customNames(ObjectNode names) {
        String kind = Json.text(names, "kind");
        if (!kind.isEmpty()) {
            text(names, "singular", kind.toLowerCase(Locale.ROOT));
            text(names, "listKind", kind + "List");
        }
    }

    private static void deviceCount(ObjectNode request) {
        if (Json.text(request, "allocationMode").equals("ExactCount") && Json.intOr(0, request, "count") == 0) {
            request.put("count", 1);
        }
    }
}
