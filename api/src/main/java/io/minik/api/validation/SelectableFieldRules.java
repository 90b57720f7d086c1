package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The fields by which a definition lets its objects be selected. */
final class SelectableFieldRules {
    private static final int MOST = 8;
    private static final Set<String> TYPES = Set.of("string", "boolean", "integer");

    private final Causes causes;

    SelectableFieldRules(Causes causes) {
        this.causes = causes;
    }

    /** @param schemas of the versions that say so: a path must be one of each */
    void check(JsonNode fields, List<JsonNode> schemas, String path) {
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < fields.size(); at++) {
            String said = Json.text(fields.get(at), "jsonPath");
            String here = Causes.at(path, at) + ".jsonPath";
            if (said.isEmpty()) {
                causes.required(here);
                continue;
            }
            try {
                for (JsonNode schema : schemas) {
                    field(SchemaPath.of(said, schema, false), said, here);
                }
            } catch (SchemaPath.Wrong e) {
                causes.invalid(here, said, "is an invalid path: " + e.getMessage());
                continue;
            }
            if (!seen.add(said)) {
                causes.duplicate(here, said);
            }
        }
        if (seen.size() > MOST) {
            causes.tooMany(path, seen.size(), MOST);
        }
    }

    private void field(SchemaPath found, String said, String here) {
        if (!found.steps().isEmpty() && found.steps().get(0).equals("metadata")) {
            causes.invalid(here, said, "must not point to fields in metadata");
        }
        if (!TYPES.contains(found.type())) {
            causes.invalid(
                    here,
                    said,
                    "must point to a field of type string, boolean or integer. Enum string fields and strings with"
                            + " formats are allowed.");
        }
    }
}
