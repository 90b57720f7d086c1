package io.minik.server.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.cel.Constructed;
import io.minik.api.meta.ApiException;
import io.minik.api.patch.Apply;
import io.minik.api.patch.JsonPatch;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an expression's value makes of an object. */
final class ObjectPatch {
    /** How server-side apply begins to say it. */
    private static final String TYPED = "^failed to create typed patch object \\([^)]*\\): ";

    private ObjectPatch() {}

    /** A patch that cannot be followed, in upstream's words. */
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1;

        Unfit(String message) {
            super(message, null, false, false);
        }

        String words() {
            return String.valueOf(getMessage());
        }
    }

    /** Merges an apply configuration as server-side apply does, without owners. @return a new tree */
    static ObjectNode applied(Optional<Type> known, ObjectNode object, Object value) throws Unfit {
        Type type = known.orElseThrow(() ->
                new Unfit("error applying patch: " + Json.text(object, "kind") + " has no schema: use a JSONPatch"));
        if (!(value instanceof Constructed patch)) {
            throw new Unfit("unsupported return type from ApplyConfiguration expression");
        }
        fitting(patch);
        ObjectNode wanted = (ObjectNode) json(patch);
        for (String head : List.of("apiVersion", "kind")) {
            wanted.set(head, object.path(head));
        }
        try {
            ObjectNode clean = Decoder.applied(type, wanted, List.of()).tree();
            List<String> wholes = Apply.wholes(type, clean);
            if (!wholes.isEmpty()) {
                throw new Unfit(
                        "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or"
                                + " structs: " + String.join(", ", wholes));
            }
            return Apply.merged(type, object.deepCopy(), clean);
        } catch (ApiException e) {
            String why = String.valueOf(e.getMessage()).replaceFirst(TYPED, "");
            throw new Unfit("error applying patch: failed to convert patch object to typed object: " + why);
        }
    }

    /** Applies a list of operations; if a test among them fails, none. @return a new tree, or the same */
    static ObjectNode patched(Optional<Type> type, ObjectNode object, Object value) throws Unfit {
        if (!(value instanceof List<?> list)) {
            throw new Unfit("type mismatch: JSONPatchType.expression should evaluate to array");
        }
        var operations = Json.array();
        for (Object item : list) {
            operations.add(operation(item));
        }
        try {
            JsonNode patched = JsonPatch.apply(object, operations);
            if (!(patched instanceof ObjectNode tree)) {
                throw new Unfit("JSONPath: the patched object is no object");
            }
            return type.map(known ->
                            Decoder.decode(known, tree, FieldValidation.STRICT).tree())
                    .orElse(tree);
        } catch (ApiException e) {
            if (JsonPatch.untrue(e)) {
                return object;
            }
            throw new Unfit("JSONPath: " + e.getMessage());
        }
    }

    private static ObjectNode operation(Object item) throws Unfit {
        if (!(item instanceof Map<?, ?> fields)) {
            throw new Unfit("type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch");
        }
        ObjectNode operation = Json.object().put("op", "").put("path", "");
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            if (field.getValue() instanceof Constructed made) {
                fitting(made);
            }
            operation.set(String.valueOf(field.getKey()), json(field.getValue()));
        }
        return operation;
    }

    private static void fitting(Constructed made) throws Unfit {
        List<String> mismatches = made.mismatches();
        if (!mismatches.isEmpty()) {
            throw new Unfit("type mismatch: " + String.join("\n", mismatches));
        }
    }

    private static JsonNode json(Object value) throws Unfit {
        try {
            return Constructed.json(value);
        } catch (IllegalArgumentException e) {
            throw new Unfit(
                    "JSONPath valueExpression evaluated to a type that could not marshal to JSON: " + e.getMessage());
        }
    }
}
