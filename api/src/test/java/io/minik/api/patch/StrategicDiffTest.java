package io.minik.api.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two pods by chance, and the patch between them as kubectl makes it after the documentation of strategic merge patches: applied to
 * the one it gives the other, to the order of each list.
 */
class StrategicDiffTest {
    private static final Type POD =
            Schema.load().findResource("v1", "pods").orElseThrow().type();

    /** Lists that merge, by the name of their field, and what their elements are known by; none for words and numbers. */
    private static final Map<String, String> KEYS = new TreeMap<>(Map.of(
            "containers", "name",
            "env", "name",
            "ports", "containerPort",
            "volumeMounts", "mountPath",
            "volumes", "name",
            "imagePullSecrets", "name",
            "hostAliases", "ip",
            "finalizers", ""));

    static List<Long> seeds() {
        long first = Long.getLong("seed", 1);
        return LongStream.range(first, first + Integer.getInteger("patch.stories", 400))
                .boxed()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aPatchBetweenTwoGivesTheSecond(long seed) {
        Random random = new Random(seed);
        ObjectNode before = pod(random);
        ObjectNode after = random.nextInt(4) == 0 ? pod(random) : changed(random, before.deepCopy());
        ObjectNode patch = diff(before, after, false);
        ObjectNode asked = patch.deepCopy();
        assertThat(StrategicMerge.apply(before, patch, POD))
                .as("%s\n + %s", before, asked)
                .isEqualTo(after);
        assertThat(patch).as("the patch is the client's").isEqualTo(asked);
        assertThat(StrategicMerge.apply(after, asked, POD))
                .as("twice is once: %s\n + %s", before, asked)
                .isEqualTo(after);
    }

    /** Whatever a client makes up: an answer or a refusal, never another failure. */
    @Test
    void patchesThatMakeNoSenseAreRefusedInWords() {
        Random random = new Random(Long.getLong("seed", 1));
        List<String> words = List.of(
                "$patch",
                "$retainKeys",
                "$setElementOrder/containers",
                "$deleteFromPrimitiveList/finalizers",
                "$setElementOrder/",
                "$deleteFromPrimitiveList/",
                "spec",
                "metadata",
                "containers",
                "name",
                "env",
                "a");
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            ObjectNode patch = (ObjectNode) nonsense(random, words, 4, true);
            try {
                StrategicMerge.apply(pod(random), patch, POD);
            } catch (ApiException e) {
                refused++;
                assertThat(e.status().code()).isEqualTo(400);
            }
        }
        assertThat(refused).isPositive();
    }

    private static JsonNode nonsense(Random random, List<String> words, int depth, boolean object) {
        int kind = object ? 0 : random.nextInt(depth > 0 ? 7 : 4) + (depth > 0 ? 0 : 3);
        switch (kind) {
            case 0, 1 -> {
                ObjectNode node = Json.object();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    node.set(words.get(random.nextInt(words.size())), nonsense(random, words, depth - 1, false));
                }
                return node;
            }
            case 2 -> {
                ArrayNode node = Json.array();
                for (int i = random.nextInt(4); i > 0; i--) {
                    node.add(nonsense(random, words, depth - 1, false));
                }
                return node;
            }
            case 3 -> {
                return Json.object().putNull("x").get("x");
            }
            case 4 -> {
                return Json.object().put("x", random.nextInt(3)).get("x");
            }
            default -> {
                List<String> texts = List.of("delete", "replace", "merge", "name", "c1", "");
                return Json.object()
                        .put("x", texts.get(random.nextInt(texts.size())))
                        .get("x");
            }
        }
    }

    // ---- the patch between two, by the documentation

    private static ObjectNode diff(ObjectNode before, ObjectNode after, boolean retain) {
        ObjectNode patch = Json.object();
        for (Map.Entry<String, JsonNode> entry : before.properties()) {
            if (!after.has(entry.getKey())) {
                patch.putNull(entry.getKey());
            }
        }
        for (Map.Entry<String, JsonNode> entry : after.properties()) {
            String name = entry.getKey();
            JsonNode old = before.get(name);
            JsonNode now = entry.getValue();
            if (now.equals(old)) {
                continue;
            }
            if (old instanceof ObjectNode was && now instanceof ObjectNode is) {
                patch.set(name, diff(was, is, false));
            } else if (old instanceof ArrayNode was && now instanceof ArrayNode is && KEYS.containsKey(name)) {
                lists(patch, name, was, is);
            } else {
                patch.set(name, now.deepCopy());
            }
        }
        if (retain && !patch.isEmpty()) {
            ArrayNode kept = patch.putArray("$retainKeys");
            after.properties().forEach(entry -> kept.add(entry.getKey()));
        }
        return patch;
    }

    private static void lists(ObjectNode patch, String name, ArrayNode before, ArrayNode after) {
        String key = KEYS.getOrDefault(name, "");
        ArrayNode order = patch.putArray("$setElementOrder/" + name);
        if (key.isEmpty()) {
            after.forEach(order::add);
            after.forEach(item -> {
                if (!contains(before, item)) {
                    patch.withArray(name).add(item);
                }
            });
            before.forEach(item -> {
                if (!contains(after, item)) {
                    patch.withArray("$deleteFromPrimitiveList/" + name).add(item);
                }
            });
            return;
        }
        ArrayNode changes = Json.array();
        for (JsonNode item : after) {
            order.addObject().set(key, item.get(key));
            Optional<JsonNode> old = find(before, key, item.get(key));
            if (old.isEmpty()) {
                changes.add(item.deepCopy());
            } else if (!old.get().equals(item)) {
                ObjectNode change = diff((ObjectNode) old.get(), (ObjectNode) item, name.equals("volumes"));
                changes.add(change.set(key, item.get(key)));
            }
        }
        for (JsonNode item : before) {
            if (find(after, key, item.get(key)).isEmpty()) {
                changes.addObject().put("$patch", "delete").set(key, item.get(key));
            }
        }
        if (!changes.isEmpty()) {
            patch.set(name, changes);
        }
    }

    private static boolean contains(ArrayNode list, JsonNode wanted) {
        for (JsonNode item : list) {
            if (item.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<JsonNode> find(ArrayNode list, String key, JsonNode wanted) {
        for (JsonNode item : list) {
            if (item.get(key).equals(wanted)) {
                return Optional.of(item);
            }
        }
        return Optional.empty();
    }

    // ---- pods by chance

    private static Set<Integer> some(Random random, int of) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < of; i++) {
            all.add(i);
        }
        Collections.shuffle(all, random);
        return new LinkedHashSet<>(all.subList(0, random.nextInt(of + 1)));
    }

    private static ObjectNode pod(Random random) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode meta = pod.putObject("metadata").put("name", "p");
        some(random, 3).forEach(i -> Json.child(meta, "labels").put("l" + i, "v" + random.nextInt(2)));
        some(random, 4).forEach(i -> meta.withArray("finalizers").add("example.com/f" + i));
        ObjectNode spec = pod.putObject("spec");
        some(random, 3)
                .forEach(i -> container(
                        random, spec.withArray("containers").addObject().put("name", "c" + i)));
        some(random, 4)
                .forEach(i ->
                        volume(random, spec.withArray("volumes").addObject().put("name", "v" + i)));
        some(random, 2)
                .forEach(i -> spec.withArray("imagePullSecrets").addObject().put("name", "s" + i));
        some(random, 2).forEach(i -> spec.withArray("hostAliases")
                .addObject()
                .put("ip", "10.0.0." + i)
                .putArray("hostnames")
                .add("h" + random.nextInt(3)));
        some(random, 2).forEach(i -> Json.child(spec, "nodeSelector").put("n" + i, "v" + random.nextInt(2)));
        some(random, 2).forEach(i -> spec.withArray("tolerations").addObject().put("key", "t" + random.nextInt(3)));
        if (random.nextBoolean()) {
            spec.put("hostNetwork", random.nextBoolean());
        }
        return pod;
    }

    private static void container(Random random, ObjectNode container) {
        container.put("image", "i:" + random.nextInt(3));
        some(random, 3).forEach(i -> container.withArray("args").add("a" + random.nextInt(3)));
        some(random, 3)
                .forEach(i -> environment(
                        random, container.withArray("env").addObject().put("name", "E" + i)));
        some(random, 2).forEach(i -> container
                .withArray("ports")
                .addObject()
                .put("containerPort", 80 + i)
                .put("protocol", random.nextBoolean() ? "TCP" : "UDP"));
        some(random, 2).forEach(i -> container
                .withArray("volumeMounts")
                .addObject()
                .put("name", "v" + random.nextInt(4))
                .put("mountPath", "/m" + i));
        if (random.nextInt(3) == 0) {
            Json.child(Json.child(container, "resources"), "limits").put("cpu", random.nextInt(3) + "");
        }
    }

    private static void environment(Random random, ObjectNode variable) {
        if (random.nextBoolean()) {
            variable.put("value", "" + random.nextInt(3));
        } else {
            Json.child(Json.child(variable, "valueFrom"), "secretKeyRef")
                    .put("name", "s")
                    .put("key", "k" + random.nextInt(2));
        }
    }

    private static void volume(Random random, ObjectNode volume) {
        switch (random.nextInt(3)) {
            case 0 -> volume.putObject("emptyDir");
            case 1 -> volume.putObject("configMap").put("name", "c" + random.nextInt(2));
            default -> volume.putObject("secret").put("secretName", "s" + random.nextInt(2));
        }
    }

    private static ObjectNode changed(Random random, ObjectNode pod) {
        ObjectNode other = pod(random);
        for (String part : List.of("metadata", "spec")) {
            ObjectNode own = (ObjectNode) pod.get(part);
            for (Map.Entry<String, JsonNode> field : other.path(part).properties()) {
                if (random.nextInt(3) == 0) {
                    own.set(field.getKey(), field.getValue());
                }
            }
            for (String name : List.of("finalizers", "containers", "volumes", "nodeSelector", "tolerations")) {
                if (random.nextInt(6) == 0) {
                    own.remove(name);
                }
                if (own.get(name) instanceof ArrayNode list && random.nextInt(3) == 0) {
                    List<JsonNode> items = new ArrayList<>();
                    list.forEach(items::add);
                    Collections.shuffle(items, random);
                    own.putArray(name).addAll(items);
                }
            }
        }
        return pod;
    }
}
