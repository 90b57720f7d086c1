package io.minik.server.controllers.garbage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is left in a namespace after its deletion was asked for, and the conditions that tell it in upstream's words. */
final class NamespaceRemains {
    private final String namespace;
    private final Duration since;
    private final Map<String, Integer> instances = new TreeMap<>();
    private final Map<String, Integer> finalizers = new TreeMap<>();
    private final List<String> undiscovered;
    private final List<String> failures = new ArrayList<>();

    /** @param undiscovered group versions whose resources nobody knows, each with why */
    NamespaceRemains(KubeObject namespace, Instant now, List<String> undiscovered) {
        this.undiscovered = undiscovered;
        this.namespace = namespace.name();
        this.since = Duration.between(
                Outcomes.instant(namespace.meta().deletionTimestamp()).orElse(now), now);
    }

    void add(Resource resource, List<KubeObject> objects) {
        if (objects.isEmpty()) {
            return;
        }
        instances.put(resource.plural() + "." + resource.group(), objects.size());
        for (KubeObject object : objects) {
            object.meta().finalizers().forEach(name -> finalizers.merge(name, 1, Integer::sum));
        }
        boolean held =
                objects.stream().anyMatch(object -> !object.meta().finalizers().isEmpty());
        boolean graceful = resource.equals(Resources.PODS) && since.toSeconds() < longestGrace(objects);
        if (!held && !graceful) {
            failures.add("unexpected items still remain in namespace: " + namespace + " for gvr: " + kind(resource));
        }
    }

    private static long longestGrace(List<KubeObject> pods) {
        return pods.stream()
                .filter(pod -> !Pods.finished(pod))
                .mapToLong(pod -> Json.longOr(30, pod.tree(), "spec", "terminationGracePeriodSeconds"))
                .max()
                .orElse(0);
    }

    void failed(Resource resource, Throwable error) {
        failures.add(kind(resource) + ": " + error.getMessage());
    }

    private static String kind(Resource resource) {
        return resource.group() + "/" + resource.version() + ", Resource=" + resource.plural();
    }

    boolean none() {
        return mayGoOn() && undiscovered.isEmpty();
    }

    /** What nobody can look into keeps nothing else from its end. */
    boolean mayGoOn() {
        return instances.isEmpty() && failures.isEmpty();
    }

    void tell(ObjectNode status, String now) {
        boolean known = undiscovered.isEmpty();
        Conditions.set(
                status,
                "NamespaceDeletionDiscoveryFailure",
                known ? "False" : "True",
                known ? "ResourcesDiscovered" : "DiscoveryFailed",
                known
                        ? "All resources successfully discovered"
                        : "Discovery failed for some groups, " + undiscovered.size()
                                + " failing: unable to retrieve the complete list of server APIs: "
                                + String.join(", ", undiscovered),
                now);
        Conditions.set(
                status,
                "NamespaceDeletionGroupVersionParsingFailure",
                "False",
                "ParsedGroupVersions",
                "All legacy kube types successfully parsed",
                now);
        boolean failed = !failures.isEmpty();
        Conditions.set(
                status,
                "NamespaceDeletionContentFailure",
                failed ? "True" : "False",
                failed ? "ContentDeletionFailed" : "ContentDeleted",
                failed
                        ? "Failed to delete all resource types, " + failures.size() + " remaining: "
                                + String.join(", ", failures.stream().sorted().toList())
                        : "All content successfully deleted, may be waiting on finalization",
                now);
        boolean some = !instances.isEmpty();
        Conditions.set(
                status,
                "NamespaceContentRemaining",
                some ? "True" : "False",
                some ? "SomeResourcesRemain" : "ContentRemoved",
                some
                        ? "Some resources are remaining: " + counted(instances, " has ")
                        : "All content successfully removed",
                now);
        boolean held = !finalizers.isEmpty();
        Conditions.set(
                status,
                "NamespaceFinalizersRemaining",
                held ? "True" : "False",
                held ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
                held
                        ? "Some content in the namespace has finalizers remaining: " + counted(finalizers, " in ")
                        : "All content-preserving finalizers finished",
                now);
    }

    private static String counted(Map<String, Integer> counts, String joint) {
        List<String> parts = new ArrayList<>();
        counts.forEach((what, count) -> parts.add(what + joint + count + " resource instances"));
        return String.join(", ", parts);
    }
}
