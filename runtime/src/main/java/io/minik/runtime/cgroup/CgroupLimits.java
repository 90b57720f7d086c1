package io.minik.runtime.cgroup;

/**
 * What a group may use; 0 or empty = not limited, negative quota, memory or pids = lift the limit.
 *
 * @param cpuShares as in v1 (2..262144); converted for v2
 */
public record CgroupLimits(
        long cpuShares,
        long cpuQuotaMicros,
        long cpuPeriodMicros,
        long memoryBytes,
        long pids,
        String cpusetCpus,
        String cpusetMems) {
    public static final CgroupLimits NONE = new CgroupLimits(0, 0, 0, 0, 0, "", "");

    private static final long MIN_SHARES = 2;
    private static final long MAX_SHARES = 262_144;

    /** The OCI conversion of 2..262144 shares to a v2 weight of 1..10000. */
    long cpuWeight() {
        long shares = Math.max(MIN_SHARES, Math.min(MAX_SHARES, cpuShares));
        return 1 + (shares - MIN_SHARES) * 9999 / (MAX_SHARES - MIN_SHARES);
    }
}
