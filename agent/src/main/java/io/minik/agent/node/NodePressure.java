package io.minik.agent.node;

import io.minik.agent.node.Threshold.Amount;
import io.minik.agent.node.Threshold.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of the node is short, by its thresholds: seen by the kubelet, told by the node's conditions. A condition stays for a while
 * after what caused it, so that the scheduler is not told another thing each minute. Owned by the agent's loop; {@link #now} from any
 * thread.
 */
public final class NodePressure {
    public enum Condition {
        MemoryPressure,
        DiskPressure,
        PIDPressure
    }

    /** @param transition how long a condition stays when it is over */
    public record Policy(List<Threshold> thresholds, Duration transition) {
        /** Upstream's evictionPressureTransitionPeriod. */
        public static final Duration TRANSITION = Duration.ofMinutes(5);

        /** Pods end for nothing. */
        public static final Policy NONE = new Policy(List.of(), TRANSITION);
    }

    private final Policy policy;
    private final Map<Threshold, Instant> since = new HashMap<>();
    private final Map<Condition, Instant> last = new EnumMap<>(Condition.class);
    private Runnable changed = () -> {};
    private volatile Set<Condition> now = Set.of();

    public NodePressure(Policy policy) {
        this.policy = policy;
    }

    public Policy policy() {
        return policy;
    }

    public Set<Condition> now() {
        return now;
    }

    /** @param listener called when {@link #now} has changed */
    void onChange(Runnable listener) {
        changed = listener;
    }

    /** @return the thresholds that pods are to be ended for: those that are met, soft ones for as long as they allow. Memory first */
    public List<Threshold> seen(Map<Signal, Amount> figures, Instant at) {
        List<Threshold> due = new ArrayList<>();
        for (Threshold threshold : policy.thresholds()) {
            Amount amount = figures.getOrDefault(threshold.signal(), new Amount(0, 0));
            if (!threshold.met(amount)) {
                since.remove(threshold);
                continue;
            }
            Instant first = since.computeIfAbsent(threshold, unused -> at);
            last.put(threshold.signal().condition(), at);
            if (!at.isBefore(first.plus(threshold.grace().orElse(Duration.ZERO)))) {
                due.add(threshold);
            }
        }
        Set<Condition> conditions = EnumSet.noneOf(Condition.class);
        last.forEach((condition, when) -> {
            if (at.isBefore(when.plus(policy.transition())) || at.equals(when)) {
                conditions.add(condition);
            }
        });
        if (!conditions.equals(now)) {
            now = Set.copyOf(conditions);
            changed.run();
        }
        due.sort((a, b) -> a.signal().compareTo(b.signal()));
        return due;
    }
}
