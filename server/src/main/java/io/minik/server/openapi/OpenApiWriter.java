package io.minik.server.openapi;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.Docs;
import io.minik.api.schema.Field;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Streams JSON, and knows how a type of the graph looks as an OpenAPI schema, in version 2 and 3. It remembers which types
 * were referred to, so that {@link #definitions} can follow them all.
 */
final class OpenApiWriter implements Closeable {
    private static final String OBJECT_META = "k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private final JsonGenerator json;
    private final Schema schema;
    private final Docs docs;
    private final boolean v2;
    private final Deque<Type> referred = new ArrayDeque<>();
    private final Set<Type> known = new HashSet<>();
    /** By the names of their types. */
    private final Map<String, AddedKind> added = new HashMap<>();

    OpenApiWriter(OutputStream out, Schema schema, Docs docs, boolean v2) throws IOException {
        this.json = Json.MAPPER.getFactory().createGenerator(out);
        this.schema = schema;
        this.docs = docs;
        this.v2 = v2;
        schema.kinds().forEach(row -> row.added()
                .ifPresent(kind -> added.put(row.type().name(), kind)));
    }

    boolean v2() {
        return v2;
    }

    void open() throws IOException {
        json.writeStartObject();
    }

    void open(String field) throws IOException {
        json.writeObjectFieldStart(field);
    }

    void end() throws IOException {
        json.writeEndObject();
    }

    @Override
    public void close() throws IOException {
        json.close();
    }

    void array(String field) throws IOException {
        json.writeArrayFieldStart(field);
    }

    void endArray() throws IOException {
        json.writeEndArray();
    }

    void put(String field, String value) throws IOException {
        json.writeStringField(field, value);
    }

    void put(String field, boolean value) throws IOException {
        json.writeBooleanField(field, value);
    }

    void put(String field, List<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    /** {@code {"$ref": …}} as the whole value of a field. */
    void reference(String field, Type type) throws IOException {
        open(field);
        reference(type);
        end();
    }

    private void refer(Type type) {
        if (known.add(type)) {
            referred.add(type);
        }
    }

    private void reference(Type type) throws IOException {
        refer(type);
        json.writeStringField("$ref", (v2 ? "#/definitions/" : "#/components/schemas/") + type.openApiName());
    }

    /** A reference beside other words: version 3 wants it in allOf. */
    private void referenceAmongOthers(Type type) throws IOException {
        if (v2) {
            reference(type);
            return;
        }
        json.writeArrayFieldStart("allOf");
        json.writeStartObject();
        reference(type);
        json.writeEndObject();
        json.writeEndArray();
    }

    /** Values of others, by name, but for names that are there. */
    void foreign(Map<String, JsonNode> values, Set<String> there) throws IOException {
        for (Map.Entry<String, JsonNode> value : values.entrySet()) {
            if (!there.contains(value.getKey())) {
                json.writeFieldName(value.getKey());
                json.writeTree(value.getValue());
            }
        }
    }

    /** Of the types that are known here. */
    Set<String> names() {
        return known.stream().map(Type::openApiName).collect(Collectors.toSet());
    }

    /** All types that were referred to, and all that these refer to. */
    void definitions() throws IOException {
        while (!referred.isEmpty()) {
            Type type = referred.removeFirst();
            open(type.openApiName());
            definition(type);
            end();
        }
    }

    private void selectable(AddedKind kind) throws IOException {
        if (!kind.selectable().isEmpty()) {
            array("x-kubernetes-selectable-fields");
            for (String field : kind.selectable()) {
                open();
                put("fieldPath", field);
                end();
            }
            endArray();
        }
    }

    private void definition(Type type) throws IOException {
        AddedKind kind = added.get(type.name());
        if (kind != null) {
            // From what its author wrote, not from the type: of hundreds of kinds few are ever made into types.
            for (Map.Entry<String, JsonNode> word :
                    new AddedDefinition(v2).of(kind.schema().tree()).properties()) {
                json.writeFieldName(word.getKey());
                Json.MAPPER.writeTree(json, word.getValue());
            }
            schema.findNamed(OBJECT_META).ifPresent(this::refer);
            kinds(type);
            selectable(kind);
            return;
        }
        describe(docs.of(type));
        switch (type.form()) {
            case STRUCT -> struct(type);
            case QUANTITY -> {
                if (v2) {
                    put("type", "string");
                } else {
                    oneOf("string", "number");
                }
            }
            case INT_OR_STRING -> {
                put("format", "int-or-string");
                if (v2) {
                    put("type", "string");
                } else {
                    oneOf("integer", "string");
                }
            }
            case TIME, MICRO_TIME -> {
                put("type", "string");
                put("format", "date-time");
            }
            case DURATION -> put("type", "string");
            case FIELDS, RAW -> put("type", "object");
            case STRING_LIST -> {
                put("type", "array");
                open("items");
                put("type", "string");
                end();
            }
            // Any JSON: a schema that says nothing.
            case JSON, SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS -> {}
        }
        kinds(type);
    }

    private void struct(Type type) throws IOException {
        put("type", "object");
        if (type.fields().isEmpty()) {
            return;
        }
        open("properties");
        for (Field field : type.fields()) {
            open(field.name());
            property(type, field);
            end();
        }
        end();
        List<String> required =
                type.fields().stream().filter(Field::required).map(Field::name).toList();
        if (!required.isEmpty()) {
            put("required", required);
        }
        if (type.atomic()) {
            put("x-kubernetes-map-type", "atomic");
        }
    }

    private void property(Type owner, Field field) throws IOException {
        describe(docs.of(owner, field));
        // A default that names a Go constant, ref(…), is not JSON.
        if (!field.defaultJson().isEmpty() && !field.defaultJson().startsWith("ref(")) {
            json.writeFieldName("default");
            json.writeRawValue(field.defaultJson());
        }
        switch (field.shape()) {
            case SINGLE -> {
                value(field, true);
                patchStrategy(field);
            }
            case LIST -> {
                put("type", "array");
                open("items");
                value(field, false);
                end();
                listExtensions(field);
            }
            case MAP -> {
                put("type", "object");
                open("additionalProperties");
                value(field, false);
                end();
            }
        }
    }

    private void value(Field field, boolean amongOthers) throws IOException {
        switch (field.kind()) {
            case STRING -> put("type", "string");
            case BOOL -> put("type", "boolean");
            case INT32 -> number("integer", "int32");
            case INT64 -> number("integer", "int64");
            case DOUBLE -> number("number", "double");
            case BYTES -> number("string", "byte");
            case MESSAGE -> {
                if (amongOthers) {
                    referenceAmongOthers(field.type());
                } else {
                    reference(field.type());
                }
            }
        }
    }

    private void listExtensions(Field field) throws IOException {
        if (field.keyed()) {
            put("x-kubernetes-list-map-keys", field.listMapKeys());
            put("x-kubernetes-list-type", "map");
        } else if (field.set()) {
            put("x-kubernetes-list-type", "set");
        } else if (!field.patchMerge()) {
            put("x-kubernetes-list-type", "atomic");
        }
        if (!field.patchMergeKey().isEmpty()) {
            put("x-kubernetes-patch-merge-key", field.patchMergeKey());
        }
        patchStrategy(field);
    }

    /** Of a single field only that a merge drops what the patch does not name: a union's other members. */
    private void patchStrategy(Field field) throws IOException {
        if (field.patchMerge() || field.patchRetainKeys()) {
            String strategy =
                    field.patchMerge() ? field.patchRetainKeys() ? "merge,retainKeys" : "merge" : "retainKeys";
            put("x-kubernetes-patch-strategy", strategy);
        }
    }

    private void number(String type, String format) throws IOException {
        put("type", type);
        put("format", format);
    }

    private void oneOf(String first, String second) throws IOException {
        array("oneOf");
        for (String type : List.of(first, second)) {
            open();
            put("type", type);
            end();
        }
        endArray();
    }

    private void describe(String text) throws IOException {
        if (!text.isEmpty()) {
            put("description", text);
        }
    }

    /** x-kubernetes-group-version-kind: what kubectl finds a schema by. */
    private void kinds(Type type) throws IOException {
        if (type.apiVersion().isEmpty()) {
            return;
        }
        int slash = type.apiVersion().indexOf('/');
        array("x-kubernetes-group-version-kind");
        open();
        put("group", slash < 0 ? "" : type.apiVersion().substring(0, slash));
        put("kind", type.simpleName());
        put("version", type.apiVersion().substring(slash + 1));
        end();
        endArray();
    }

    /** The type of a list of a kind. */
    Type listOf(KindRow row) {
        return row.listType(schema).orElse(row.type());
    }
}
