package io.minik.api.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Appliers and editors of one Deployment, at random, beside a model that knows nothing of trees: which leaves there are, and
 * who owns each, by the rules of "Server-Side Apply" in Kubernetes' documentation.
 */
class ApplyModelTest {
    private static final Type DEPLOYMENT =
            Schema.load().kind(Resources.DEPLOYMENTS).type();
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final int STORIES = 60;
    private static final int STEPS = 25;

    private static final List<String> APPLIERS = List.of("ann", "bob", "eve");
    private static final List<String> CONTAINERS = List.of("c", "d", "e");
    private static final List<String> PLAIN =
            List.of("label a", "label b", "finalizer x/y", "finalizer x/z", "replicas");
    private static final List<String> OF_CONTAINER = List.of("image", "args", "port 80", "port 81", "env V");

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    private ObjectNode live = named();
    private Model model = new Model();

    /**
     * What becomes of an apply. Nameless: the applier lets go of an item's name, which nobody else owns, while others own a part of
     * it, so that it stays without the name; as upstream, whose validation refuses it then.
     */
    private enum Outcome {
        TAKEN,
        CONFLICT,
        NAMELESS
    }

    /** What is in a list is a leaf of its own, {@code c}, above those that it has: {@code c/image}. */
    private static final class Model {
        final Map<String, String> leaves = new TreeMap<>();
        final Map<String, Set<String>> owned = new TreeMap<>();

        Set<String> of(String manager) {
            return owned.computeIfAbsent(manager, unused -> new TreeSet<>());
        }

        boolean ownedByOthers(String leaf, String manager) {
            return owned.entrySet().stream()
                    .anyMatch(entry ->
                            !entry.getKey().equals(manager) && entry.getValue().contains(leaf));
        }

        Model copy() {
            Model copy = new Model();
            copy.leaves.putAll(leaves);
            owned.forEach((manager, set) -> copy.of(manager).addAll(set));
            return copy;
        }

        /** On a copy, if need be: only what is taken changes nothing else. */
        Outcome apply(String manager, boolean force, Map<String, String> said) {
            List<String> against = said.entrySet().stream()
                    .filter(entry -> leaves.containsKey(entry.getKey())
                            && !leaves.get(entry.getKey()).equals(entry.getValue())
                            && ownedByOthers(entry.getKey(), manager))
                    .map(Map.Entry::getKey)
                    .toList();
            if (!against.isEmpty() && !force) {
                return Outcome.CONFLICT;
            }
            against.forEach(leaf -> owned.values().forEach(leaves -> leaves.remove(leaf)));
            Set<String> before = Set.copyOf(of(manager));
            of(manager).clear();
            of(manager).addAll(said.keySet());
            leaves.putAll(said);
            List<String> left = before.stream()
                    .filter(leaf -> !said.containsKey(leaf) && !ownedByOthers(leaf, manager))
                    .toList();
            left.stream().filter(leaf -> !partIsHeld(leaf, manager)).forEach(this::removeAll);
            return left.stream().anyMatch(leaves::containsKey) ? Outcome.NAMELESS : Outcome.TAKEN;
        }

        private boolean partIsHeld(String leaf, String manager) {
            return owned.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals(manager))
                    .flatMap(entry -> entry.getValue().stream())
                    .anyMatch(other -> other.startsWith(leaf + "/"));
        }

        void removeAll(String leaf) {
            leaves.keySet().removeIf(each -> each.equals(leaf) || each.startsWith(leaf + "/"));
            owned.values().forEach(set -> set.removeIf(each -> each.equals(leaf) || each.startsWith(leaf + "/")));
        }

        void update(String manager, Map<String, String> next) {
            for (String leaf : List.copyOf(leaves.keySet())) {
                if (!next.containsKey(leaf)) {
                    leaves.remove(leaf);
                    owned.values().forEach(set -> set.remove(leaf));
                }
            }
            next.forEach((leaf, value) -> {
                if (!value.equals(leaves.put(leaf, value))) {
                    owned.values().forEach(set -> set.remove(leaf));
                    of(manager).add(leaf);
                }
            });
        }
    }

    @Test
    void whoeverAppliesAndEditsFieldsHaveTheirValuesAndOwners() {
        int conflicts = 0;
        for (int story = 0; story < STORIES; story++) {
            live = named();
            model = new Model();
            List<String> told = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                // What nobody owns anything of is not tracked, until somebody applies.
                boolean edits = !model.owned.isEmpty() && random.nextInt(4) == 0;
                conflicts += edits ? edit(told) : apply(told);
                Supplier<String> why = () -> "-Dseed=" + seed + ":\n" + String.join("\n", told);
                assertThat(leaves(live)).as(why).isEqualTo(model.leaves);
                model.owned.values().removeIf(Set::isEmpty);
                assertThat(owners(live)).as(why).isEqualTo(model.owned);
            }
        }
        assertThat(conflicts).isGreaterThan(STORIES);
    }

    private int edit(List<String> told) {
        Map<String, String> next = new TreeMap<>(model.leaves);
        List<String> there = List.copyOf(next.keySet());
        if (!there.isEmpty() && random.nextBoolean()) {
            String gone = there.get(random.nextInt(there.size()));
            next.keySet().removeIf(leaf -> leaf.equals(gone) || leaf.startsWith(gone + "/"));
        }
        if (random.nextBoolean()) {
            next.putAll(said(4));
        }
        told.add("edit to " + next);
        ObjectNode tree = tree(next);
        if (live.path("metadata").has("managedFields")) {
            Json.child(tree, "metadata")
                    .set("managedFields", live.path("metadata").path("managedFields"));
        }
        ManagedFields.track(new ManagedFields.Writer(DEPLOYMENT, "editor", "", NOW), live, tree);
        live = tree;
        model.update("editor", next);
        return 0;
    }

    private int apply(List<String> told) {
        String manager = APPLIERS.get(random.nextInt(APPLIERS.size()));
        boolean force = random.nextInt(3) == 0;
        Map<String, String> said = said(2);
        told.add(manager + (force ? " forces " : " applies ") + said);
        Model next = model.copy();
        Outcome wanted = next.apply(manager, force, said);
        Outcome outcome;
        ObjectNode applied = live;
        try {
            applied = Apply.apply(
                    new Apply.Applier(DEPLOYMENT, manager, force, "", NOW, nothing -> {}),
                    Optional.of(live),
                    tree(said));
            outcome = isNameless(applied) ? Outcome.NAMELESS : Outcome.TAKEN;
        } catch (ApiException refused) {
            assertThat(ApiException.is(refused, Reason.Conflict)).isTrue();
            outcome = Outcome.CONFLICT;
        }
        assertThat(outcome).as("-Dseed=%d: %s", seed, told).isEqualTo(wanted);
        if (outcome == Outcome.TAKEN) {
            live = applied;
            model = next;
        }
        return outcome == Outcome.CONFLICT ? 1 : 0;
    }

    private static boolean isNameless(ObjectNode tree) {
        for (JsonNode container : tree.at("/spec/template/spec/containers")) {
            if (!container.has("name")) {
                return true;
            }
            for (JsonNode variable : container.path("env")) {
                if (!variable.has("name")) {
                    return true;
                }
            }
        }
        return false;
    }

    private Map<String, String> said(int oneIn) {
        Map<String, String> said = new TreeMap<>();
        for (String leaf : PLAIN) {
            if (random.nextInt(oneIn) == 0) {
                said.put(leaf, leaf.startsWith("finalizer") ? "" : String.valueOf(random.nextInt(3)));
            }
        }
        for (String container : CONTAINERS) {
            if (random.nextInt(oneIn) == 0) {
                said.put(container, "");
                for (String leaf : OF_CONTAINER) {
                    if (random.nextInt(2) == 0) {
                        boolean item = leaf.contains(" ");
                        said.put(container + "/" + leaf, item ? "" : String.valueOf(random.nextInt(3)));
                        if (leaf.equals("env V") && random.nextBoolean()) {
                            said.put(container + "/env V/value", String.valueOf(random.nextInt(3)));
                        }
                    }
                }
            }
        }
        return said;
    }

    private static ObjectNode tree(Map<String, String> leaves) {
        ObjectNode tree = named();
        Map<String, ObjectNode> containers = new TreeMap<>();
        leaves.forEach((leaf, value) -> {
            String[] words = leaf.split("[ /]", 2);
            switch (words[0]) {
                case "label" ->
                    Json.child(Json.child(tree, "metadata"), "labels").put(words[1], value);
                case "finalizer" ->
                    Json.child(tree, "metadata").withArray("finalizers").add(words[1]);
                case "replicas" -> Json.child(tree, "spec").put("replicas", Integer.parseInt(value));
                default -> {
                    ObjectNode container = containers.computeIfAbsent(
                            words[0], name -> containers(tree).addObject().put("name", name));
                    if (words.length > 1) {
                        say(container, words[1], value);
                    }
                }
            }
        });
        return tree;
    }

    private static ObjectNode named() {
        ObjectNode tree = Json.object();
        tree.putObject("metadata").put("name", "web");
        return tree;
    }

    private static ArrayNode containers(ObjectNode tree) {
        return Json.child(Json.child(Json.child(tree, "spec"), "template"), "spec")
                .withArray("containers");
    }

    private static void say(ObjectNode container, String leaf, String value) {
        switch (leaf) {
            case "image" -> container.put("image", value);
            case "args" -> container.putArray("args").add("-x").add(value);
            case "env V" -> container.putArray("env").addObject().put("name", "V");
            case "env V/value" -> ((ObjectNode) container.path("env").path(0)).put("value", value);
            default ->
                container
                        .withArray("ports")
                        .addObject()
                        .put("containerPort", Integer.parseInt(leaf.substring(5)))
                        .put("protocol", "TCP");
        }
    }

    private static Map<String, String> leaves(ObjectNode tree) {
        Map<String, String> leaves = new TreeMap<>();
        tree.at("/metadata/labels")
                .properties()
                .forEach(label ->
                        leaves.put("label " + label.getKey(), label.getValue().asText()));
        tree.at("/metadata/finalizers").forEach(finalizer -> leaves.put("finalizer " + finalizer.asText(), ""));
        if (tree.at("/spec").has("replicas")) {
            leaves.put("replicas", tree.at("/spec/replicas").asText());
        }
        for (JsonNode container : tree.at("/spec/template/spec/containers")) {
            String name = container.path("name").asText();
            assertThat(leaves.put(name, "")).as("container %s twice", name).isNull();
            if (container.has("image")) {
                leaves.put(name + "/image", container.path("image").asText());
            }
            if (container.has("args")) {
                leaves.put(name + "/args", container.path("args").path(1).asText());
            }
            container
                    .path("ports")
                    .forEach(port -> leaves.put(
                            name + "/port " + port.path("containerPort").asText(), ""));
            for (JsonNode variable : container.path("env")) {
                leaves.put(name + "/env V", "");
                if (variable.has("value")) {
                    leaves.put(name + "/env V/value", variable.path("value").asText());
                }
            }
        }
        return leaves;
    }

    private static Map<String, Set<String>> owners(ObjectNode tree) {
        Map<String, Set<String>> owners = new TreeMap<>();
        for (JsonNode entry : tree.at("/metadata/managedFields")) {
            Set<String> owned = new TreeSet<>();
            JsonNode fields = entry.path("fieldsV1");
            fields.path("f:metadata").path("f:labels").fieldNames().forEachRemaining(name -> {
                if (!name.equals(".")) {
                    owned.add("label " + name.substring(2));
                }
            });
            fields.path("f:metadata").path("f:finalizers").fieldNames().forEachRemaining(name -> {
                if (!name.equals(".")) {
                    owned.add("finalizer " + name.substring(3, name.length() - 1));
                }
            });
            if (fields.path("f:spec").has("f:replicas")) {
                owned.add("replicas");
            }
            fields.path("f:spec")
                    .path("f:template")
                    .path("f:spec")
                    .path("f:containers")
                    .properties()
                    .forEach(item -> {
                        if (!item.getKey().equals(".")) {
                            ofContainer(
                                    item.getKey()
                                            .substring("k:{\"name\":\"".length())
                                            .replace("\"}", ""),
                                    item.getValue(),
                                    owned);
                        }
                    });
            // Who has a list's or a map's being there alone is in nobody's way.
            if (!owned.isEmpty()) {
                owners.put(entry.path("manager").asText(), owned);
            }
        }
        return owners;
    }

    private static void ofContainer(String name, JsonNode fields, Set<String> owned) {
        if (fields.has(".")) {
            owned.add(name);
        }
        for (String leaf : List.of("image", "args")) {
            if (fields.has("f:" + leaf)) {
                owned.add(name + "/" + leaf);
            }
        }
        fields.path("f:ports").properties().forEach(port -> {
            if (port.getValue().has(".")) {
                owned.add(name + "/port " + port.getKey().replaceAll("\\D", ""));
            }
        });
        fields.path("f:env").properties().forEach(variable -> {
            if (variable.getValue().has(".")) {
                owned.add(name + "/env V");
            }
            if (variable.getValue().has("f:value")) {
                owned.add(name + "/env V/value");
            }
        });
    }
}
