package io.minik.server.controllers.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What was recommended and done for one autoscaler, and what of the next recommendation may be done because of it: no more than
 * the bounds, no faster than the behaviour's policies, no hasty turn.
 */
final class ScaleHistory {
    /** Upstream's --horizontal-pod-autoscaler-downscale-stabilization. */
    private static final int DOWN_WINDOW_SECONDS = 300;

    private static final int DOUBLE = 2;
    private static final int LEAST_UP_LIMIT = 4;
    private static final double PERCENT = 100;

    private record Recommended(Instant at, int replicas) {}

    private record Change(Instant at, int replicas) {}

    private final List<Recommended> recommended = new ArrayList<>();
    private final List<Change> ups = new ArrayList<>();
    private final List<Change> downs = new ArrayList<>();

    /** @param least and most replicas; @param behavior absent: upstream's way from before there were behaviours */
    record Bounds(int least, int most, JsonNode behavior) {}

    /** A condition's reason and message. */
    record Words(String reason, String message) {}

    /** @param able and limited: for the conditions AbleToScale and ScalingLimited; @param isLimited its status */
    record Decision(int replicas, Words able, Words limited, boolean isLimited) {}

    private static final Words READY = new Words("ReadyForNewScale", "recommended size matches current size");
    private static final Words WITHIN =
            new Words("DesiredWithinRange", "the desired count is within the acceptable range");
    private static final Words TOO_FAST_UP =
            new Words("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
    private static final Words TOO_MANY =
            new Words("TooManyReplicas", "the desired replica count is more than the maximum replica count");
    private static final Words TOO_FAST_DOWN =
            new Words("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");
    private static final Words TOO_FEW =
            new Words("TooFewReplicas", "the desired replica count is less than the minimum replica count");
    private static final Words HELD_UP = new Words(
            "ScaleUpStabilized",
            "recent recommendations were lower than current one, applying the lowest recent recommendation");
    private static final Words HELD_DOWN = new Words(
            "ScaleDownStabilized",
            "recent recommendations were higher than current one, applying the highest recent recommendation");

    /** What there was before anything was recommended. */
    void begin(int replicas, Instant now) {
        if (recommended.isEmpty()) {
            recommended.add(new Recommended(now, replicas));
        }
    }

    Decision decide(int current, int desired, Bounds bounds, Instant now) {
        return bounds.behavior().isMissingNode()
                ? decidePlainly(current, desired, bounds, now)
                : decideByBehavior(current, desired, bounds, now);
    }

    private Decision decidePlainly(int current, int desired, Bounds bounds, Instant now) {
        Instant cutoff = now.minusSeconds(DOWN_WINDOW_SECONDS);
        int stable = desired;
        for (Recommended each : recommended) {
            if (!each.at().isBefore(cutoff)) {
                stable = Math.max(stable, each.replicas());
            }
        }
        remember(desired, cutoff, now);
        int upLimit = Math.max(DOUBLE * current, LEAST_UP_LIMIT);
        int most = Math.min(bounds.most(), upLimit);
        Words able = stable == desired ? READY : HELD_DOWN;
        if (stable < bounds.least()) {
            return new Decision(bounds.least(), able, TOO_FEW, true);
        }
        return stable > most
                ? new Decision(most, able, bounds.most() > upLimit ? TOO_FAST_UP : TOO_MANY, true)
                : new Decision(stable, able, WITHIN, false);
    }

    private Decision decideByBehavior(int current, int desired, Bounds bounds, Instant now) {
        JsonNode up = bounds.behavior().path("scaleUp");
        JsonNode down = bounds.behavior().path("scaleDown");
        int upWindow = Json.intOr(0, up, "stabilizationWindowSeconds");
        int downWindow = Json.intOr(DOWN_WINDOW_SECONDS, down, "stabilizationWindowSeconds");
        Instant upCutoff = now.minusSeconds(upWindow);
        Instant downCutoff = now.minusSeconds(downWindow);
        int lowest = desired;
        int highest = desired;
        for (Recommended each : recommended) {
            if (each.at().isAfter(upCutoff)) {
                lowest = Math.min(lowest, each.replicas());
            }
            if (each.at().isAfter(downCutoff)) {
                highest = Math.max(highest, each.replicas());
            }
        }
        remember(desired, now.minusSeconds(Math.max(upWindow, downWindow)), now);
        int stable = Math.min(Math.max(current, lowest), highest);
        Words able = stable == desired ? READY : desired >= current ? HELD_UP : HELD_DOWN;
        if (stable > current) {
            int limit = Math.max(current, limit(current, up, true, now));
            int most = Math.min(bounds.most(), limit);
            return stable > most
                    ? new Decision(most, able, bounds.most() > limit ? TOO_FAST_UP : TOO_MANY, true)
                    : new Decision(stable, able, WITHIN, false);
        }
        if (stable < current) {
            int limit = Math.min(current, limit(current, down, false, now));
            int least = Math.max(bounds.least(), limit);
            return stable < least
                    ? new Decision(least, able, bounds.least() < limit ? TOO_FAST_DOWN : TOO_FEW, true)
                    : new Decision(stable, able, WITHIN, false);
        }
        return new Decision(stable, able, WITHIN, false);
    }

    private void remember(int desired, Instant cutoff, Instant now) {
        recommended.removeIf(each -> each.at().isBefore(cutoff));
        recommended.add(new Recommended(now, desired));
    }

    /** What was written, for the policies' periods. @param behavior absent: nobody asks for it */
    void scaled(int before, int after, JsonNode behavior, Instant now) {
        if (behavior.isMissingNode()) {
            return;
        }
        List<Change> changes = after > before ? ups : downs;
        JsonNode rules = behavior.path(after > before ? "scaleUp" : "scaleDown");
        int longest = 0;
        for (JsonNode policy : rules.path("policies")) {
            longest = Math.max(longest, Json.intOr(0, policy, "periodSeconds"));
        }
        Instant cutoff = now.minusSeconds(longest);
        changes.removeIf(change -> change.at().isBefore(cutoff));
        changes.add(new Change(now, Math.abs(after - before)));
    }

    int remembered() {
        return recommended.size() + ups.size() + downs.size();
    }

    private static int changed(List<Change> changes, JsonNode policy, Instant now) {
        Instant cutoff = now.minus(Duration.ofSeconds(Json.intOr(0, policy, "periodSeconds")));
        return changes.stream()
                .filter(change -> change.at().isAfter(cutoff))
                .mapToInt(Change::replicas)
                .sum();
    }

    /**
     * How many replicas the policies allow at most, or, on the way down, at least. Of several counts the one that changes most, unless
     * the one that changes least was asked for.
     */
    private int limit(int current, JsonNode rules, boolean up, Instant now) {
        String select = Json.textOr("Max", rules, "selectPolicy");
        if (select.equals("Disabled")) {
            return current;
        }
        boolean lowest = up == select.equals("Min");
        int limit = lowest ? Integer.MAX_VALUE : Integer.MIN_VALUE;
        for (JsonNode policy : rules.path("policies")) {
            int start = current - changed(ups, policy, now) + changed(downs, policy, now);
            int proposed = proposed(start, policy, up);
            limit = lowest ? Math.min(limit, proposed) : Math.max(limit, proposed);
        }
        return limit;
    }

    /** @param start replicas at the beginning of the policy's period */
    private static int proposed(int start, JsonNode policy, boolean up) {
        int value = Json.intOr(0, policy, "value");
        if (Json.text(policy, "type").equals("Pods")) {
            return up ? start + value : start - value;
        }
        return up ? (int) Math.ceil(start * (1 + value / PERCENT)) : (int) (start * (1 - value / PERCENT));
    }
}
