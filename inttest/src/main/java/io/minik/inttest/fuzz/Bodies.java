package io.minik.inttest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Bodies of all sorts: bytes, values, what a schema wants with something wrong in it, real objects that were changed. */
final class Bodies {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MOST_DEPTH = 7;
    private static final List<String> WORDS = List.of(
            "",
            " ",
            "a",
            "x-1",
            "-1",
            "0",
            "1",
            "9223372036854775808",
            "1e309",
            "NaN",
            "null",
            "true",
            "TCP",
            "Always",
            "10.43.0.1",
            "::ffff:1.2.3.4",
            "fe80::1%eth0",
            "10.0.0.0/8",
            "1Ei",
            "0.0000000001",
            "-5m",
            "1e-1000000",
            "12E99",
            "2026-11-30T00:00:00Z",
            "9999-99-99T99:99:99Z",
            "5s",
            "-2562047h47m16.854775807s",
            "%",
            "50%",
            "101%",
            "*",
            "..",
            "../../etc",
            "a/b",
            "a/b/c",
            "A_B.c-d",
            "é",
            "\u0000",
            "\uD800",
            "💥",
            "$(x)",
            "${x}",
            "{{x}}",
            "{.a[",
            "((((",
            "(a+)+$",
            "[",
            "\\",
            "v1",
            "apps/v1",
            "Pod",
            "ConfigMap",
            "default",
            "fuzz",
            "self.a == 1",
            "object.spec",
            "1 in [1]",
            "[1].all(x, [1].all(y, [1].all(z, true)))",
            "'a'.matches('(')",
            "kubernetes.io/tls",
            "Bearer x",
            "system:masters",
            "*/5 * * * *",
            "@every 1s",
            "CRON_TZ=x * * * * *",
            "k8s:enc:",
            "metadata.name",
            "status.phase=Running,x",
            "a=b,c!=d",
            "a in (",
            "!a",
            "=,=",
            "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----",
            "AAAA",
            "====");
    private static final List<String> KEYS = List.of(
            "metadata",
            "spec",
            "status",
            "kind",
            "apiVersion",
            "name",
            "namespace",
            "labels",
            "annotations",
            "ownerReferences",
            "finalizers",
            "managedFields",
            "data",
            "items",
            "template",
            "containers",
            "rules",
            "selector",
            "op",
            "path",
            "value",
            "$patch",
            "$setElementOrder/x",
            "$retainKeys",
            "",
            "uid",
            "resourceVersion",
            "generateName",
            "deletionTimestamp");

    private final Random random;
    private final ObjectMapper json;

    Bodies(Random random, ObjectMapper json) {
        this.random = random;
        this.json = json;
    }

    String word() {
        return switch (random.nextInt(24)) {
            case 0 -> "x".repeat(random.nextInt(70));
            case 1 -> "x".repeat(random.nextInt(5000));
            default -> WORDS.get(random.nextInt(WORDS.size()));
        };
    }

    byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        if (random.nextBoolean() && bytes.length > 4) {
            System.arraycopy("k8s\0".getBytes(StandardCharsets.ISO_8859_1), 0, bytes, 0, 4);
        }
        return bytes;
    }

    JsonNode any(int depth) {
        return switch (random.nextInt(depth <= 0 ? 6 : 9)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(200) - 100);
            case 3 -> NODES.numberNode(random.nextBoolean() ? random.nextLong() : 9.0e99 * random.nextDouble());
            case 4, 5 -> NODES.textNode(word());
            case 6 -> {
                ArrayNode list = NODES.arrayNode();
                for (int at = random.nextInt(5); at > 0; at--) {
                    list.add(any(depth - 1));
                }
                yield list;
            }
            default -> {
                ObjectNode object = NODES.objectNode();
                for (int at = random.nextInt(6); at > 0; at--) {
                    object.set(KEYS.get(random.nextInt(KEYS.size())), any(depth - 1));
                }
                yield object;
            }
        };
    }

    /** What the schema wants, as far as it tells; now and then something else, and never all of it. */
    JsonNode like(JsonNode schema, JsonNode schemas, int depth) {
        if (depth > MOST_DEPTH || random.nextInt(25) == 0) {
            return any(2);
        }
        JsonNode reference = schema.path("allOf").path(0).path("$ref");
        String name = (reference.isTextual() ? reference : schema.path("$ref")).asText();
        if (!name.isEmpty()) {
            return like(schemas.path(name.substring(name.lastIndexOf('/') + 1)), schemas, depth);
        }
        if (schema.path("enum").isArray() && random.nextInt(8) != 0) {
            return schema.path("enum").path(random.nextInt(schema.path("enum").size()));
        }
        return switch (schema.path("type").asText()) {
            case "object" -> object(schema, schemas, depth);
            case "array" -> {
                ArrayNode list = NODES.arrayNode();
                for (int at = random.nextInt(3); at > 0; at--) {
                    list.add(like(schema.path("items"), schemas, depth + 1));
                }
                yield list;
            }
            case "integer", "number" ->
                NODES.numberNode(random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(10));
            case "boolean" -> NODES.booleanNode(random.nextBoolean());
            case "string" -> NODES.textNode(word());
            default -> any(2);
        };
    }

    private JsonNode object(JsonNode schema, JsonNode schemas, int depth) {
        ObjectNode object = NODES.objectNode();
        JsonNode group = schema.path("x-kubernetes-group-version-kind").path(0);
        if (depth == 0 && group.isObject()) {
            String of = group.path("group").asText();
            object.put(
                    "apiVersion",
                    (of.isEmpty() ? "" : of + "/") + group.path("version").asText());
            object.put("kind", group.path("kind").asText());
        }
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        schema.path("properties").properties().forEach(property -> {
            boolean wanted =
                    required.contains(property.getKey()) || property.getKey().equals("spec");
            if (!object.has(property.getKey()) && random.nextInt(wanted ? 10 : 5) < (wanted ? 9 : 1)) {
                object.set(property.getKey(), like(property.getValue(), schemas, depth + 1));
            }
        });
        if (schema.path("additionalProperties").isObject()) {
            for (int at = random.nextInt(3); at > 0; at--) {
                object.set(word(), like(schema.path("additionalProperties"), schemas, depth + 1));
            }
        }
        if (depth == 0) {
            ObjectNode meta = object.path("metadata") instanceof ObjectNode said ? said : object.putObject("metadata");
            meta.put("name", name());
            meta.remove("namespace");
        }
        return object;
    }

    String name() {
        return random.nextInt(6) == 0 ? word() : "f-" + random.nextInt(12);
    }

    /** A few places of a real one are another one's, nonsense, or gone. */
    JsonNode changed(JsonNode whole) {
        JsonNode copy = whole.deepCopy();
        for (int at = random.nextInt(4); at >= 0; at--) {
            change(copy);
        }
        return copy;
    }

    private void change(JsonNode whole) {
        JsonNode at = whole;
        for (int depth = random.nextInt(6); depth > 0; depth--) {
            JsonNode below = at.isEmpty() ? at : at.isObject() ? at.path(key(at)) : at.path(random.nextInt(at.size()));
            if (!below.isContainerNode() || below.isEmpty()) {
                break;
            }
            at = below;
        }
        if (at instanceof ObjectNode object && !object.isEmpty()) {
            if (random.nextInt(3) == 0) {
                object.remove(key(object));
            } else {
                object.set(random.nextBoolean() ? key(object) : KEYS.get(random.nextInt(KEYS.size())), any(2));
            }
        } else if (at instanceof ArrayNode list) {
            list.insert(random.nextInt(list.size() + 1), random.nextBoolean() ? any(2) : list.deepCopy());
        }
    }

    private String key(JsonNode object) {
        List<String> keys = new ArrayList<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys.get(random.nextInt(keys.size()));
    }

    /** A patch of JSON that may fit. */
    JsonNode operations() {
        ArrayNode list = NODES.arrayNode();
        for (int at = random.nextInt(5); at >= 0; at--) {
            ObjectNode operation = list.addObject();
            operation.put(
                    "op",
                    List.of("add", "remove", "replace", "move", "copy", "test", "?")
                            .get(random.nextInt(7)));
            operation.put("path", pointer());
            if (random.nextBoolean()) {
                operation.put("from", pointer());
            }
            operation.set("value", any(3));
        }
        return list;
    }

    private String pointer() {
        StringBuilder pointer = new StringBuilder();
        for (int at = random.nextInt(5); at > 0; at--) {
            pointer.append('/')
                    .append(random.nextInt(4) == 0 ? random.nextInt(3) : KEYS.get(random.nextInt(KEYS.size())));
        }
        return random.nextInt(9) == 0 ? word() : pointer.toString();
    }

    /** As text, which may be torn, doubled, or YAML of the stranger kind. */
    byte[] text(JsonNode value) throws java.io.IOException {
        byte[] whole = json.writeValueAsBytes(value);
        return switch (random.nextInt(14)) {
            case 0 -> java.util.Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            case 1 -> (new String(whole, StandardCharsets.UTF_8) + word()).getBytes(StandardCharsets.UTF_8);
            case 2 ->
                ("a: &a " + new String(whole, StandardCharsets.UTF_8)
                                + "\nb: *a\n<<: *a\nc: !!binary x\n? [y]\n: z\n---\n" + word())
                        .getBytes(StandardCharsets.UTF_8);
            case 3 -> {
                whole[random.nextInt(whole.length)] = (byte) random.nextInt();
                yield whole;
            }
            case 4 -> "[".repeat(1 + random.nextInt(3000)).getBytes(StandardCharsets.UTF_8);
            default -> whole;
        };
    }
}
