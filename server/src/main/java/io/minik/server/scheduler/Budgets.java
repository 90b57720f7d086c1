package io.minik.server.scheduler;

import io.minik.api.object.KubeObject;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Disruption budgets as preemption sees them: it keeps to them where it can. Pure. */
final class Budgets {
    private record Budget(String namespace, LabelSelector selector, int allowed, Set<String> disrupted) {}

    private final List<Budget> budgets = new ArrayList<>();

    Budgets(Collection<KubeObject> objects) {
        for (KubeObject object : objects) {
            Set<String> disrupted = new HashSet<>();
            object.at("status", "disruptedPods").fieldNames().forEachRemaining(disrupted::add);
            budgets.add(new Budget(
                    object.namespace(),
                    LabelSelector.of(object.at("spec", "selector")),
                    Json.intOr(0, object.tree(), "status", "disruptionsAllowed"),
                    disrupted));
        }
    }

    /** Those of the pods that could not go if all before them in the list went. */
    List<PodNeeds> overdrawnBy(List<PodNeeds> pods) {
        List<PodNeeds> overdrawn = new ArrayList<>();
        int[] left = budgets.stream().mapToInt(Budget::allowed).toArray();
        for (PodNeeds pod : pods) {
            boolean over = false;
            for (int i = 0; i < left.length; i++) {
                Budget budget = budgets.get(i);
                boolean spends = budget.namespace().equals(pod.key().namespace())
                        && !pod.labels().isEmpty()
                        && budget.selector().matches(pod.labels())
                        && !budget.disrupted().contains(pod.key().name());
                over |= spends && --left[i] < 0;
            }
            if (over) {
                overdrawn.add(pod);
            }
        }
        return overdrawn;
    }
}
