package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Trait;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A kind that is special in nothing but words.
 *
 * @param status that a new object has, as JSON
 * @param keptByStatus what the status subresource may not write of the metadata
 * @param fields by which it can be selected, and how each reads where it is absent
 */
record PlainKind(Set<Trait> traits, String status, List<String> keptByStatus, Map<String, String> fields)
        implements KindStrategy {
    static PlainKind of(Trait... traits) {
        return new PlainKind(Set.of(traits), "{}", List.of(), Map.of());
    }

    PlainKind status(String json) {
        return new PlainKind(traits, json, keptByStatus, fields);
    }

    PlainKind keeps(List<String> metadata) {
        return new PlainKind(traits, status, metadata, fields);
    }

    PlainKind selectedBy(Map<String, String> readings) {
        return new PlainKind(traits, status, keptByStatus, Map.copyOf(readings));
    }

    @Override
    public Optional<ObjectNode> initialStatus() {
        return Optional.of(parsed(status));
    }

    static ObjectNode parsed(String json) {
        return Json.parseObject(json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> selectableFields() {
        return List.copyOf(fields.keySet());
    }

    @Override
    public String absent(String field) {
        return fields.getOrDefault(field, "");
    }
}
