package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.api.schema.KindRow;
import io.minik.ground.json.Json;
import java.util.Map;

/** Which rules belong to which kind. */
final class KindRules {
    private KindRules() {}

    /** What only a new object must hold to: older ones may have been made otherwise. */
    static void created(KindRow row, ObjectNode tree, Causes causes) {
        if (row.resource().groupResource().equals("ingresses.networking.k8s.io")) {
            String key = "kubernetes.io/ingress.class";
            JsonNode annotation = Json.at(tree, "metadata", "annotations").path(key);
            String name = Json.text(tree, "spec", "ingressClassName");
            if (annotation.isTextual()
                    && !name.isEmpty()
                    && !annotation.asText().equals(name)) {
                causes.invalid(
                        "annotations." + key,
                        annotation.asText(),
                        "must match `ingressClassName` when both are specified");
            }
        }
    }

    static void check(KindRow row, ObjectNode tree, Causes causes) {
        JsonNode spec = tree.path("spec");
        switch (row.resource().groupResource()) {
            case "pods" -> {
                new PodRules(causes).spec(spec, "spec", false);
                new PodAnnotationRules(causes)
                        .check(Json.at(tree, "metadata", "annotations"), spec, "metadata.annotations");
            }
            case "podtemplates" -> new PodRules(causes).spec(Json.at(tree, "template", "spec"), "template.spec", false);
            case "services" -> new ServiceRules(causes).service(tree);
            case "endpoints" -> new ServiceRules(causes).endpoints(tree);
            case "endpointslices.discovery.k8s.io" -> new ServiceRules(causes).endpointSlice(tree);
            case "ingresses.networking.k8s.io" -> new IngressRules(causes).check(spec);
            case "networkpolicies.networking.k8s.io" -> new NetworkPolicyRules(causes).check(spec);
            case "replicationcontrollers" -> new WorkloadRules(causes).replicationController(spec);
            case "deployments.apps" -> new WorkloadRules(causes).deployment(spec);
            case "replicasets.apps" -> new WorkloadRules(causes).selected(spec, Map.of(), "ReplicaSet");
            case "daemonsets.apps" -> new WorkloadRules(causes).daemonSet(spec);
            case "statefulsets.apps" -> new WorkloadRules(causes).statefulSet(spec);
            case "jobs.batch" -> {
                new WorkloadRules(causes).job(spec, "spec");
                new WorkloadRules(causes).jobSelector(tree);
            }
            case "cronjobs.batch" -> new WorkloadRules(causes).cronJob(spec);
            case "horizontalpodautoscalers.autoscaling" -> new AutoscalerRules(causes).check(spec);
            case "poddisruptionbudgets.policy" -> new WorkloadRules(causes).disruptionBudget(spec);
            case "configmaps" -> new SmallKindRules(causes).configMap(tree);
            case "secrets" -> new SmallKindRules(causes).secret(tree);
            case "nodes" -> new SmallKindRules(causes).node(spec);
            case "persistentvolumeclaims" -> new SmallKindRules(causes).claim(spec, "spec");
            case "persistentvolumes" -> new SmallKindRules(causes).volume(spec);
            case "resourcequotas" -> new QuotaRules(causes).quota(spec);
            case "limitranges" -> new LimitRangeRules(causes).limitRange(spec);
            case "storageclasses.storage.k8s.io" -> new StorageClassRules(causes).check(tree);
            case "roles.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io" ->
                new SmallKindRules(causes).role(tree, row.resource().namespaced());
            case "rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io" ->
                new SmallKindRules(causes).binding(tree, row.resource().namespaced());
            case "validatingwebhookconfigurations.admissionregistration.k8s.io",
                    "mutatingwebhookconfigurations.admissionregistration.k8s.io" ->
                new AdmissionRules(causes).webhooks(tree);
            case "validatingadmissionpolicies.admissionregistration.k8s.io" ->
                new PolicyRules(causes).validating(Json.text(tree, "metadata", "name"), spec);
            case "validatingadmissionpolicybindings.admissionregistration.k8s.io" ->
                new PolicyBindingRules(causes).validating(spec);
            case "mutatingadmissionpolicies.admissionregistration.k8s.io" -> new PolicyRules(causes).mutating(spec);
            case "mutatingadmissionpolicybindings.admissionregistration.k8s.io" ->
                new PolicyBindingRules(causes).binding(spec);
            case "flowschemas.flowcontrol.apiserver.k8s.io" -> new FlowRules(causes).schema(tree);
            case "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io" -> new FlowRules(causes).level(tree);
            case "apiservices.apiregistration.k8s.io" -> new ApiServiceRules(causes).check(tree);
            case "csidrivers.storage.k8s.io" -> new DriverRules(causes).csiDriver(spec);
            case "csinodes.storage.k8s.io" -> new DriverRules(causes).csiNode(spec);
            case "volumeattachments.storage.k8s.io" -> new DriverRules(causes).attachment(spec);
            case "csistoragecapacities.storage.k8s.io" -> new DriverRules(causes).capacity(tree);
            case "runtimeclasses.node.k8s.io" -> new DriverRules(causes).runtimeClass(tree);
            case "resourceclaims.resource.k8s.io" -> new DriverRules(causes).deviceClaim(spec, "spec");
            case "resourceclaimtemplates.resource.k8s.io" ->
                new DriverRules(causes).deviceClaim(spec.path("spec"), "spec.spec");
            case "servicecidrs.networking.k8s.io" -> new DriverRules(causes).serviceCidr(spec);
            case "ipaddresses.networking.k8s.io" -> new DriverRules(causes).ipAddress(tree);
            case "controllerrevisions.apps" -> new DriverRules(causes).revision(tree);
            case "priorityclasses.scheduling.k8s.io" -> new SmallKindRules(causes).priorityClass(tree);
            default -> {}
        }
    }
}
