package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;

/**
 * Which zeros mean something. Fields that are pointers in Go's types say something else when they are zero than when they are
 * absent: {@code replicas: 0} is no default. Of all others, which Go's clients write or leave out as they like, zero and
 * absent mean the same.
 *
 * <p>From k8s.io/api 0.36: numbers and booleans by JSON name, where the name is one kind of field in all types; the rest by
 * name and type. Few texts are anything else when empty than when absent.
 */
public final class Zeros {
    private static final Set<String> NUMBERS =
            Set.of(("activeDeadlineSeconds adminAccess allNodes allocateLoadBalancerNodePorts allowMultipleAllocations"
                            + " allowPrivilegeEscalation allowVolumeExpansion attachRequired automountServiceAccountToken"
                            + " averageUtilization backoffLimit backoffLimitPerIndex bindsToNode blockOwnerDeletion bool"
                            + " borrowingLimitPercent completions controller currentAverageUtilization"
                            + " currentCPUUtilizationPercentage defaultMode deletionGracePeriodSeconds enableServiceLinks"
                            + " endPort errorCode expirationSeconds failedJobsHistoryLimit fsGroup gracePeriodSeconds"
                            + " hostProcess hostUsers immutable int leaseDurationSeconds leaseTransitions lendablePercent"
                            + " lun manualSelector maxExpirationSeconds maxFailedIndexes maxItems maxLength maxProperties"
                            + " maximum minDomains minItems minLength minProperties minReplicas minimum mode multipleOf"
                            + " nodeAllocatableUpdatePeriodSeconds nominalConcurrencyShares optional optionalOldSelf orphanDependents"
                            + " parallelism perDeviceNodeSelection podInfoOnMount preventPodSchedulingIfMissing priority"
                            + " privileged progressDeadlineSeconds readOnlyRootFilesystem ready recursiveReadOnlyMounts"
                            + " requiresRepublish revisionHistoryLimit runAsGroup runAsNonRoot runAsUser seLinuxMount"
                            + " serviceAccountTokenInSecrets serving setHostnameAsFQDN shareProcessNamespace"
                            + " stabilizationWindowSeconds started startingDeadlineSeconds storageCapacity succeededCount"
                            + " successfulJobsHistoryLimit suspend targetAverageUtilization"
                            + " targetCPUUtilizationPercentage terminating terminatingReplicas"
                            + " terminationGracePeriodSeconds tolerationSeconds ttlSecondsAfterFinished userNamespaces x-kubernetes-preserve-unknown-fields")
                    .split(" "));

    /** Numbers that are a pointer in these types alone, or that upstream writes also when they are zero. */
    private static final Map<String, Set<String>> NUMBERS_OF_TYPES = Map.of(
            "count", Set.of("VolumeNodeResources"),
            "maxReplicas", Set.of("HorizontalPodAutoscalerSpec"),
            "partition", Set.of("RollingUpdateStatefulSetStrategy"),
            "port", Set.of("ServiceReference"),
            "replicas",
                    Set.of(
                            "DeploymentSpec",
                            "ReplicaSetSpec",
                            "StatefulSetSpec",
                            "ReplicationControllerSpec",
                            "ScaleSpec"),
            "timeoutSeconds", Set.of("MutatingWebhook", "ValidatingWebhook", "ClientIPConfig"),
            "value", Set.of("PriorityClass"));

    /** Texts of which the empty one is said. */
    private static final Map<String, Set<String>> TEXTS_OF_TYPES = Map.ofEntries(
            Map.entry("deprecationWarning", Set.of("CustomResourceDefinitionVersion")),
            Map.entry("holderIdentity", Set.of("LeaseSpec")),
            Map.entry("hostnameOverride", Set.of("PodSpec")),
            Map.entry("ingressClassName", Set.of("IngressSpec")),
            Map.entry("name", Set.of("discovery.v1.EndpointPort")),
            Map.entry("service", Set.of("GRPCAction")),
            Map.entry("storageClassName", Set.of("PersistentVolumeClaimSpec")),
            Map.entry("string", Set.of("DeviceAttribute")),
            Map.entry("timeZone", Set.of("CronJobSpec")),
            Map.entry("type", Set.of("HostPathVolumeSource")),
            Map.entry("version", Set.of("DeviceAttribute")),
            Map.entry("volumeAttributesClassName", Set.of("PersistentVolumeClaimSpec", "PersistentVolumeSpec")));

    private Zeros() {}

    /** Whether a field is there although it says no more than zero, as Go would say it or leave it out. */
    static boolean said(Type owner, Field field, JsonNode value) {
        boolean zero =
                switch (field.kind()) {
                    case STRING, BYTES -> value.isTextual() && value.textValue().isEmpty();
                    case BOOL -> value.isBoolean() && !value.booleanValue();
                    case INT32, INT64, DOUBLE -> value.isNumber() && value.doubleValue() == 0;
                    case MESSAGE -> false;
                };
        return !zero || has(owner, field);
    }

    /**
     * Whether both say the same: members of one that the other lacks count only if their zero means something. For what may
     * not change, as Go's clients write it back that have read it.
     */
    public static boolean same(JsonNode one, JsonNode other) {
        if (one.isObject() && other.isObject()) {
            return covers(one, other) && covers(other, one);
        }
        if (one.isArray() && other.isArray()) {
            if (one.size() != other.size()) {
                return false;
            }
            for (int at = 0; at < one.size(); at++) {
                if (!same(one.get(at), other.get(at))) {
                    return false;
                }
            }
            return true;
        }
        return one.equals(other);
    }

    private static boolean covers(JsonNode one, JsonNode other) {
        for (Map.Entry<String, JsonNode> member : one.properties()) {
            JsonNode there = other.get(member.getKey());
            if (there == null ? !zero(member.getKey(), member.getValue()) : !same(member.getValue(), there)) {
                return false;
            }
        }
        return true;
    }

    private static boolean zero(String name, JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> value.textValue().isEmpty() && !TEXTS_OF_TYPES.containsKey(name);
            case BOOLEAN -> !value.booleanValue() && !NUMBERS.contains(name);
            case NUMBER -> value.doubleValue() == 0 && !NUMBERS.contains(name) && !NUMBERS_OF_TYPES.containsKey(name);
            case ARRAY -> value.isEmpty();
            default -> false;
        };
    }

    private static boolean has(Type owner, Field field) {
        boolean text = field.kind() == Field.Kind.STRING || field.kind() == Field.Kind.BYTES;
        if (!text && NUMBERS.contains(field.name())) {
            return true;
        }
        Set<String> types = (text ? TEXTS_OF_TYPES : NUMBERS_OF_TYPES).get(field.name());
        return types != null && (types.contains(owner.simpleName()) || types.contains(owner.qualifiedName()));
    }
}
