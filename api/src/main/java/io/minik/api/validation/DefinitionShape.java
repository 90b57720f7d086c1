package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * A definition's spec as upstream looks at it: what all versions say alike counts as said of the whole, so that errors name
 * {@code spec.validation} instead of {@code spec.versions[0].schema}.
 */
record DefinitionShape(JsonNode spec) {
    /** @param version whose part it is; missing if it is that of all */
    record Part(String path, JsonNode value, JsonNode version) {}

    List<JsonNode> versions() {
        return Json.items(spec, "versions");
    }

    List<Part> schemas() {
        return parts("schema", "validation");
    }

    List<Part> subresources() {
        return parts("subresources", "subresources");
    }

    List<Part> columns() {
        return parts("additionalPrinterColumns", "additionalPrinterColumns");
    }

    List<Part> selectableFields() {
        return parts("selectableFields", "selectableFields");
    }

    /** Whether the schema of a part belongs to a version, or to some version, with a status of its own. */
    boolean hasStatus(Part schema) {
        List<JsonNode> asked = schema.version().isMissingNode() ? versions() : List.of(schema.version());
        return asked.stream()
                .anyMatch(version -> Json.at(version, "subresources", "status").isObject());
    }

    /** The schemas of the versions that a part is of. */
    List<JsonNode> schemasOf(Part part) {
        List<JsonNode> asked = part.version().isMissingNode() ? versions() : List.of(part.version());
        return asked.stream()
                .map(version -> Json.at(version, "schema", "openAPIV3Schema"))
                .distinct()
                .toList();
    }

    private List<Part> parts(String word, String common) {
        List<Part> parts = new ArrayList<>();
        List<JsonNode> versions = versions();
        JsonNode missing = Json.object().path("");
        boolean alike = versions.stream()
                .allMatch(version -> version.path(word).equals(versions.get(0).path(word)));
        for (int at = 0; at < (alike ? Math.min(1, versions.size()) : versions.size()); at++) {
            JsonNode value = versions.get(at).path(word);
            if (!value.isMissingNode() && !value.isNull()) {
                parts.add(
                        alike
                                ? new Part("spec." + common, value, missing)
                                : new Part("spec.versions[" + at + "]." + word, value, versions.get(at)));
            }
        }
        return parts;
    }
}
