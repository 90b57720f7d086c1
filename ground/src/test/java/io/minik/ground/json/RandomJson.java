package io.minik.ground.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Small trees of all that JSON has, as a random source has it. */
final class RandomJson {
    private static final int DEPTH = 3;

    private static final List<String> TEXTS =
            List.of("", "a", "\"", "\\", "\\\"}", "{[", "é€\uD83D\uDE00", "k:{\"name\":\"c\"}", "<&>", "\n\t");

    private RandomJson() {}

    static ObjectNode object(Random random) {
        return object(random, DEPTH);
    }

    /** As we write it, or as people do. */
    static byte[] bytes(Random random) {
        ObjectNode tree = object(random);
        return random.nextBoolean() ? Json.bytes(tree) : tree.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = Json.object();
        for (int i = random.nextInt(5); i > 0; i--) {
            object.set(TEXTS.get(random.nextInt(TEXTS.size())) + random.nextInt(3), value(random, depth));
        }
        return object;
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> Json.NODES.textNode(TEXTS.get(random.nextInt(TEXTS.size())));
            case 1 -> Json.NODES.numberNode(random.nextLong());
            case 2 -> Json.NODES.numberNode(random.nextDouble());
            case 3 -> Json.NODES.booleanNode(random.nextBoolean());
            case 4 -> Json.NODES.nullNode();
            case 5 -> Json.NODES.numberNode(random.nextInt(2000) - 1000);
            case 6 -> object(random, depth - 1);
            default -> array(random, depth - 1);
        };
    }

    private static ArrayNode array(Random random, int depth) {
        ArrayNode array = Json.array();
        for (int i = random.nextInt(4); i > 0; i--) {
            array.add(value(random, depth));
        }
        return array;
    }
}
