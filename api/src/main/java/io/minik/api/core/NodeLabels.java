package io.minik.api.core;

import java.util.List;
import java.util.Set;

/** Which labels a kubelet may give its own node: of Kubernetes' names those that say what the machine is, and all others. */
public final class NodeLabels {
    private static final String RESTRICTED = "node-restriction.kubernetes.io";
    private static final Set<String> OWN = Set.of(
            "kubernetes.io/hostname",
            "kubernetes.io/os",
            "kubernetes.io/arch",
            "beta.kubernetes.io/os",
            "beta.kubernetes.io/arch",
            "topology.kubernetes.io/zone",
            "topology.kubernetes.io/region",
            "failure-domain.beta.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/region",
            "beta.kubernetes.io/instance-type",
            "node.kubernetes.io/instance-type");
    private static final List<String> OWN_DOMAINS = List.of("kubelet.kubernetes.io", "node.kubernetes.io");

    private NodeLabels() {}

    public static boolean mayBeSetByNode(String label) {
        String domain = label.contains("/") ? label.substring(0, label.indexOf('/')) : "";
        if (within(domain, RESTRICTED)) {
            return false;
        }
        boolean kubernetes = within(domain, "kubernetes.io") || within(domain, "k8s.io");
        return !kubernetes || OWN.contains(label) || OWN_DOMAINS.stream().anyMatch(own -> within(domain, own));
    }

    private static boolean within(String domain, String parent) {
        return domain.equals(parent) || domain.endsWith("." + parent);
    }
}
