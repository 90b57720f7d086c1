package io.minik.server.admission;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which steps of admission there are, by upstream's names of its plugins: those that are asked unless they are disabled, and those
 * that are asked if they are enabled.
 */
public record AdmissionPlugins(Set<String> enabled, Set<String> disabled) {
    public static final AdmissionPlugins DEFAULT = new AdmissionPlugins(Set.of(), Set.of());

    private static final Set<String> USUAL = Set.of(
            "NamespaceLifecycle",
            "LimitRanger",
            "ServiceAccount",
            "NodeRestriction",
            "PodSecurity",
            "Priority",
            "DefaultTolerationSeconds",
            "DefaultStorageClass",
            "StorageObjectInUseProtection",
            "PersistentVolumeClaimResize",
            "RuntimeClass",
            "DefaultIngressClass",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionWebhook",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionWebhook",
            "ResourceQuota");
    private static final Set<String> OPTIONAL =
            Set.of("AlwaysPullImages", "ExtendedResourceToleration", "TaintNodesByCondition", "DenyServiceExternalIPs");
    /** One step of ours, which nobody can do without. */
    private static final Set<String> ALWAYS =
            Set.of("CertificateApproval", "CertificateSigning", "CertificateSubjectRestriction");

    private static final Set<String> ABSENT = Set.of(
            "AlwaysAdmit",
            "AlwaysDeny",
            "ClusterTrustBundleAttest",
            "EventRateLimit",
            "ImagePolicyWebhook",
            "LimitPodHardAntiAffinityTopology",
            "NamespaceAutoProvision",
            "NamespaceExists",
            "NodeDeclaredFeatureValidator",
            "OwnerReferencesPermissionEnforcement",
            "PodNodeSelector",
            "PodTolerationRestriction",
            "PodTopologyLabels");

    /** @throws IllegalArgumentException that says which of them cannot be as it is said */
    public static AdmissionPlugins of(List<String> enabled, List<String> disabled) {
        Set<String> both = new TreeSet<>(enabled);
        both.retainAll(disabled);
        if (!both.isEmpty()) {
            throw new IllegalArgumentException("[" + String.join(" ", both)
                    + "] in enable-admission-plugins and disable-admission-plugins overlapped");
        }
        for (String name : enabled) {
            known("enable-admission-plugins", name);
            if (ABSENT.contains(name)) {
                throw new IllegalArgumentException(
                        "enable-admission-plugins plugin \"" + name + "\" is none that minik has");
            }
        }
        for (String name : disabled) {
            known("disable-admission-plugins", name);
            if (ALWAYS.contains(name)) {
                throw new IllegalArgumentException(
                        "disable-admission-plugins plugin \"" + name + "\" can't be disabled in minik");
            }
        }
        return new AdmissionPlugins(new LinkedHashSet<>(enabled), new LinkedHashSet<>(disabled));
    }

    private static void known(String flag, String name) {
        boolean known = List.of(USUAL, OPTIONAL, ALWAYS, ABSENT).stream().anyMatch(names -> names.contains(name));
        if (!known) {
            throw new IllegalArgumentException(flag + " plugin \"" + name + "\" is unknown");
        }
    }

    /** The steps that are asked, of all that there are. */
    public List<Admission> asked(List<Admission> steps) {
        return steps.stream().filter(step -> asks(step.name())).toList();
    }

    private boolean asks(String name) {
        return OPTIONAL.contains(name) ? enabled.contains(name) : !disabled.contains(name);
    }
}
