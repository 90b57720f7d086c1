package io.minik.server.leader;

import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;

/**
 * A Lease as it was seen last, and since when it looks so by the clock of whoever looks: a holder that renews it changes it.
 *
 * @param version resourceVersion, empty: there was none
 */
record ObservedLease(String version, String holder, long durationMillis, long sinceMillis) {
    static final ObservedLease NONE = new ObservedLease("", "", 0, 0);

    private static final long DEFAULT_SECONDS = 15;

    ObservedLease seen(KubeObject lease, long nowMillis) {
        String now = lease.meta().resourceVersion();
        if (now.equals(version)) {
            return this;
        }
        String holderNow = Json.text(lease.tree(), "spec", "holderIdentity");
        long seconds = lease.tree().path("spec").path("leaseDurationSeconds").asLong(DEFAULT_SECONDS);
        return new ObservedLease(now, holderNow, seconds * 1000, nowMillis);
    }

    /** Whether somebody else may take it. */
    boolean isFree(long nowMillis) {
        return holder.isEmpty() || nowMillis - sinceMillis > durationMillis;
    }
}
