package io.minik.api.validation;

import io.minik.api.schema.Field;
import io.minik.api.schema.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tables of what single fields may be, by type, wherever the type stands. */
final class FieldRules {
    /** {@code Type.field=A,B}: the words a field may have. */
    private static final String[] ENUMS = {
        "PodSpec.restartPolicy=Always,OnFailure,Never",
        "PodSpec.dnsPolicy=ClusterFirstWithHostNet,ClusterFirst,Default,None",
        "PodSpec.preemptionPolicy=PreemptLowerPriority,Never",
        "PodOS.name=linux,windows",
        "Container.imagePullPolicy=Always,Never,IfNotPresent",
        "Container.terminationMessagePolicy=File,FallbackToLogsOnError",
        "EphemeralContainer.imagePullPolicy=Always,Never,IfNotPresent",
        "EphemeralContainer.terminationMessagePolicy=File,FallbackToLogsOnError",
        "ContainerPort.protocol=TCP,UDP,SCTP",
        "HTTPGetAction.scheme=HTTP,HTTPS",
        "VolumeMount.mountPropagation=None,HostToContainer,Bidirectional",
        "VolumeMount.recursiveReadOnly=Disabled,IfPossible,Enabled",
        "SecurityContext.procMount=Default,Unmasked",
        "SeccompProfile.type=Unconfined,RuntimeDefault,Localhost",
        "AppArmorProfile.type=Unconfined,RuntimeDefault,Localhost",
        "PodSecurityContext.fsGroupChangePolicy=Always,OnRootMismatch",
        "PodSecurityContext.supplementalGroupsPolicy=Merge,Strict",
        "EmptyDirVolumeSource.medium=,Memory,HugePages",
        "HostPathVolumeSource.type=,DirectoryOrCreate,Directory,FileOrCreate,File,Socket,CharDevice,BlockDevice",
        "ImageVolumeSource.pullPolicy=Always,Never,IfNotPresent",
        "Toleration.operator=Equal,Exists,Lt,Gt",
        "Toleration.effect=NoSchedule,PreferNoSchedule,NoExecute",
        "Taint.effect=NoSchedule,PreferNoSchedule,NoExecute",
        "TopologySpreadConstraint.whenUnsatisfiable=DoNotSchedule,ScheduleAnyway",
        "TopologySpreadConstraint.nodeAffinityPolicy=Honor,Ignore",
        "TopologySpreadConstraint.nodeTaintsPolicy=Honor,Ignore",
        "ContainerResizePolicy.restartPolicy=NotRequired,RestartContainer",
        "core.v1.ServiceSpec.type=ClusterIP,NodePort,LoadBalancer,ExternalName",
        "core.v1.ServiceSpec.sessionAffinity=ClientIP,None",
        "core.v1.ServiceSpec.externalTrafficPolicy=Cluster,Local",
        "core.v1.ServiceSpec.internalTrafficPolicy=Cluster,Local",
        "core.v1.ServiceSpec.ipFamilyPolicy=SingleStack,PreferDualStack,RequireDualStack",
        "core.v1.ServiceSpec.trafficDistribution=PreferClose,PreferSameZone,PreferSameNode",
        "core.v1.ServicePort.protocol=TCP,UDP,SCTP",
        "core.v1.EndpointPort.protocol=TCP,UDP,SCTP",
        "discovery.v1.EndpointPort.protocol=TCP,UDP,SCTP",
        "EndpointSlice.addressType=IPv4,IPv6,FQDN",
        "PersistentVolumeSpec.persistentVolumeReclaimPolicy=Retain,Delete,Recycle",
        "PersistentVolumeSpec.volumeMode=Filesystem,Block",
        "PersistentVolumeClaimSpec.volumeMode=Filesystem,Block",
        "NamespaceStatus.phase=Active,Terminating",
        "DeploymentStrategy.type=Recreate,RollingUpdate",
        "DaemonSetUpdateStrategy.type=RollingUpdate,OnDelete",
        "StatefulSetUpdateStrategy.type=RollingUpdate,OnDelete",
        "StatefulSetSpec.podManagementPolicy=OrderedReady,Parallel",
        "StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted=Retain,Delete",
        "StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled=Retain,Delete",
        "CronJobSpec.concurrencyPolicy=Allow,Forbid,Replace",
        "JobSpec.completionMode=NonIndexed,Indexed",
        "JobSpec.podReplacementPolicy=TerminatingOrFailed,Failed",
        "PodFailurePolicyRule.action=FailJob,FailIndex,Ignore,Count",
        "HTTPIngressPath.pathType=Exact,Prefix,ImplementationSpecific",
        "NetworkPolicyPort.protocol=TCP,UDP,SCTP",
        "PriorityClass.preemptionPolicy=PreemptLowerPriority,Never",
        "StorageClass.reclaimPolicy=Delete,Retain",
        "StorageClass.volumeBindingMode=Immediate,WaitForFirstConsumer",
        "CSIDriverSpec.fsGroupPolicy=ReadWriteOnceWithFSType,File,None",
        "PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy=IfHealthyBudget,AlwaysAllow",
        "ValidatingWebhook.failurePolicy=Fail,Ignore",
        "ValidatingWebhook.matchPolicy=Equivalent,Exact",
        "ValidatingWebhook.sideEffects=None,NoneOnDryRun",
        "MutatingWebhook.failurePolicy=Fail,Ignore",
        "MutatingWebhook.matchPolicy=Equivalent,Exact",
        "MutatingWebhook.sideEffects=None,NoneOnDryRun",
        "MutatingWebhook.reinvocationPolicy=Never,IfNeeded",
        "MatchResources.matchPolicy=Equivalent,Exact",
        "ValidatingAdmissionPolicySpec.failurePolicy=Fail,Ignore",
        "HPAScalingRules.selectPolicy=Max,Min,Disabled",
        "HPAScalingPolicy.type=Pods,Percent",
        "CertificateSigningRequestCondition.status=True,False,Unknown",
        "NodeCondition.status=True,False,Unknown",
    };

    /** {@code Type.field=least}: numbers that may not be less. */
    private static final String[] LEAST = {
        "Probe.initialDelaySeconds=0",
        "Probe.timeoutSeconds=0",
        "Probe.periodSeconds=0",
        "Probe.successThreshold=0",
        "Probe.failureThreshold=0",
        "DeploymentSpec.replicas=0",
        "DeploymentSpec.minReadySeconds=0",
        "DeploymentSpec.revisionHistoryLimit=0",
        "DeploymentSpec.progressDeadlineSeconds=0",
        "ReplicaSetSpec.replicas=0",
        "ReplicaSetSpec.minReadySeconds=0",
        "ReplicationControllerSpec.replicas=0",
        "ReplicationControllerSpec.minReadySeconds=0",
        "StatefulSetSpec.replicas=0",
        "StatefulSetSpec.minReadySeconds=0",
        "StatefulSetSpec.revisionHistoryLimit=0",
        "DaemonSetSpec.minReadySeconds=0",
        "DaemonSetSpec.revisionHistoryLimit=0",
        "RollingUpdateStatefulSetStrategy.partition=0",
        "StatefulSetOrdinals.start=0",
        "JobSpec.parallelism=0",
        "JobSpec.completions=0",
        "JobSpec.backoffLimit=0",
        "JobSpec.backoffLimitPerIndex=0",
        "JobSpec.maxFailedIndexes=0",
        "JobSpec.activeDeadlineSeconds=0",
        "JobSpec.ttlSecondsAfterFinished=0",
        "CronJobSpec.startingDeadlineSeconds=0",
        "CronJobSpec.successfulJobsHistoryLimit=0",
        "CronJobSpec.failedJobsHistoryLimit=0",
        "HorizontalPodAutoscalerSpec.minReplicas=1",
        "HorizontalPodAutoscalerSpec.maxReplicas=1",
        "ScaleSpec.replicas=0",
        "LeaseSpec.leaseDurationSeconds=1",
        "LeaseSpec.leaseTransitions=0",
    };

    /** {@code Type.field}: port numbers. */
    private static final Set<String> PORTS =
            Set.of("ContainerPort.containerPort", "ContainerPort.hostPort", "ServicePort.port", "GRPCAction.port");

    /** Strings that the schema calls required and upstream accepts empty, or words in its own way. */
    private static final Set<String> NOT_REQUIRED = Set.of(
            "ContainerResourceMetricSource.container",
            "ContainerResourceMetricSource.name",
            "MetricIdentifier.name",
            "MetricSpec.type",
            "MetricTarget.type",
            "ResourceMetricSource.name",
            "Taint.key",
            "LabelSelectorRequirement.key",
            "LabelSelectorRequirement.operator",
            "PodAffinityTerm.topologyKey",
            "TopologySpreadConstraint.topologyKey",
            "EventSeries.count",
            "HTTPHeader.value",
            "Subject.kind",
            "RoleRef.apiGroup",
            "Eviction.metadata",
            "EndpointSlice.addressType");

    /** Lists that must not be empty, and what upstream says of those that are. */
    static final Map<String, String> NEEDED_LISTS = Map.of(
            "PodSpec.containers", "", "NodeSelector.nodeSelectorTerms", "must have at least one node selector term");

    private static final Map<String, List<String>> ENUM_ROWS = new HashMap<>();
    private static final Map<String, Long> LEAST_ROWS = new HashMap<>();

    static {
        for (String row : ENUMS) {
            int at = row.indexOf('=');
            ENUM_ROWS.put(row.substring(0, at), List.of(row.substring(at + 1).split(",", -1)));
        }
        for (String row : LEAST) {
            int at = row.indexOf('=');
            LEAST_ROWS.put(row.substring(0, at), Long.valueOf(row.substring(at + 1)));
        }
    }

    private FieldRules() {}

    /** The words that a field may have; empty for any. */
    static List<String> words(Type type, Field field) {
        List<String> words = ENUM_ROWS.get(type.simpleName() + "." + field.name());
        if (words == null) {
            words = ENUM_ROWS.get(type.qualifiedName() + "." + field.name());
        }
        return words == null ? List.of() : words;
    }

    static long least(Type type, Field field) {
        return LEAST_ROWS.getOrDefault(type.simpleName() + "." + field.name(), Long.MIN_VALUE);
    }

    static boolean port(Type type, Field field) {
        return PORTS.contains(type.simpleName() + "." + field.name());
    }

    /** What else is said of a field that is required; empty for nothing. */
    static String why(Type type, Field field) {
        return NEEDED_LISTS.getOrDefault(type.simpleName() + "." + field.name(), "");
    }

    static boolean required(Type type, Field field) {
        String row = type.simpleName() + "." + field.name();
        return switch (field.shape()) {
            case SINGLE -> field.kind() == Field.Kind.STRING && field.required() && !NOT_REQUIRED.contains(row);
            case LIST -> NEEDED_LISTS.containsKey(row);
            case MAP -> false;
        };
    }
}
