package io.minik.api.meta;

/** The resources that minik's own rooms read and write. The full table is the registry's. */
public final class Resources {
    public static final Resource PODS = core("pods", "Pod");
    public static final Resource NODES = new Resource("", "v1", "nodes", "Node", false);
    public static final Resource NODE_METRICS =
            new Resource("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", false);
    public static final Resource POD_METRICS = new Resource("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", true);
    public static final Resource NAMESPACES = new Resource("", "v1", "namespaces", "Namespace", false);
    public static final Resource SERVICES = core("services", "Service");
    public static final Resource ENDPOINTS = core("endpoints", "Endpoints");
    public static final Resource EVENTS = core("events", "Event");
    public static final Resource SECRETS = core("secrets", "Secret");
    public static final Resource CONFIG_MAPS = core("configmaps", "ConfigMap");
    public static final Resource SERVICE_ACCOUNTS = core("serviceaccounts", "ServiceAccount");
    public static final Resource REPLICATION_CONTROLLERS = core("replicationcontrollers", "ReplicationController");
    public static final Resource LIMIT_RANGES = core("limitranges", "LimitRange");
    public static final Resource RESOURCE_QUOTAS = core("resourcequotas", "ResourceQuota");
    public static final Resource PERSISTENT_VOLUMES =
            new Resource("", "v1", "persistentvolumes", "PersistentVolume", false);
    public static final Resource PERSISTENT_VOLUME_CLAIMS = core("persistentvolumeclaims", "PersistentVolumeClaim");
    public static final Resource STORAGE_CLASSES =
            new Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", false);
    public static final Resource RESOURCE_CLAIMS =
            new Resource("resource.k8s.io", "v1", "resourceclaims", "ResourceClaim", true);
    public static final Resource DEPLOYMENTS = new Resource("apps", "v1", "deployments", "Deployment", true);
    public static final Resource REPLICA_SETS = new Resource("apps", "v1", "replicasets", "ReplicaSet", true);
    public static final Resource STATEFUL_SETS = new Resource("apps", "v1", "statefulsets", "StatefulSet", true);
    public static final Resource DAEMON_SETS = new Resource("apps", "v1", "daemonsets", "DaemonSet", true);
    public static final Resource CONTROLLER_REVISIONS =
            new Resource("apps", "v1", "controllerrevisions", "ControllerRevision", true);
    public static final Resource JOBS = new Resource("batch", "v1", "jobs", "Job", true);
    public static final Resource CRON_JOBS = new Resource("batch", "v1", "cronjobs", "CronJob", true);
    public static final Resource LEASES = new Resource("coordination.k8s.io", "v1", "leases", "Lease", true);
    public static final Resource ENDPOINT_SLICES =
            new Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true);
    public static final Resource SERVICE_CIDRS =
            new Resource("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR", false);
    public static final Resource IP_ADDRESSES =
            new Resource("networking.k8s.io", "v1", "ipaddresses", "IPAddress", false);
    public static final Resource ROLES = rbac("roles", "Role", true);
    public static final Resource ROLE_BINDINGS = rbac("rolebindings", "RoleBinding", true);
    public static final Resource CLUSTER_ROLES = rbac("clusterroles", "ClusterRole", false);
    public static final Resource CLUSTER_ROLE_BINDINGS = rbac("clusterrolebindings", "ClusterRoleBinding", false);
    public static final Resource PRIORITY_CLASSES =
            new Resource("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false);
    public static final Resource RUNTIME_CLASSES =
            new Resource("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false);
    public static final Resource POD_DISRUPTION_BUDGETS =
            new Resource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true);
    public static final Resource CERTIFICATE_SIGNING_REQUESTS =
            new Resource("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", false);

    private Resources() {}

    private static Resource core(String plural, String kind) {
        return new Resource("", "v1", plural, kind, true);
    }

    private static Resource rbac(String plural, String kind, boolean namespaced) {
        return new Resource("rbac.authorization.k8s.io", "v1", plural, kind, namespaced);
    }
}
