package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.podsecurity.LevelVersion;
import io.minik.server.podsecurity.PodSecurityConfig;
import io.minik.server.podsecurity.Standards;
import io.minik.server.podsecurity.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tells who tightens a namespace's policy which of its pods could not be made any more. */
final class ExistingPods {
    /** Parsing and checking a pod takes some 30 µs: what the loop can spare. Upstream looks at 3,000, with threads to spend. */
    private static final int MAX_PODS = 1_000;

    private final PodSecurityConfig config;

    ExistingPods(PodSecurityConfig config) {
        this.config = config;
    }

    /** @param pods how many have the same to answer for; {@code first} of them by name */
    private record Share(String first, int pods) {
        Share with(String name) {
            return new Share(name.compareTo(first) < 0 ? name : first, pods + 1);
        }

        String names() {
            return switch (pods) {
                case 1 -> first;
                case 2 -> first + " (and 1 other pod)";
                default -> first + " (and " + (pods - 1) + " other pods)";
            };
        }
    }

    void tightened(Review review, LevelVersion before, LevelVersion now) {
        boolean relaxed = now.version().equals(before.version()) && now.level().compareTo(before.level()) <= 0;
        if (now.privileged() || relaxed) {
            return;
        }
        String namespace = review.key().name();
        Collection<KubeObject> pods = review.lookup().list(Resources.PODS, namespace);
        Map<String, Share> shares = new TreeMap<>();
        pods.stream().limit(MAX_PODS).forEach(pod -> {
            JsonNode tree = pod.compact().tree();
            boolean exempt = config.runtimeClasses().contains(Json.text(tree, "spec", "runtimeClassName"));
            Verdict verdict =
                    exempt ? Verdict.ALLOWED : Standards.evaluate(now, tree.path("metadata"), tree.path("spec"));
            if (!verdict.allowed()) {
                shares.merge(verdict.reasons(), new Share(pod.name(), 1), (share, one) -> share.with(pod.name()));
            }
        });
        int all = pods.size();
        if (all > MAX_PODS) {
            review.warn("new PodSecurity enforce level only checked against the first " + MAX_PODS + " of " + all
                    + " existing pods");
        }
        if (!shares.isEmpty()) {
            review.warn("existing pods in namespace \"" + namespace + "\" violate the new PodSecurity enforce level \""
                    + now + "\"");
        }
        List<String> warnings = new ArrayList<>();
        shares.forEach((reasons, share) -> warnings.add(share.names() + ": " + reasons));
        Collections.sort(warnings);
        warnings.forEach(review::warn);
    }
}
