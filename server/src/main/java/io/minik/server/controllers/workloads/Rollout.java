package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.TemplateHash;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The numbers of a Deployment's rollout: which ReplicaSet is to have how many replicas next. Pure. Two rules hold at
 * each step: never more pods than replicas + maxSurge, never fewer available than replicas - maxUnavailable.
 *
 * @param old the other sets, oldest first
 */
public record Rollout(KubeObject deployment, Optional<KubeObject> current, List<KubeObject> old) {
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    static final String MOST = "deployment.kubernetes.io/max-replicas";

    /** The API's default of both shares. */
    private static final JsonNode QUARTER = TextNode.valueOf("25%");

    static Rollout of(KubeObject deployment, List<KubeObject> sets) {
        List<KubeObject> sorted = new ArrayList<>(sets);
        sorted.sort(Comparator.comparing((KubeObject set) -> set.meta().creationTimestamp())
                .thenComparing(KubeObject::name));
        JsonNode template = deployment.at("spec", "template");
        Optional<KubeObject> current = sorted.stream()
                .filter(set -> sameTemplate(template, set.at("spec", "template")))
                .findFirst();
        current.ifPresent(sorted::remove);
        return new Rollout(deployment, current, List.copyOf(sorted));
    }

    /** Equal but for the hash label and for fields that are there but say nothing (null, {}, []). */
    static boolean sameTemplate(JsonNode a, JsonNode b) {
        return said(a).equals(said(b));
    }

    private static JsonNode said(JsonNode template) {
        JsonNode copy = template.deepCopy();
        if (copy instanceof ObjectNode object) {
            // ControllerRevisions hold a template as a patch.
            object.remove("$patch");
        }
        if (Json.at(copy, "metadata", "labels") instanceof ObjectNode labels) {
            labels.remove(TemplateHash.LABEL);
        }
        return TemplateHash.withoutEmpties(copy);
    }

    // ---- what the deployment says

    int wanted() {
        return Json.intOr(1, deployment.tree(), "spec", "replicas");
    }

    boolean recreate() {
        return deployment.text("spec", "strategy", "type").equals("Recreate");
    }

    int maxSurge() {
        return recreate() ? 0 : share("maxSurge", true);
    }

    int maxUnavailable() {
        if (recreate() || wanted() == 0) {
            return 0;
        }
        int unavailable = share("maxUnavailable", false);
        // Both 0 would never move.
        return Math.min(unavailable == 0 && maxSurge() == 0 ? 1 : unavailable, wanted());
    }

    private int share(String field, boolean up) {
        JsonNode value = deployment.at("spec", "strategy", "rollingUpdate", field);
        return scaled(value.isMissingNode() ? QUARTER : value, wanted(), up);
    }

    /** An IntOrString of a whole: {@code 3} or {@code "25%"}. */
    static int scaled(JsonNode value, int whole, boolean up) {
        String text = value.asText();
        if (!text.endsWith("%")) {
            return value.asInt();
        }
        long hundredfold = (long) Integer.parseInt(text.substring(0, text.length() - 1)) * whole;
        return (int) (up ? (hundredfold + 99) / 100 : hundredfold / 100);
    }

    List<KubeObject> all() {
        List<KubeObject> all = new ArrayList<>(old);
        current.ifPresent(all::add);
        return all;
    }

    public static int replicas(KubeObject set) {
        return Json.intOr(1, set.tree(), "spec", "replicas");
    }

    static int status(KubeObject set, String field) {
        return Json.intOr(0, set.tree(), "status", field);
    }

    static int sum(List<KubeObject> sets) {
        return sets.stream().mapToInt(Rollout::replicas).sum();
    }

    static int sum(List<KubeObject> sets, String field) {
        return sets.stream().mapToInt(set -> status(set, field)).sum();
    }

    // ---- what is to be done

    /** The next size of the new set, as it is or is about to be made ({@code present} 0). */
    int nextSizeOfNew(int present) {
        if (recreate()) {
            return wanted();
        }
        int room = wanted() + maxSurge() - sum(old) - present;
        if (present >= wanted()) {
            return wanted();
        }
        return room <= 0 ? present : present + Math.min(room, wanted() - present);
    }

    /** New sizes of old sets that must shrink now; empty: none may. */
    Map<KubeObject, Integer> shrinkOld() {
        Map<KubeObject, Integer> sizes = new LinkedHashMap<>();
        if (current.isEmpty() || sum(old) == 0) {
            return sizes;
        }
        int least = wanted() - maxUnavailable();
        int newUnavailable = replicas(current.get()) - status(current.get(), "availableReplicas");
        int budget = sum(all()) - least - newUnavailable;
        if (budget <= 0) {
            return sizes;
        }
        // Those that serve nobody go first: they cost no availability.
        int spent = 0;
        for (KubeObject set : old) {
            int dead = replicas(set) - status(set, "availableReplicas");
            int less = Math.min(budget - spent, dead);
            if (replicas(set) > 0 && less > 0) {
                sizes.put(set, replicas(set) - less);
                spent += less;
            }
        }
        int spare = sum(all(), "availableReplicas") - least;
        for (KubeObject set : old) {
            int size = sizes.getOrDefault(set, replicas(set));
            int less = Math.min(size, Math.min(spare, budget - spent));
            if (less > 0) {
                sizes.put(set, size - less);
                spare -= less;
                spent += less;
            }
        }
        return sizes;
    }

    /** Whether spec.replicas changed since sizes were last given. */
    boolean resized() {
        return all().stream().filter(set -> replicas(set) > 0).anyMatch(set -> {
            String desired = set.annotations().getOrDefault(DESIRED, "");
            return !desired.isEmpty() && !desired.equals(Integer.toString(wanted()));
        });
    }

    /** Sizes after spec.replicas changed: all to the only active set, or to each its share while a rollout goes on. */
    Map<KubeObject, Integer> resize() {
        Map<KubeObject, Integer> sizes = new LinkedHashMap<>();
        List<KubeObject> active =
                all().stream().filter(set -> replicas(set) > 0).toList();
        if (active.size() <= 1) {
            KubeObject only = active.isEmpty() ? current.orElse(null) : active.get(0);
            if (only != null) {
                sizes.put(only, wanted());
            }
            return sizes;
        }
        boolean saturated = current.isPresent()
                && replicas(current.get()) == wanted()
                && status(current.get(), "availableReplicas") == wanted();
        if (saturated) {
            old.stream().filter(set -> replicas(set) > 0).forEach(set -> sizes.put(set, 0));
            return sizes;
        }
        return recreate() ? sizes : shares(active);
    }

    private Map<KubeObject, Integer> shares(List<KubeObject> active) {
        int allowed = wanted() > 0 ? wanted() + maxSurge() : 0;
        int change = allowed - sum(active);
        List<KubeObject> bySize = new ArrayList<>(active);
        // The largest first; among equals the newest when growing, the oldest when shrinking.
        Comparator<KubeObject> age = Comparator.comparing(set -> set.meta().creationTimestamp());
        bySize.sort(Comparator.comparingInt((KubeObject set) -> -replicas(set))
                .thenComparing(change > 0 ? age.reversed() : age));
        Map<KubeObject, Integer> sizes = new LinkedHashMap<>();
        int given = 0;
        for (KubeObject set : bySize) {
            int size = replicas(set);
            int whole = annotatedMost(set);
            int share = (int) Math.round((double) size * allowed / whole) - size;
            int left = change - given;
            share = change > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
            sizes.put(set, Math.max(0, size + share));
            given += share;
        }
        KubeObject first = bySize.get(0);
        sizes.merge(first, change - given, (size, rest) -> Math.max(0, size + rest));
        return sizes;
    }

    private int annotatedMost(KubeObject set) {
        try {
            int most = Integer.parseInt(set.annotations().getOrDefault(MOST, "0"));
            return most > 0 ? most : wanted() + maxSurge();
        } catch (NumberFormatException e) {
            return Math.max(1, wanted() + maxSurge());
        }
    }

    /** Sets that history does not keep: empty and settled, the oldest revisions first. */
    List<KubeObject> forgotten() {
        int keep = Json.intOr(10, deployment.tree(), "spec", "revisionHistoryLimit");
        List<KubeObject> empty = old.stream()
                .filter(set -> replicas(set) == 0
                        && status(set, "replicas") == 0
                        && !set.meta().deleting()
                        && Json.longOr(0, set.tree(), "status", "observedGeneration")
                                >= set.meta().generation())
                .sorted(Comparator.comparingLong(DeploymentRevision::of))
                .toList();
        int excess = old.size() - keep;
        return excess <= 0 ? List.of() : empty.subList(0, Math.min(excess, empty.size()));
    }

    /** Everything is new, at its size and available. */
    boolean complete(KubeObject told) {
        JsonNode status = told.at("status");
        return Json.intOr(0, status, "updatedReplicas") == wanted()
                && Json.intOr(0, status, "replicas") == wanted()
                && Json.intOr(0, status, "availableReplicas") == wanted()
                && Json.longOr(0, status, "observedGeneration")
                        >= deployment.meta().generation();
    }
}
