package io.minik.server.scheduler;

import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.minik.server.scheduler.Unfit.Cure;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Pods that wait for a node, the most important first, then the oldest.
 *
 * <pre>
 *   add --> ACTIVE --pop--> (being scheduled) --nowhere--> UNSCHEDULABLE --a cure--> BACKOFF --due--> ACTIVE
 *                                             --failed---> BACKOFF
 * </pre>
 *
 * Bound: the pods of the cluster. Owned by the scheduler's loop.
 */
final class SchedulingQueue {
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LAST_BACKOFF = Duration.ofSeconds(10);

    private enum State {
        ACTIVE,
        BUSY,
        BACKOFF,
        UNSCHEDULABLE
    }

    private static final class Entry {
        PodNeeds pod;
        final long order;
        State state = State.ACTIVE;
        int attempts;
        Instant mayTry = Instant.EPOCH;
        Set<Cure> cures = Set.of();
        /** A cure that came while it was being scheduled counts too. */
        boolean cured;

        Loop.@Nullable Timer timer;

        Entry(PodNeeds pod, long order) {
            this.pod = pod;
            this.order = order;
        }
    }

    private final Loop loop;
    private final Runnable onActive;
    private final Map<ObjectKey, Entry> entries = new HashMap<>();
    private final TreeSet<Entry> active = new TreeSet<>(
            Comparator.comparingInt((Entry entry) -> -entry.pod.priority()).thenComparingLong(entry -> entry.order));
    /** Those that are UNSCHEDULABLE or BUSY: whom a cure concerns. Mostly few, however many wait. */
    private final Set<Entry> curable = new LinkedHashSet<>();

    private long order;

    /** @param onActive called when there is something to pop */
    SchedulingQueue(Loop loop, Runnable onActive) {
        this.loop = loop;
        this.onActive = onActive;
    }

    /** A new pod, or one whose spec changed: worth a try at once. */
    void add(PodNeeds pod) {
        Entry entry = entries.get(pod.key());
        if (entry == null) {
            entry = new Entry(pod, order++);
            entries.put(pod.key(), entry);
        } else {
            leave(entry);
            entry.pod = pod;
            if (entry.state == State.BUSY) {
                entry.cured = true;
                return;
            }
        }
        activate(entry);
    }

    void forget(ObjectKey key) {
        Entry entry = entries.remove(key);
        if (entry != null) {
            curable.remove(entry);
            leave(entry);
        }
    }

    Optional<PodNeeds> pop() {
        Entry entry = active.pollFirst();
        if (entry == null) {
            return Optional.empty();
        }
        entry.state = State.BUSY;
        curable.add(entry);
        entry.cured = false;
        entry.attempts++;
        return Optional.of(entry.pod);
    }

    boolean hasActive() {
        return !active.isEmpty();
    }

    /** It fits nowhere now; it waits for one of the cures. */
    void unschedulable(PodNeeds pod, Set<Cure> cures) {
        Entry entry = entries.get(pod.key());
        if (entry != null && entry.state == State.BUSY) {
            entry.mayTry = loop.now().plus(backoff(entry.attempts));
            entry.cures = cures;
            entry.state = State.UNSCHEDULABLE;
            if (entry.cured) {
                backOff(entry);
            }
        }
    }

    /** Something failed that may work soon. */
    void retryLater(PodNeeds pod) {
        Entry entry = entries.get(pod.key());
        if (entry != null && entry.state == State.BUSY) {
            entry.mayTry = loop.now().plus(backoff(entry.attempts));
            backOff(entry);
        }
    }

    /** Something happened that may help those who wait for it. */
    void cure(Cure cure) {
        for (Entry entry : List.copyOf(curable)) {
            if (entry.state == State.UNSCHEDULABLE && entry.cures.contains(cure)) {
                backOff(entry);
            } else if (entry.state == State.BUSY) {
                entry.cured = true;
            }
        }
    }

    int waiting() {
        return entries.size();
    }

    private void backOff(Entry entry) {
        Duration left = Duration.between(loop.now(), entry.mayTry);
        if (left.isZero() || left.isNegative()) {
            activate(entry);
            return;
        }
        curable.remove(entry);
        entry.state = State.BACKOFF;
        entry.timer = loop.after(left, () -> {
            entry.timer = null;
            activate(entry);
        });
    }

    private void activate(Entry entry) {
        curable.remove(entry);
        entry.state = State.ACTIVE;
        active.add(entry);
        onActive.run();
    }

    private void leave(Entry entry) {
        active.remove(entry);
        if (entry.timer != null) {
            entry.timer.cancel();
            entry.timer = null;
        }
    }

    private static Duration backoff(int attempts) {
        Duration delay = FIRST_BACKOFF;
        for (int i = 1; i < attempts && delay.compareTo(LAST_BACKOFF) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : delay;
    }
}
