package io.minik.server.table;

import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Which built-in kind is printed how; roles, limit ranges and CRDs have upstream's default, name and creation time. */
public final class BuiltInTables {
    private BuiltInTables() {}

    public static Tables tables() {
        return new Tables(kinds());
    }

    public static Map<Resource, TableKind> kinds() {
        Map<Resource, TableKind> kinds = new HashMap<>();
        core(kinds);
        workloads(kinds);
        network(kinds);
        storage(kinds);
        cluster(kinds);
        return kinds;
    }

    private static void core(Map<Resource, TableKind> kinds) {
        kinds.put(Resources.PODS, PodTable.KIND);
        kinds.put(Resources.NODES, NodeTable.KIND);
        kinds.put(Resources.NAMESPACES, ClusterTables.NAMESPACE);
        kinds.put(Resources.SERVICES, NetworkTables.SERVICE);
        kinds.put(Resources.ENDPOINTS, NetworkTables.ENDPOINTS);
        kinds.put(Resources.EVENTS, ClusterTables.EVENT);
        kinds.put(namespaced("events.k8s.io", "v1", "events", "Event"), ClusterTables.EVENT);
        kinds.put(Resources.SECRETS, ClusterTables.SECRET);
        kinds.put(Resources.CONFIG_MAPS, ClusterTables.CONFIG_MAP);
        kinds.put(Resources.SERVICE_ACCOUNTS, ClusterTables.SERVICE_ACCOUNT);
        kinds.put(Resources.REPLICATION_CONTROLLERS, WorkloadTables.REPLICATION_CONTROLLER);
        kinds.put(Resources.RESOURCE_QUOTAS, ClusterTables.RESOURCE_QUOTA);
        kinds.put(Resources.PERSISTENT_VOLUMES, StorageTables.VOLUME);
        kinds.put(Resources.PERSISTENT_VOLUME_CLAIMS, StorageTables.CLAIM);
        kinds.put(namespaced("", "v1", "podtemplates", "PodTemplate"), WorkloadTables.POD_TEMPLATE);
        kinds.put(cluster("", "v1", "componentstatuses", "ComponentStatus"), ClusterTables.COMPONENT_STATUS);
    }

    private static void workloads(Map<Resource, TableKind> kinds) {
        kinds.put(Resources.DEPLOYMENTS, WorkloadTables.DEPLOYMENT);
        kinds.put(Resources.REPLICA_SETS, WorkloadTables.REPLICA_SET);
        kinds.put(Resources.STATEFUL_SETS, WorkloadTables.STATEFUL_SET);
        kinds.put(Resources.DAEMON_SETS, WorkloadTables.DAEMON_SET);
        kinds.put(Resources.CONTROLLER_REVISIONS, WorkloadTables.CONTROLLER_REVISION);
        kinds.put(Tables.SCALE, WorkloadTables.SCALE);
        kinds.put(Resources.JOBS, WorkloadTables.JOB);
        kinds.put(Resources.CRON_JOBS, WorkloadTables.CRON_JOB);
        for (String version : new String[] {"v1", "v2"}) {
            kinds.put(
                    namespaced("autoscaling", version, "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
                    WorkloadTables.AUTOSCALER);
        }
        kinds.put(Resources.POD_DISRUPTION_BUDGETS, ClusterTables.DISRUPTION_BUDGET);
    }

    private static void network(Map<Resource, TableKind> kinds) {
        String group = "networking.k8s.io";
        kinds.put(Resources.ENDPOINT_SLICES, NetworkTables.ENDPOINT_SLICE);
        kinds.put(namespaced(group, "v1", "ingresses", "Ingress"), NetworkTables.INGRESS);
        kinds.put(cluster(group, "v1", "ingressclasses", "IngressClass"), NetworkTables.INGRESS_CLASS);
        kinds.put(namespaced(group, "v1", "networkpolicies", "NetworkPolicy"), NetworkTables.NETWORK_POLICY);
        kinds.put(cluster(group, "v1", "servicecidrs", "ServiceCIDR"), NetworkTables.SERVICE_CIDR);
        kinds.put(cluster(group, "v1", "ipaddresses", "IPAddress"), NetworkTables.IP_ADDRESS);
    }

    private static void storage(Map<Resource, TableKind> kinds) {
        String group = "storage.k8s.io";
        kinds.put(cluster(group, "v1", "storageclasses", "StorageClass"), StorageTables.STORAGE_CLASS);
        kinds.put(
                cluster(group, "v1", "volumeattributesclasses", "VolumeAttributesClass"),
                StorageTables.ATTRIBUTES_CLASS);
        kinds.put(cluster(group, "v1", "volumeattachments", "VolumeAttachment"), StorageTables.ATTACHMENT);
        kinds.put(cluster(group, "v1", "csinodes", "CSINode"), StorageTables.CSI_NODE);
        kinds.put(cluster(group, "v1", "csidrivers", "CSIDriver"), StorageTables.CSI_DRIVER);
        kinds.put(namespaced(group, "v1", "csistoragecapacities", "CSIStorageCapacity"), StorageTables.CSI_CAPACITY);
    }

    private static void cluster(Map<Resource, TableKind> kinds) {
        kinds.put(Resources.ROLE_BINDINGS, ClusterTables.BINDING);
        kinds.put(Resources.CLUSTER_ROLE_BINDINGS, ClusterTables.BINDING);
        kinds.put(Resources.LEASES, ClusterTables.LEASE);
        kinds.put(Resources.PRIORITY_CLASSES, ClusterTables.PRIORITY_CLASS);
        kinds.put(Resources.RUNTIME_CLASSES, ClusterTables.RUNTIME_CLASS);
        kinds.put(Resources.CERTIFICATE_SIGNING_REQUESTS, ClusterTables.SIGNING_REQUEST);
        String admission = "admissionregistration.k8s.io";
        for (String word : new String[] {"Validating", "Mutating"}) {
            String lower = word.toLowerCase(Locale.ROOT);
            kinds.put(
                    cluster(admission, "v1", lower + "webhookconfigurations", word + "WebhookConfiguration"),
                    ClusterTables.WEBHOOKS);
            kinds.put(
                    cluster(admission, "v1", lower + "admissionpolicies", word + "AdmissionPolicy"),
                    word.equals("Validating") ? ClusterTables.VALIDATING_POLICY : ClusterTables.MUTATING_POLICY);
            kinds.put(
                    cluster(admission, "v1", lower + "admissionpolicybindings", word + "AdmissionPolicyBinding"),
                    ClusterTables.POLICY_BINDING);
        }
        kinds.put(cluster("apiregistration.k8s.io", "v1", "apiservices", "APIService"), ClusterTables.API_SERVICE);
        String flow = "flowcontrol.apiserver.k8s.io";
        kinds.put(cluster(flow, "v1", "flowschemas", "FlowSchema"), ClusterTables.FLOW_SCHEMA);
        kinds.put(
                cluster(flow, "v1", "prioritylevelconfigurations", "PriorityLevelConfiguration"),
                ClusterTables.PRIORITY_LEVEL);
        String devices = "resource.k8s.io";
        kinds.put(cluster(devices, "v1", "deviceclasses", "DeviceClass"), ClusterTables.NAME_AND_AGE);
        kinds.put(namespaced(devices, "v1", "resourceclaims", "ResourceClaim"), ClusterTables.RESOURCE_CLAIM);
        kinds.put(
                namespaced(devices, "v1", "resourceclaimtemplates", "ResourceClaimTemplate"),
                ClusterTables.NAME_AND_AGE);
        kinds.put(cluster(devices, "v1", "resourceslices", "ResourceSlice"), ClusterTables.RESOURCE_SLICE);
    }

    private static Resource namespaced(String group, String version, String plural, String kind) {
        return new Resource(group, version, plural, kind, true);
    }

    private static Resource cluster(String group, String version, String plural, String kind) {
        return new Resource(group, version, plural, kind, false);
    }
}
