package io.minik.server.registry;

import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.schema.KindRow;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** In what kinds differ on the generic path: upstream's small strategies, as sets of names. */
final class Traits {
    /** metadata.generation starts at 1 and counts changes of the desired state. */
    private static final Set<String> COUNT_GENERATIONS = Set.of(
            "pods",
            "replicationcontrollers",
            "deployments.apps",
            "replicasets.apps",
            "statefulsets.apps",
            "daemonsets.apps",
            "jobs.batch",
            "cronjobs.batch",
            "ingresses.networking.k8s.io",
            "ingressclasses.networking.k8s.io",
            "networkpolicies.networking.k8s.io",
            "poddisruptionbudgets.policy",
            "endpointslices.discovery.k8s.io",
            "priorityclasses.scheduling.k8s.io",
            "flowschemas.flowcontrol.apiserver.k8s.io",
            "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
            "customresourcedefinitions.apiextensions.k8s.io",
            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingadmissionpolicies.admissionregistration.k8s.io",
            "validatingadmissionpolicybindings.admissionregistration.k8s.io",
            "mutatingadmissionpolicies.admissionregistration.k8s.io",
            "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
            "csistoragecapacities.storage.k8s.io",
            "resourceslices.resource.k8s.io",
            "deviceclasses.resource.k8s.io");

    /** A PUT of what is absent creates it. */
    private static final Set<String> CREATED_BY_PUT = Set.of(
            "endpoints",
            "events",
            "limitranges",
            "services",
            "leases.coordination.k8s.io",
            "runtimeclasses.node.k8s.io",
            "roles.rbac.authorization.k8s.io",
            "rolebindings.rbac.authorization.k8s.io",
            "clusterroles.rbac.authorization.k8s.io",
            "clusterrolebindings.rbac.authorization.k8s.io",
            "nodes");

    /** A PUT must say which version it replaces. */
    private static final Set<String> PUT_NEEDS_VERSION = Set.of(
            "customresourcedefinitions.apiextensions.k8s.io",
            "apiservices.apiregistration.k8s.io",
            "leases.coordination.k8s.io",
            "poddisruptionbudgets.policy",
            "runtimeclasses.node.k8s.io",
            "validatingwebhookconfigurations.admissionregistration.k8s.io",
            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingadmissionpolicies.admissionregistration.k8s.io",
            "validatingadmissionpolicybindings.admissionregistration.k8s.io",
            "mutatingadmissionpolicies.admissionregistration.k8s.io",
            "mutatingadmissionpolicybindings.admissionregistration.k8s.io");

    /** A finished delete answers with the object instead of a Status. */
    private static final Set<String> RETURNED_WHEN_DELETED = Set.of(
            "pods",
            "persistentvolumeclaims",
            "persistentvolumes",
            "podtemplates",
            "resourcequotas",
            "serviceaccounts",
            "services");

    /** Dependents survive unless the caller says otherwise: what these kinds did before propagationPolicy existed. */
    private static final Set<String> ORPHAN_BY_DEFAULT = Set.of("replicationcontrollers", "jobs.batch");

    /** The creator's status is kept: kubelets register their node with it. */
    private static final Set<String> KEEP_STATUS_ON_CREATE = Set.of("nodes");

    private static final List<String> ALL_METADATA = List.of("labels", "annotations", "finalizers", "ownerReferences");

    /** What the status subresource may not write of the metadata; of other kinds it may write all. */
    private static final Map<String, List<String>> KEPT_BY_STATUS = Map.of(
            "pods", List.of("ownerReferences"),
            "deployments.apps", List.of("labels"),
            "customresourcedefinitions.apiextensions.k8s.io", ALL_METADATA,
            "apiservices.apiregistration.k8s.io", ALL_METADATA,
            "flowschemas.flowcontrol.apiserver.k8s.io", ALL_METADATA,
            "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", ALL_METADATA,
            "volumeattachments.storage.k8s.io", ALL_METADATA,
            "resourceclaims.resource.k8s.io", ALL_METADATA,
            "validatingadmissionpolicies.admissionregistration.k8s.io", ALL_METADATA);

    private Traits() {}

    static List<String> keptByStatus(KindRow kind) {
        return kind.added().isPresent() ? ALL_METADATA : keptByStatus(kind.resource());
    }

    private static List<String> keptByStatus(Resource resource) {
        return KEPT_BY_STATUS.getOrDefault(resource.groupResource(), List.of());
    }

    static boolean countsGenerations(KindRow kind) {
        return kind.added().isPresent() || countsGenerations(kind.resource());
    }

    private static boolean countsGenerations(Resource resource) {
        return COUNT_GENERATIONS.contains(resource.groupResource());
    }

    static boolean createdByPut(Resource resource) {
        return CREATED_BY_PUT.contains(resource.groupResource());
    }

    static boolean putNeedsVersion(KindRow kind) {
        return kind.added().isPresent() || putNeedsVersion(kind.resource());
    }

    private static boolean putNeedsVersion(Resource resource) {
        return PUT_NEEDS_VERSION.contains(resource.groupResource());
    }

    static boolean returnedWhenDeleted(Resource resource) {
        return RETURNED_WHEN_DELETED.contains(resource.groupResource());
    }

    static boolean orphansByDefault(Resource resource) {
        return ORPHAN_BY_DEFAULT.contains(resource.groupResource());
    }

    static boolean keepsStatusOnCreate(Resource resource) {
        return KEEP_STATUS_ON_CREATE.contains(resource.groupResource());
    }

    /** Written without waiting for the disk: nobody was promised these (DESIGN.md, "cheap on flash"). */
    static boolean lazilyDurable(Resource resource, String namespace) {
        return isEvent(resource) || (resource.equals(Resources.LEASES) && namespace.equals("kube-node-lease"));
    }

    static boolean isEvent(Resource resource) {
        return resource.plural().equals("events");
    }
}
