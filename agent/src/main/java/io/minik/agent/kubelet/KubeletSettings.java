package io.minik.agent.kubelet;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What people may set of how this node runs its pods, in the words of upstream's KubeletConfiguration.
 *
 * @param mostCrashBackOff crashLoopBackOff.maxContainerRestartPeriod
 * @param evictionMaxPodGracePeriod most seconds that a pod has when a soft threshold ends it; absent: its own
 * @param seccompDefault containers that say nothing get runtime/default instead of unconfined
 * @param unsafeSysctls allowedUnsafeSysctls: names, or beginnings that end in {@code *}
 */
public record KubeletSettings(
        Images images,
        Duration mostCrashBackOff,
        OptionalLong evictionMaxPodGracePeriod,
        Shutdown shutdown,
        StaticUrl staticUrl,
        boolean seccompDefault,
        List<String> unsafeSysctls) {
    /** Upstream's, where nobody has set anything. */
    public static final KubeletSettings DEFAULT = new KubeletSettings(
            Images.DEFAULT, CrashBackoff.MOST, OptionalLong.empty(), Shutdown.NONE, StaticUrl.NONE, false, List.of());

    /**
     * @param highPercent of the disk in use from which unused images go, until {@code lowPercent} of it is
     * @param minimumAge of an image that may go
     * @param maximumAge from which an image that nobody has used goes anyway; zero: never
     */
    public record Images(
            int highPercent, int lowPercent, Duration minimumAge, Duration maximumAge, Verification verification) {
        public static final Images DEFAULT =
                new Images(85, 80, Duration.ofMinutes(2), Duration.ZERO, Verification.DEFAULT);
    }

    /** imagePullCredentialsVerificationPolicy. */
    public enum VerificationPolicy {
        NeverVerify,
        NeverVerifyPreloadedImages,
        NeverVerifyAllowlistedImages,
        AlwaysVerify
    }

    /** Who may use an image that is here already. @param allowlist preloadedImagesVerificationAllowlist */
    public record Verification(VerificationPolicy policy, List<String> allowlist) {
        public static final Verification DEFAULT =
                new Verification(VerificationPolicy.NeverVerifyPreloadedImages, List.of());
    }

    /** Pods by a manifest that a server has: {@code staticPodURL}. */
    public record StaticUrl(Optional<URI> url, Map<String, List<String>> header, Duration every) {
        public static final StaticUrl NONE = new StaticUrl(Optional.empty(), Map.of(), Duration.ofSeconds(20));
    }

    /** How pods end when the machine goes down. @param groups from the one that ends first; none: pods are left to the kernel */
    public record Shutdown(List<Group> groups) {
        public static final Shutdown NONE = new Shutdown(List.of());
        /** system-cluster-critical's. */
        private static final int CRITICAL = 2_000_000_000;

        public Shutdown {
            List<Group> sorted = new ArrayList<>(groups);
            sorted.sort(Comparator.comparingInt(Group::priority));
            groups = List.copyOf(sorted);
        }

        /** shutdownGracePeriod and shutdownGracePeriodCriticalPods, which is a part of it. */
        public static Shutdown of(Duration all, Duration critical) {
            return all.isZero()
                    ? NONE
                    : new Shutdown(List.of(new Group(0, all.minus(critical)), new Group(CRITICAL, critical)));
        }

        /** What a pod of a priority belongs to: the highest group at or below it, else the lowest. */
        Group of(int priority) {
            Group found = groups.get(0);
            for (Group group : groups) {
                if (group.priority() <= priority) {
                    found = group;
                }
            }
            return found;
        }

        public Duration whole() {
            return groups.stream().map(Group::grace).reduce(Duration.ZERO, Duration::plus);
        }
    }

    /** @param priority of pods from this one on, up to the next group's */
    public record Group(int priority, Duration grace) {}
}
