package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fills in what a user may leave out (pkg/apis/.../defaults.go): fixed rows by type, found wherever the type stands in the
 * tree, and computed ones. Idempotent. What depends on more than the object (cluster IPs, selectors made from UIDs, pod
 * status) is the registry's.
 */
public final class Defaults {
    /** {@code group.version.Type.field=JSON}, or {@code Type.field=JSON} where all groups agree. */
    private static final String[] ROWS = {
        "PodSpec.dnsPolicy=\"ClusterFirst\"",
        "PodSpec.restartPolicy=\"Always\"",
        "PodSpec.schedulerName=\"default-scheduler\"",
        "PodSpec.securityContext={}",
        "PodSpec.terminationGracePeriodSeconds=30",
        "Container.resources={}",
        "Container.terminationMessagePath=\"/dev/termination-log\"",
        "Container.terminationMessagePolicy=\"File\"",
        "EphemeralContainer.resources={}",
        "EphemeralContainer.terminationMessagePath=\"/dev/termination-log\"",
        "EphemeralContainer.terminationMessagePolicy=\"File\"",
        "ContainerPort.protocol=\"TCP\"",
        "Probe.timeoutSeconds=1",
        "Probe.periodSeconds=10",
        "Probe.successThreshold=1",
        "Probe.failureThreshold=3",
        "HTTPGetAction.path=\"/\"",
        "HTTPGetAction.scheme=\"HTTP\"",
        "GRPCAction.service=\"\"",
        "ObjectFieldSelector.apiVersion=\"v1\"",
        "SecretVolumeSource.defaultMode=420",
        "ConfigMapVolumeSource.defaultMode=420",
        "DownwardAPIVolumeSource.defaultMode=420",
        "ProjectedVolumeSource.defaultMode=420",
        "ServiceAccountTokenProjection.expirationSeconds=3600",
        "HostPathVolumeSource.type=\"\"",
        "ISCSIVolumeSource.iscsiInterface=\"default\"",
        "ISCSIPersistentVolumeSource.iscsiInterface=\"default\"",
        "RBDVolumeSource.pool=\"rbd\"",
        "RBDVolumeSource.user=\"admin\"",
        "RBDVolumeSource.keyring=\"/etc/ceph/keyring\"",
        "RBDPersistentVolumeSource.pool=\"rbd\"",
        "RBDPersistentVolumeSource.user=\"admin\"",
        "RBDPersistentVolumeSource.keyring=\"/etc/ceph/keyring\"",
        "ScaleIOVolumeSource.storageMode=\"ThinProvisioned\"",
        "ScaleIOVolumeSource.fsType=\"xfs\"",
        "ScaleIOPersistentVolumeSource.storageMode=\"ThinProvisioned\"",
        "ScaleIOPersistentVolumeSource.fsType=\"xfs\"",
        "AzureDiskVolumeSource.cachingMode=\"ReadWrite\"",
        "AzureDiskVolumeSource.kind=\"Shared\"",
        "AzureDiskVolumeSource.fsType=\"ext4\"",
        "AzureDiskVolumeSource.readOnly=false",
        "PersistentVolumeSpec.persistentVolumeReclaimPolicy=\"Retain\"",
        "PersistentVolumeSpec.volumeMode=\"Filesystem\"",
        "PersistentVolumeClaimSpec.volumeMode=\"Filesystem\"",
        "core.v1.ServiceSpec.sessionAffinity=\"None\"",
        "core.v1.ServiceSpec.type=\"ClusterIP\"",
        "core.v1.ServicePort.protocol=\"TCP\"",
        "core.v1.EndpointPort.protocol=\"TCP\"",
        "core.v1.Secret.type=\"Opaque\"",
        "core.v1.ReplicationControllerSpec.replicas=1",
        "discovery.v1.EndpointPort.name=\"\"",
        "discovery.v1.EndpointPort.protocol=\"TCP\"",
        "DeploymentSpec.replicas=1",
        "DeploymentSpec.revisionHistoryLimit=10",
        "DeploymentSpec.progressDeadlineSeconds=600",
        "DeploymentSpec.strategy={}",
        "DeploymentStrategy.type=\"RollingUpdate\"",
        "ReplicaSetSpec.replicas=1",
        "DaemonSetSpec.revisionHistoryLimit=10",
        "DaemonSetSpec.updateStrategy={}",
        "DaemonSetUpdateStrategy.type=\"RollingUpdate\"",
        "StatefulSetSpec.replicas=1",
        "StatefulSetSpec.revisionHistoryLimit=10",
        "StatefulSetSpec.podManagementPolicy=\"OrderedReady\"",
        "StatefulSetSpec.updateStrategy={}",
        "StatefulSetSpec.persistentVolumeClaimRetentionPolicy={}",
        "StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted=\"Retain\"",
        "StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled=\"Retain\"",
        "StatefulSetUpdateStrategy.type=\"RollingUpdate\"",
        "PodFailurePolicyOnPodConditionsPattern.status=\"True\"",
        "CronJobSpec.concurrencyPolicy=\"Allow\"",
        "CronJobSpec.suspend=false",
        "CronJobSpec.successfulJobsHistoryLimit=3",
        "CronJobSpec.failedJobsHistoryLimit=1",
        "HorizontalPodAutoscalerSpec.minReplicas=1",
        "NetworkPolicyPort.protocol=\"TCP\"",
        "IngressClassParametersReference.scope=\"Cluster\"",
        "StorageClass.reclaimPolicy=\"Delete\"",
        "StorageClass.volumeBindingMode=\"Immediate\"",
        "CSIDriverSpec.attachRequired=true",
        "CSIDriverSpec.podInfoOnMount=false",
        "CSIDriverSpec.storageCapacity=false",
        "CSIDriverSpec.requiresRepublish=false",
        "CSIDriverSpec.seLinuxMount=false",
        "CSIDriverSpec.fsGroupPolicy=\"ReadWriteOnceWithFSType\"",
        "CSIDriverSpec.volumeLifecycleModes=[\"Persistent\"]",
        "PriorityClass.preemptionPolicy=\"PreemptLowerPriority\"",
        "FlowSchemaSpec.matchingPrecedence=1000",
        "LimitedPriorityLevelConfiguration.nominalConcurrencyShares=30",
        "LimitedPriorityLevelConfiguration.lendablePercent=0",
        "ExemptPriorityLevelConfiguration.nominalConcurrencyShares=0",
        "ExemptPriorityLevelConfiguration.lendablePercent=0",
        "QueuingConfiguration.queues=64",
        "QueuingConfiguration.handSize=8",
        "QueuingConfiguration.queueLengthLimit=50",
        "ValidatingWebhook.failurePolicy=\"Fail\"",
        "ValidatingWebhook.matchPolicy=\"Equivalent\"",
        "ValidatingWebhook.namespaceSelector={}",
        "ValidatingWebhook.objectSelector={}",
        "ValidatingWebhook.timeoutSeconds=10",
        "MutatingWebhook.failurePolicy=\"Fail\"",
        "MutatingWebhook.matchPolicy=\"Equivalent\"",
        "MutatingWebhook.namespaceSelector={}",
        "MutatingWebhook.objectSelector={}",
        "MutatingWebhook.timeoutSeconds=10",
        "MutatingWebhook.reinvocationPolicy=\"Never\"",
        "RuleWithOperations.scope=\"*\"",
        "NamedRuleWithOperations.scope=\"*\"",
        "MatchResources.matchPolicy=\"Equivalent\"",
        "MatchResources.namespaceSelector={}",
        "MatchResources.objectSelector={}",
        "ValidatingAdmissionPolicySpec.failurePolicy=\"Fail\"",
        "MutatingAdmissionPolicySpec.failurePolicy=\"Fail\"",
        "ServiceReference.port=443",
        "CustomResourceDefinitionSpec.conversion={\"strategy\":\"None\"}",
        "TokenRequestSpec.expirationSeconds=3600",
        "ExactDeviceRequest.allocationMode=\"ExactCount\"",
        "DeviceSubRequest.allocationMode=\"ExactCount\"",
        "DeviceToleration.operator=\"Equal\"",
    };

    private static final Map<String, Map<String, JsonNode>> BY_TYPE = rows();
    private static final Map<String, Consumer<ObjectNode>> COMPUTED = ComputedDefaults.byType();

    private Defaults() {}

    private static Map<String, Map<String, JsonNode>> rows() {
        Map<String, Map<String, JsonNode>> rows = new HashMap<>();
        for (String row : ROWS) {
            String path = row.substring(0, row.indexOf('='));
            int dot = path.lastIndexOf('.');
            byte[] json = row.substring(path.length() + 1).getBytes(StandardCharsets.UTF_8);
            rows.computeIfAbsent(path.substring(0, dot), key -> new LinkedHashMap<>())
                    .put(path.substring(dot + 1), Json.parse(json));
        }
        return rows;
    }

    /** Writes to the tree. */
    public static void apply(KindRow row, ObjectNode tree) {
        apply(row.type(), tree);
    }

    /** The same for an object that is no row's, such as a TokenRequest. */
    public static void apply(Type type, ObjectNode tree) {
        if (type.structural().isPresent()) {
            type.structural().get().fill(tree);
            return;
        }
        String qualified = type.qualifiedName();
        fill(BY_TYPE.get(type.simpleName()), tree);
        fill(BY_TYPE.get(qualified), tree);
        Consumer<ObjectNode> computed = COMPUTED.get(qualified);
        if (computed != null) {
            computed.accept(tree);
        }
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            type.field(entry.getKey()).ifPresent(field -> {
                if (field.structured()) {
                    children(field, entry.getValue());
                } else if (field.shape() == Field.Shape.MAP && entry.getValue() instanceof ObjectNode amounts) {
                    amounts(field, amounts);
                }
            });
        }
    }

    /** A ResourceList counts in thousandths; what is finer is rounded up. */
    private static void amounts(Field field, ObjectNode amounts) {
        if (field.kind() != Field.Kind.MESSAGE || field.type().form() != Type.Form.QUANTITY) {
            return;
        }
        for (Map.Entry<String, JsonNode> amount : amounts.properties()) {
            String text = amount.getValue().asText();
            // The decoder has left them canonical: others can't be finer.
            if (text.endsWith("u") || text.endsWith("n") || text.contains("e-")) {
                Quantity.find(text)
                        .ifPresent(found -> amount.setValue(
                                TextNode.valueOf(found.roundedToMilli().toString())));
            }
        }
    }

    private static void children(Field field, JsonNode value) {
        if (field.shape() == Field.Shape.SINGLE) {
            child(field.type(), value);
        } else {
            value.forEach(item -> child(field.type(), item));
        }
    }

    private static void child(Type type, JsonNode value) {
        if (value instanceof ObjectNode object) {
            apply(type, object);
        }
    }

    private static void fill(@Nullable Map<String, JsonNode> rows, ObjectNode tree) {
        if (rows != null) {
            rows.forEach((name, value) -> {
                if (absent(tree.get(name))) {
                    tree.set(name, value.deepCopy());
                }
            });
        }
    }

    /** An empty word counts as absent. */
    private static boolean absent(@Nullable JsonNode present) {
        return present == null
                || present.isNull()
                || (present.isTextual() && present.textValue().isEmpty());
    }
}
