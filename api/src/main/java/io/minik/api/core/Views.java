package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/** How record views read trees. */
final class Views {
    private Views() {}

    static <T> List<T> list(JsonNode array, Function<JsonNode, T> item) {
        List<T> items = new ArrayList<>(array.size());
        for (JsonNode node : array) {
            items.add(item.apply(node));
        }
        return Collections.unmodifiableList(items);
    }

    static OptionalLong number(JsonNode node) {
        return node.isNumber() ? OptionalLong.of(node.longValue()) : OptionalLong.empty();
    }

    static OptionalInt integer(JsonNode node) {
        return node.isNumber() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
    }

    static Optional<Boolean> flag(JsonNode node) {
        return node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
    }

    static <T> Optional<T> optional(JsonNode node, Function<JsonNode, T> view) {
        return node.isObject() ? Optional.of(view.apply(node)) : Optional.empty();
    }

    static String seccomp(JsonNode profile) {
        String type = Json.text(profile, "type");
        return type.equals("Localhost") ? type + "/" + Json.text(profile, "localhostProfile") : type;
    }
}
