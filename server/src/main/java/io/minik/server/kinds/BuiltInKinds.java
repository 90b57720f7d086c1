package io.minik.server.kinds;

import static io.minik.server.registry.Trait.COUNTS_GENERATIONS;
import static io.minik.server.registry.Trait.CREATED_BY_PUT;
import static io.minik.server.registry.Trait.KEEPS_STATUS_ON_CREATE;
import static io.minik.server.registry.Trait.ORPHANS_BY_DEFAULT;
import static io.minik.server.registry.Trait.PUT_NEEDS_VERSION;
import static io.minik.server.registry.Trait.RETURNED_WHEN_DELETED;

import io.minik.api.schema.Schema;
import io.minik.server.admission.ResourceQuotas;
import io.minik.server.registry.Connector;
import io.minik.server.registry.KindStrategies;
import io.minik.server.registry.KindStrategies.GroupKind;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Registry;
import io.minik.server.registry.Writes;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Kubernetes' own kinds that are special in something: each once, a row for what is said in words, a file for what takes code. */
public final class BuiltInKinds {
    /** All of the metadata that is anybody's to write. */
    static final List<String> ALL_METADATA = List.of("labels", "annotations", "finalizers", "ownerReferences");

    private BuiltInKinds() {}

    /** @param builtIn before any kind was added */
    public static KindStrategies strategies(Schema builtIn) {
        return new KindStrategies(builtIn, all(), new CustomKind(), Set.of(ServiceAllocation.NODE_PORTS));
    }

    static Map<GroupKind, KindStrategy> all() {
        Map<GroupKind, KindStrategy> kinds = new HashMap<>();
        core(kinds);
        workloads(kinds);
        others(kinds);
        settings(kinds);
        return kinds;
    }

    /** What they do besides being stored. @return who keeps quotas' status true, to be told once the caches are loaded */
    public static QuotaStatus join(Registry registry, Schema schema, ResourceQuotas quotas, InstantSource clock) {
        Writes writes = registry.writes();
        PodBinding binding = new PodBinding(writes, schema, clock);
        registry.connect(new Connector.Key("", "pods", "binding"), binding::bind);
        registry.connect(new Connector.Key("", "bindings", ""), binding::bind);
        PodEviction eviction = new PodEviction(writes, schema, clock);
        registry.connect(new Connector.Key("", "pods", "eviction"), eviction::evict);
        QuotaStatus status = new QuotaStatus(writes, schema, quotas, clock);
        registry.observe(status);
        return status;
    }

    private static void core(Map<GroupKind, KindStrategy> kinds) {
        put(kinds, "", "Pod", new PodKind());
        put(kinds, "", "Service", new ServiceKind());
        put(kinds, "", "Namespace", new NamespaceKind());
        put(kinds, "", "Event", new EventKind());
        put(kinds, "events.k8s.io", "Event", new EventKind());
        put(
                kinds,
                "",
                "Node",
                // Kubelets register their node with its status.
                PlainKind.of(CREATED_BY_PUT, KEEPS_STATUS_ON_CREATE).selectedBy(Map.of("spec.unschedulable", "false")));
        put(kinds, "", "Secret", PlainKind.of().selectedBy(Map.of("type", "")));
        put(kinds, "", "Endpoints", PlainKind.of(CREATED_BY_PUT));
        put(kinds, "", "LimitRange", PlainKind.of(CREATED_BY_PUT));
        put(kinds, "", "PodTemplate", PlainKind.of(RETURNED_WHEN_DELETED));
        put(kinds, "", "ResourceQuota", PlainKind.of(RETURNED_WHEN_DELETED));
        put(kinds, "", "ServiceAccount", PlainKind.of(RETURNED_WHEN_DELETED));
        PlainKind volume = PlainKind.of(RETURNED_WHEN_DELETED).status("{\"phase\":\"Pending\"}");
        put(kinds, "", "PersistentVolume", volume);
        put(kinds, "", "PersistentVolumeClaim", volume);
        put(
                kinds,
                "",
                "ReplicationController",
                PlainKind.of(COUNTS_GENERATIONS, ORPHANS_BY_DEFAULT)
                        .status("{\"replicas\":0}")
                        .selectedBy(Map.of("status.replicas", "0")));
    }

    private static void workloads(Map<GroupKind, KindStrategy> kinds) {
        PlainKind counted = PlainKind.of(COUNTS_GENERATIONS);
        put(kinds, "apps", "Deployment", counted.keeps(List.of("labels")));
        put(kinds, "apps", "ReplicaSet", counted.status("{\"replicas\":0}").selectedBy(Map.of("status.replicas", "0")));
        put(kinds, "apps", "StatefulSet", counted.status("{\"replicas\":0,\"availableReplicas\":0}"));
        put(
                kinds,
                "apps",
                "DaemonSet",
                counted.status("{\"currentNumberScheduled\":0,\"numberMisscheduled\":0,\"desiredNumberScheduled\":0,"
                        + "\"numberReady\":0}"));
        put(kinds, "batch", "Job", new JobKind());
        put(kinds, "batch", "CronJob", counted);
        put(kinds, "autoscaling", "HorizontalPodAutoscaler", new AutoscalerKind());
        put(
                kinds,
                "policy",
                "PodDisruptionBudget",
                PlainKind.of(COUNTS_GENERATIONS, PUT_NEEDS_VERSION)
                        .status("{\"disruptionsAllowed\":0,\"currentHealthy\":0,\"desiredHealthy\":0,"
                                + "\"expectedPods\":0}"));
    }

    private static void others(Map<GroupKind, KindStrategy> kinds) {
        PlainKind counted = PlainKind.of(COUNTS_GENERATIONS);
        put(kinds, "coordination.k8s.io", "Lease", new LeaseKind());
        put(kinds, "certificates.k8s.io", "CertificateSigningRequest", new CertificateKind());
        put(kinds, "networking.k8s.io", "Ingress", counted.status("{\"loadBalancer\":{}}"));
        put(kinds, "networking.k8s.io", "IngressClass", counted);
        put(kinds, "networking.k8s.io", "NetworkPolicy", counted);
        put(kinds, "discovery.k8s.io", "EndpointSlice", counted);
        put(kinds, "scheduling.k8s.io", "PriorityClass", counted);
        put(kinds, "storage.k8s.io", "CSIStorageCapacity", counted);
        put(
                kinds,
                "storage.k8s.io",
                "VolumeAttachment",
                PlainKind.of().status("{\"attached\":false}").keeps(ALL_METADATA));
        put(
                kinds,
                "resource.k8s.io",
                "ResourceSlice",
                counted.selectedBy(Map.of("spec.nodeName", "", "spec.driver", "")));
        put(kinds, "resource.k8s.io", "DeviceClass", counted);
        put(kinds, "resource.k8s.io", "ResourceClaim", PlainKind.of().keeps(ALL_METADATA));
        put(kinds, "node.k8s.io", "RuntimeClass", PlainKind.of(CREATED_BY_PUT, PUT_NEEDS_VERSION));
        for (String kind : Set.of("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")) {
            put(kinds, "rbac.authorization.k8s.io", kind, PlainKind.of(CREATED_BY_PUT));
        }
    }

    /** Kinds that change what the server does. */
    private static void settings(Map<GroupKind, KindStrategy> kinds) {
        PlainKind counted = PlainKind.of(COUNTS_GENERATIONS);
        put(kinds, "flowcontrol.apiserver.k8s.io", "FlowSchema", counted.keeps(ALL_METADATA));
        put(kinds, "flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", counted.keeps(ALL_METADATA));
        put(kinds, "apiregistration.k8s.io", "APIService", new ApiServiceKind());
        PlainKind versioned = PlainKind.of(COUNTS_GENERATIONS, PUT_NEEDS_VERSION);
        put(kinds, "apiextensions.k8s.io", "CustomResourceDefinition", new DefinitionKind());
        String admission = "admissionregistration.k8s.io";
        put(kinds, admission, "MutatingWebhookConfiguration", versioned);
        put(kinds, admission, "ValidatingWebhookConfiguration", versioned);
        put(kinds, admission, "ValidatingAdmissionPolicy", versioned.keeps(ALL_METADATA));
        put(kinds, admission, "ValidatingAdmissionPolicyBinding", versioned);
        put(kinds, admission, "MutatingAdmissionPolicy", versioned);
        put(kinds, admission, "MutatingAdmissionPolicyBinding", versioned);
    }

    private static void put(Map<GroupKind, KindStrategy> kinds, String group, String kind, KindStrategy strategy) {
        if (kinds.put(new GroupKind(group, kind), strategy) != null) {
            throw new IllegalStateException(kind + " of " + group + " has two strategies");
        }
    }
}
