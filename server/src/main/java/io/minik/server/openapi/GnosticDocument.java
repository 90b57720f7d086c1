package io.minik.server.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;

/**
 * The OpenAPI 2 document in gnostic's protobuf (openapi.v2.Document), which kubectl before 1.27 and helm ask for. Field
 * numbers are those of OpenAPIv2.proto.
 */
final class GnosticDocument {
    /** Wire type of what has a length. */
    private static final int DELIMITED = 2;

    private static final Map<String, Integer> METHODS =
            Map.of("get", 2, "put", 3, "post", 4, "delete", 5, "options", 6, "head", 7, "patch", 8);

    private GnosticDocument() {}

    static byte[] of(JsonNode document) {
        Wire out = new Wire();
        out.text(1, document.path("swagger"));
        Wire info = new Wire();
        info.text(1, document.path("info").path("title"));
        info.text(2, document.path("info").path("version"));
        out.message(2, info);
        Wire paths = new Wire();
        named(paths, 2, document.path("paths"), GnosticDocument::pathItem);
        out.message(8, paths);
        Wire definitions = new Wire();
        named(definitions, 1, document.path("definitions"), GnosticDocument::schema);
        out.message(9, definitions);
        return out.bytes();
    }

    /** A map, as gnostic has it: repeated pairs of name and value. */
    private static void named(Wire out, int number, JsonNode map, Function<JsonNode, Wire> value) {
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            Wire pair = new Wire();
            pair.text(1, entry.getKey());
            pair.message(2, value.apply(entry.getValue()));
            out.message(number, pair);
        }
    }

    private static Wire pathItem(JsonNode item) {
        Wire out = new Wire();
        for (Map.Entry<String, JsonNode> entry : item.properties()) {
            Integer number = METHODS.get(entry.getKey());
            if (number != null) {
                out.message(number, operation(entry.getValue()));
            }
        }
        parameters(out, 9, item.path("parameters"));
        return out;
    }

    private static Wire operation(JsonNode operation) {
        Wire out = new Wire();
        out.texts(1, operation.path("tags"));
        out.text(3, operation.path("description"));
        out.text(5, operation.path("operationId"));
        out.texts(6, operation.path("produces"));
        out.texts(7, operation.path("consumes"));
        parameters(out, 8, operation.path("parameters"));
        Wire responses = new Wire();
        named(responses, 1, operation.path("responses"), GnosticDocument::response);
        out.message(9, responses);
        extensions(out, 13, operation);
        return out;
    }

    /** ResponseValue, of which it is the first choice. */
    private static Wire response(JsonNode response) {
        Wire inner = new Wire();
        inner.text(1, response.path("description"));
        if (response.has("schema")) {
            inner.message(2, wrapped(1, schema(response.path("schema"))));
        }
        return wrapped(1, inner);
    }

    private static Wire wrapped(int number, Wire inner) {
        Wire out = new Wire();
        out.message(number, inner);
        return out;
    }

    private static void parameters(Wire out, int number, JsonNode parameters) {
        for (JsonNode parameter : parameters) {
            out.message(number, wrapped(1, parameter(parameter)));
        }
    }

    /** Body parameters have a schema; of the others, those in queries and in paths differ by their field numbers. */
    private static Wire parameter(JsonNode parameter) {
        Wire inner = new Wire();
        if (Json.text(parameter, "in").equals("body")) {
            inner.text(1, parameter.path("description"));
            inner.text(2, parameter.path("name"));
            inner.text(3, parameter.path("in"));
            inner.bool(4, parameter.path("required"));
            inner.message(5, schema(parameter.path("schema")));
            return wrapped(1, inner);
        }
        boolean query = Json.text(parameter, "in").equals("query");
        int shift = query ? 1 : 0;
        inner.bool(1, parameter.path("required"));
        inner.text(2, parameter.path("in"));
        inner.text(3, parameter.path("description"));
        inner.text(4, parameter.path("name"));
        inner.text(5 + shift, parameter.path("type"));
        inner.text(6 + shift, parameter.path("format"));
        inner.bool(19 + shift, parameter.path("uniqueItems"));
        return wrapped(2, wrapped(query ? 3 : 4, inner));
    }

    private static Wire schema(JsonNode schema) {
        Wire out = new Wire();
        out.text(1, schema.path("$ref"));
        out.text(2, schema.path("format"));
        out.text(4, schema.path("description"));
        if (schema.has("default")) {
            out.message(5, any(schema.path("default")));
        }
        out.texts(19, schema.path("required"));
        for (JsonNode word : schema.path("enum")) {
            out.message(20, any(word));
        }
        if (schema.path("additionalProperties").isObject()) {
            out.message(21, wrapped(1, schema(schema.path("additionalProperties"))));
        }
        if (schema.has("type")) {
            Wire type = new Wire();
            type.text(1, schema.path("type"));
            out.message(22, type);
        }
        if (schema.has("items")) {
            out.message(23, wrapped(1, schema(schema.path("items"))));
        }
        if (schema.has("properties")) {
            Wire properties = new Wire();
            named(properties, 1, schema.path("properties"), GnosticDocument::schema);
            out.message(25, properties);
        }
        extensions(out, 31, schema);
        return out;
    }

    private static void extensions(Wire out, int number, JsonNode owner) {
        for (Map.Entry<String, JsonNode> entry : owner.properties()) {
            if (entry.getKey().startsWith("x-")) {
                Wire pair = new Wire();
                pair.text(1, entry.getKey());
                pair.message(2, any(entry.getValue()));
                out.message(number, pair);
            }
        }
    }

    /** Any value, as YAML: JSON is YAML. */
    private static Wire any(JsonNode value) {
        Wire out = new Wire();
        out.text(2, new String(Json.bytes(value), StandardCharsets.UTF_8) + "\n");
        return out;
    }

    /** Protobuf's wire format, as far as it is needed. */
    private static final class Wire {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        byte[] bytes() {
            return out.toByteArray();
        }

        void text(int number, String text) {
            chunk(number, text.getBytes(StandardCharsets.UTF_8));
        }

        void text(int number, JsonNode text) {
            if (text.isTextual()) {
                text(number, text.textValue());
            }
        }

        void texts(int number, JsonNode texts) {
            texts.forEach(text -> text(number, text));
        }

        void bool(int number, JsonNode value) {
            if (value.asBoolean(false)) {
                varint(number << 3);
                varint(1);
            }
        }

        void message(int number, Wire inner) {
            varint((number << 3) | DELIMITED);
            varint(inner.out.size());
            out.writeBytes(inner.bytes());
        }

        private void chunk(int number, byte[] bytes) {
            varint((number << 3) | DELIMITED);
            varint(bytes.length);
            out.writeBytes(bytes);
        }

        private void varint(int value) {
            int rest = value;
            while (rest >= 0x80) {
                out.write((rest & 0x7f) | 0x80);
                rest >>>= 7;
            }
            out.write(rest);
        }
    }
}
