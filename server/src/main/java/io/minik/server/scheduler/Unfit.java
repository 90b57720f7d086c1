package io.minik.server.scheduler;

import java.util.List;
import java.util.Set;

/**
 * Why a node can't take a pod.
 *
 * @param reasons upstream's words, one or more
 * @param byEviction whether evicting pods of lower priority could help
 * @param cures what must happen before trying again makes sense
 */
record Unfit(List<String> reasons, boolean byEviction, Set<Cure> cures) {
    /** Events that may make an unschedulable pod schedulable. */
    enum Cure {
        NODE_CHANGED,
        POD_GONE,
        POD_PLACED,
        VOLUME_CHANGED,
        DEVICE_CLAIM_CHANGED
    }

    static Unfit lasting(String reason, Cure... cures) {
        return new Unfit(List.of(reason), false, Set.of(cures));
    }

    static Unfit passing(String reason, Cure... cures) {
        return new Unfit(List.of(reason), true, Set.of(cures));
    }
}
