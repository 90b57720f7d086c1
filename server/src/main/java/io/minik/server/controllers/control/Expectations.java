package io.minik.server.controllers.control;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a controller did and its informer has not shown yet. Until all of it is seen a count of the informer's objects
 * would be stale and lead to doing it twice. Owned by the controller's loop.
 */
public final class Expectations {
    /** An event that has not come by then will not: better to count again. As upstream. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private record Wait(ObjectKey owner, Instant since) {}

    /** An object that came and went before its maker heard of it is among the last of so many. */
    private static final int MOST_GONE = 256;

    private final Set<String> gone = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_GONE;
        }
    });
    private final Map<String, Wait> creations = new HashMap<>();
    private final Map<String, Wait> deletions = new HashMap<>();

    /** @param shown whether the informer has it already */
    public void created(ObjectKey owner, KubeObject object, boolean shown, Instant now) {
        if (!shown && !gone.remove(object.uid())) {
            creations.put(object.uid(), new Wait(owner, now));
        }
    }

    public void deleted(ObjectKey owner, KubeObject object, Instant now) {
        deletions.put(object.uid(), new Wait(owner, now));
    }

    public void failedToDelete(KubeObject object) {
        deletions.remove(object.uid());
    }

    /** From the informer's handler. */
    public void saw(Optional<KubeObject> before, Optional<KubeObject> now) {
        now.ifPresent(object -> {
            creations.remove(object.uid());
            if (object.meta().deleting()) {
                deletions.remove(object.uid());
            }
        });
        if (now.isEmpty()) {
            before.ifPresent(object -> {
                if (creations.remove(object.uid()) == null) {
                    gone.add(object.uid());
                }
                deletions.remove(object.uid());
            });
        }
    }

    public boolean fulfilled(ObjectKey owner, Instant now) {
        return fulfilled(creations, owner, now) && fulfilled(deletions, owner, now);
    }

    private static boolean fulfilled(Map<String, Wait> waits, ObjectKey owner, Instant now) {
        Iterator<Wait> each = waits.values().iterator();
        while (each.hasNext()) {
            Wait wait = each.next();
            if (wait.owner().equals(owner)) {
                if (wait.since().plus(PATIENCE).isAfter(now)) {
                    return false;
                }
                each.remove();
            }
        }
        return true;
    }

    public void forget(ObjectKey owner) {
        creations.values().removeIf(wait -> wait.owner().equals(owner));
        deletions.values().removeIf(wait -> wait.owner().equals(owner));
    }
}
