package io.minik.api.schema;

import io.minik.api.meta.Resource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What no schema carries: short names, categories, and in which version objects are stored; by kube-apiserver's registries. */
final class KindNames {
    private static final Map<String, List<String>> SHORT_NAMES = Map.ofEntries(
            Map.entry("componentstatuses", List.of("cs")),
            Map.entry("configmaps", List.of("cm")),
            Map.entry("endpoints", List.of("ep")),
            Map.entry("events", List.of("ev")),
            Map.entry("events.events.k8s.io", List.of("ev")),
            Map.entry("limitranges", List.of("limits")),
            Map.entry("namespaces", List.of("ns")),
            Map.entry("nodes", List.of("no")),
            Map.entry("persistentvolumeclaims", List.of("pvc")),
            Map.entry("persistentvolumes", List.of("pv")),
            Map.entry("pods", List.of("po")),
            Map.entry("replicationcontrollers", List.of("rc")),
            Map.entry("resourcequotas", List.of("quota")),
            Map.entry("serviceaccounts", List.of("sa")),
            Map.entry("services", List.of("svc")),
            Map.entry("customresourcedefinitions.apiextensions.k8s.io", List.of("crd", "crds")),
            Map.entry("daemonsets.apps", List.of("ds")),
            Map.entry("deployments.apps", List.of("deploy")),
            Map.entry("replicasets.apps", List.of("rs")),
            Map.entry("statefulsets.apps", List.of("sts")),
            Map.entry("horizontalpodautoscalers.autoscaling", List.of("hpa")),
            Map.entry("cronjobs.batch", List.of("cj")),
            Map.entry("certificatesigningrequests.certificates.k8s.io", List.of("csr")),
            Map.entry("ingresses.networking.k8s.io", List.of("ing")),
            Map.entry("ipaddresses.networking.k8s.io", List.of("ip")),
            Map.entry("networkpolicies.networking.k8s.io", List.of("netpol")),
            Map.entry("poddisruptionbudgets.policy", List.of("pdb")),
            Map.entry("priorityclasses.scheduling.k8s.io", List.of("pc")),
            Map.entry("storageclasses.storage.k8s.io", List.of("sc")),
            Map.entry("volumeattributesclasses.storage.k8s.io", List.of("vac")));

    private static final Set<String> IN_ALL = Set.of(
            "pods",
            "replicationcontrollers",
            "services",
            "daemonsets.apps",
            "deployments.apps",
            "replicasets.apps",
            "statefulsets.apps",
            "horizontalpodautoscalers.autoscaling",
            "cronjobs.batch",
            "jobs.batch");

    private static final Set<String> API_EXTENSIONS = Set.of(
            "customresourcedefinitions.apiextensions.k8s.io",
            "apiservices.apiregistration.k8s.io",
            "mutatingadmissionpolicies.admissionregistration.k8s.io",
            "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingadmissionpolicies.admissionregistration.k8s.io",
            "validatingadmissionpolicybindings.admissionregistration.k8s.io",
            "validatingwebhookconfigurations.admissionregistration.k8s.io");

    private static final Resource CORE_EVENTS = new Resource("", "v1", "events", "Event", true);
    private static final Resource AUTOSCALERS_V2 =
            new Resource("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true);

    /** Served in two group versions, stored in one. */
    private static final Map<String, Resource> STORED_ELSEWHERE = Map.of(
            "events.k8s.io/v1/events", CORE_EVENTS,
            "autoscaling/v1/horizontalpodautoscalers", AUTOSCALERS_V2);

    private KindNames() {}

    static Resource stored(Resource resource) {
        return STORED_ELSEWHERE.getOrDefault(resource.apiVersion() + "/" + resource.plural(), resource);
    }

    static List<String> shortNames(Resource resource) {
        return SHORT_NAMES.getOrDefault(resource.groupResource(), List.of());
    }

    static List<String> categories(Resource resource) {
        if (IN_ALL.contains(resource.groupResource())) {
            return List.of("all");
        }
        return API_EXTENSIONS.contains(resource.groupResource()) ? List.of("api-extensions") : List.of();
    }
}
