package io.minik.api.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random patches against models of Java's own collections, written from RFC 6902, RFC 7386 and the API conventions: what both
 * take is the same afterwards, and what one refuses the other does.
 */
class PatchModelTest {
    private static final int ROUNDS = 20_000;
    private static final Type POD = Schema.load().kind(Resources.PODS).type();
    private static final List<String> KEYS = List.of("a", "b", "c", "x/y", "m~n", "");
    private static final List<String> NAMES = List.of("one", "two", "three", "four");

    /** A JSON patch of the model's does not fit. */
    private static final class Unfit extends RuntimeException {}

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    private static <T> T pick(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Maps, lists, texts, small numbers and, where they are wanted, nulls. */
    private Object value(int depth, boolean nulls) {
        return switch (random.nextInt(depth <= 0 ? 3 : 7)) {
            case 0 -> nulls && random.nextBoolean() ? Optional.empty() : pick(random, NAMES);
            case 1 -> random.nextInt(4);
            case 2 -> random.nextBoolean();
            case 3, 4 -> {
                List<Object> list = new ArrayList<>();
                for (int at = random.nextInt(4); at > 0; at--) {
                    list.add(value(depth - 1, false));
                }
                yield list;
            }
            default -> map(depth, nulls);
        };
    }

    private Map<String, Object> map(int depth, boolean nulls) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int at = random.nextInt(4); at > 0; at--) {
            map.put(pick(random, KEYS), value(depth - 1, nulls));
        }
        return map;
    }

    private static Object copied(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, inner) -> copy.put((String) key, copied(inner)));
            return copy;
        }
        return value instanceof List<?> list
                ? new ArrayList<>(list.stream().map(PatchModelTest::copied).toList())
                : value;
    }

    private static JsonNode tree(Object value) {
        if (value instanceof Map<?, ?> map) {
            ObjectNode node = Json.object();
            map.forEach((key, inner) -> node.set((String) key, tree(inner)));
            return node;
        }
        if (value instanceof List<?> list) {
            ArrayNode node = Json.array();
            list.forEach(inner -> node.add(tree(inner)));
            return node;
        }
        return value instanceof Optional ? Json.NODES.nullNode() : Json.MAPPER.valueToTree(value);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> merged(Map<String, Object> into, Map<String, Object> patch) {
        Map<String, Object> whole = new LinkedHashMap<>(into);
        patch.forEach((key, value) -> {
            if (value instanceof Optional) {
                whole.remove(key);
            } else if (value instanceof Map) {
                Object there = whole.get(key);
                Map<String, Object> below = there instanceof Map ? (Map<String, Object>) there : Map.of();
                whole.put(key, merged(below, (Map<String, Object>) value));
            } else {
                whole.put(key, value);
            }
        });
        return whole;
    }

    @Test
    void mergePatchesDoWhatRfc7386Says() {
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Object> document = map(4, false);
            Map<String, Object> patch = map(4, true);
            String told = "-Dseed=" + seed + " round " + round + ": " + tree(document) + " by " + tree(patch);
            assertThat((JsonNode) MergePatch.apply((ObjectNode) tree(document), tree(patch)))
                    .as(told)
                    .isEqualTo(tree(merged(document, patch)));
        }
    }

    /** A path into the document, most of the time to what is there or could be. */
    private List<String> path(Object document) {
        List<String> path = new ArrayList<>();
        Object at = document;
        do {
            if (at instanceof Map<?, ?> map) {
                String key = map.isEmpty() || random.nextInt(3) == 0
                        ? pick(random, KEYS)
                        : (String) pick(random, List.copyOf(map.keySet()));
                path.add(key);
                at = map.get(key);
            } else if (at instanceof List<?> list) {
                int index = random.nextInt(list.size() + 2);
                path.add(Integer.toString(index));
                at = index < list.size() ? list.get(index) : null;
            } else {
                path.add(pick(random, KEYS));
                at = null;
            }
        } while (at != null && random.nextInt(3) != 0);
        return path;
    }

    private static String pointer(List<String> path) {
        StringBuilder text = new StringBuilder();
        path.forEach(step -> text.append('/').append(step.replace("~", "~0").replace("/", "~1")));
        return text.toString();
    }

    private static Object found(Object document, List<String> path) {
        Object at = document;
        for (String step : path) {
            at = below(at, step);
        }
        return at;
    }

    private static Object below(Object at, String step) {
        if (at instanceof Map<?, ?> map && map.containsKey(step)) {
            return map.get(step);
        }
        if (at instanceof List<?> list && step.matches("\\d+") && Integer.parseInt(step) < list.size()) {
            return list.get(Integer.parseInt(step));
        }
        throw new Unfit();
    }

    @SuppressWarnings("unchecked")
    private static void put(Object document, List<String> path, Object value, boolean inserts) {
        Object holder = found(document, path.subList(0, path.size() - 1));
        String last = path.get(path.size() - 1);
        if (holder instanceof Map) {
            ((Map<String, Object>) holder).put(last, value);
        } else if (holder instanceof List<?> list && last.matches("\\d+") && Integer.parseInt(last) <= list.size()) {
            if (inserts) {
                ((List<Object>) list).add(Integer.parseInt(last), value);
            } else {
                ((List<Object>) list).set(Integer.parseInt(last), value);
            }
        } else {
            throw new Unfit();
        }
    }

    private static void remove(Object document, List<String> path) {
        found(document, path);
        Object holder = found(document, path.subList(0, path.size() - 1));
        String last = path.get(path.size() - 1);
        if (holder instanceof Map<?, ?> map) {
            map.remove(last);
        } else {
            ((List<?>) holder).remove(Integer.parseInt(last));
        }
    }

    private ObjectNode operation(Object document) {
        List<String> path = path(document);
        List<String> from = path(document);
        Object value = value(2, false);
        ObjectNode node = Json.object().put("path", pointer(path));
        String verb = pick(random, List.of("add", "remove", "replace", "move", "copy", "test"));
        switch (verb) {
            case "add" -> put(document, path, copied(value), true);
            case "remove" -> remove(document, path);
            case "replace" -> {
                found(document, path);
                put(document, path, copied(value), false);
            }
            case "copy" -> put(document, path, copied(found(document, from)), true);
            case "move" -> {
                if (path.size() >= from.size() && path.subList(0, from.size()).equals(from)) {
                    // Into itself: the RFC forbids it, and no two programs answer alike.
                    return node.put("op", "add").put("path", "/none/of/these");
                }
                Object moved = found(document, from);
                remove(document, from);
                put(document, path, moved, true);
            }
            default -> {
                value = copied(found(document, path));
            }
        }
        node.put("op", verb);
        if (verb.equals("copy") || verb.equals("move")) {
            return node.put("from", pointer(from));
        }
        return (ObjectNode) (verb.equals("remove") ? node : node.set("value", tree(value)));
    }

    /** Operations that the model takes, in a row: the program takes them with the same result, and what the model refuses it does. */
    @Test
    void jsonPatchesDoWhatRfc6902Says() {
        int taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Object> document = map(4, false);
            JsonNode before = tree(document);
            ArrayNode operations = Json.array();
            for (int at = random.nextInt(4); at >= 0; at--) {
                Object kept = copied(document);
                try {
                    ObjectNode operation = operation(document);
                    if (operation.path("path").asText().equals("/none/of/these")) {
                        continue;
                    }
                    operations.add(operation);
                } catch (Unfit e) {
                    document.clear();
                    document.putAll(asMap(kept));
                }
            }
            String told = "-Dseed=" + seed + " round " + round + ": " + before + " by " + operations;
            try {
                assertThat(JsonPatch.apply(before.deepCopy(), operations))
                        .as(told)
                        .isEqualTo(tree(document));
                taken++;
            } catch (ApiException e) {
                throw new AssertionError(told, e);
            }
        }
        assertThat(taken).as("-Dseed=" + seed).isEqualTo(ROUNDS);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> asMap(Object value) {
        return (Map<String, Object>) value;
    }

    private static ObjectNode pod(Map<String, Map<String, String>> containers) {
        ObjectNode pod = Json.object();
        ArrayNode list = pod.putObject("spec").putArray("containers");
        containers.forEach((name, fields) -> {
            ObjectNode container = list.addObject().put("name", name);
            fields.forEach(container::put);
        });
        return pod;
    }

    private Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : List.of("image", "workingDir", "imagePullPolicy")) {
            if (random.nextInt(3) == 0) {
                fields.put(field, pick(random, NAMES));
            }
        }
        return fields;
    }

    /** Containers are known by their names: changed, added, taken away, and those of the patch in its order. */
    @Test
    void strategicPatchesMergeListsByTheirKeys() {
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Map<String, String>> containers = new LinkedHashMap<>();
            for (int at = random.nextInt(4); at > 0; at--) {
                containers.put(pick(random, NAMES), fields());
            }
            ObjectNode before = pod(containers);
            ObjectNode patch = Json.object();
            ArrayNode list = patch.putObject("spec").putArray("containers");
            for (String name : NAMES) {
                int what = random.nextInt(4);
                ObjectNode item = Json.object().put("name", name);
                if (what == 0) {
                    list.add(item.put("$patch", "delete"));
                    containers.remove(name);
                } else if (what == 1) {
                    Map<String, String> fields = fields();
                    fields.forEach(item::put);
                    list.add(item);
                    containers
                            .computeIfAbsent(name, unused -> new LinkedHashMap<>())
                            .putAll(fields);
                }
            }
            String told = "-Dseed=" + seed + " round " + round + ": " + before + " by " + patch;
            JsonNode after = Json.at(StrategicMerge.apply(before.deepCopy(), patch, POD), "spec", "containers");
            Map<String, JsonNode> wanted = byName(Json.at(pod(containers), "spec", "containers"));
            assertThat(byName(after)).as(told).isEqualTo(wanted);
            List<String> order = new ArrayList<>(byName(list).keySet());
            order.retainAll(wanted.keySet());
            List<String> said = new ArrayList<>(byName(after).keySet());
            said.retainAll(order);
            assertThat(said).as(told).isEqualTo(order);
        }
    }

    private static Map<String, JsonNode> byName(JsonNode containers) {
        Map<String, JsonNode> named = new LinkedHashMap<>();
        containers.forEach(container -> named.put(Json.text(container, "name"), container));
        return named;
    }
}
