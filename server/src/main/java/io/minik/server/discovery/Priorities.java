package io.minik.server.discovery;

import java.util.Map;

/**
 * Which group and which of its versions a client takes that names none: as upstream's aggregator ranks them, the higher the earlier.
 *
 * @param group of the group among all, 1 to 20000; a group has the highest of its versions'
 * @param version of the version in its group, 1 to 1000
 */
public record Priorities(int group, int version) {
    private static final int USUAL_VERSION = 15;

    /** Of what users define, and of what no table knows. */
    private static final Priorities DEFINED = new Priorities(1000, 100);

    /** metrics-server's own. */
    private static final Priorities METRICS = new Priorities(100, 100);

    /** The group of APIServices themselves comes before all that they rank. */
    private static final int FIRST = 20_000;

    private static final Map<String, Integer> GROUPS = Map.ofEntries(
            Map.entry("apiregistration.k8s.io", FIRST),
            Map.entry("", 18_000),
            Map.entry("apps", 17_800),
            Map.entry("events.k8s.io", 17_750),
            Map.entry("authentication.k8s.io", 17_700),
            Map.entry("authorization.k8s.io", 17_600),
            Map.entry("autoscaling", 17_500),
            Map.entry("batch", 17_400),
            Map.entry("certificates.k8s.io", 17_300),
            Map.entry("networking.k8s.io", 17_200),
            Map.entry("policy", 17_100),
            Map.entry("rbac.authorization.k8s.io", 17_000),
            Map.entry("storage.k8s.io", 16_800),
            Map.entry("admissionregistration.k8s.io", 16_700),
            Map.entry("apiextensions.k8s.io", 16_700),
            Map.entry("scheduling.k8s.io", 16_600),
            Map.entry("coordination.k8s.io", 16_500),
            Map.entry("node.k8s.io", 16_300),
            Map.entry("discovery.k8s.io", 16_200),
            Map.entry("flowcontrol.apiserver.k8s.io", 16_100),
            Map.entry("internal.apiserver.k8s.io", 16_000),
            Map.entry("resource.k8s.io", 15_900),
            Map.entry("storagemigration.k8s.io", 15_800));

    /** Of what this server serves itself. */
    public static Priorities of(String group, String version) {
        if (group.equals("metrics.k8s.io")) {
            return METRICS;
        }
        Integer known = GROUPS.get(group);
        if (known == null) {
            return DEFINED;
        }
        boolean newer = group.equals("autoscaling") && version.equals("v2");
        return new Priorities(known, group.isEmpty() ? 1 : newer ? 2 * USUAL_VERSION : USUAL_VERSION);
    }
}
