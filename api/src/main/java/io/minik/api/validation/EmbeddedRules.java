package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.api.schema.Structural;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Objects in objects, where the schema says that one is one: each has a kind, and metadata as any. */
final class EmbeddedRules {
    private final Causes causes;

    EmbeddedRules(Causes causes) {
        this.causes = causes;
    }

    void check(Structural schema, JsonNode value, String path) {
        if (!schema.embeds()) {
            return;
        }
        if (value instanceof ObjectNode object) {
            if (schema.embedded()) {
                embedded(object, path.isEmpty() ? "" : path + ".");
            }
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                String name = entry.getKey();
                String at = StructuralRules.at(schema, path, name);
                schema.part(name).ifPresent(part -> check(part, entry.getValue(), at));
            }
        } else {
            schema.items().ifPresent(items -> {
                for (int at = 0; at < value.size(); at++) {
                    check(items, value.get(at), Causes.at(path, at));
                }
            });
        }
    }

    private void embedded(ObjectNode object, String path) {
        for (String head : List.of("apiVersion", "kind")) {
            JsonNode said = object.path(head);
            if (!said.isMissingNode() && !said.isTextual()) {
                causes.invalid(path + head, said, "must be a string");
            } else if (said.asText().isEmpty()) {
                causes.required(path + head);
            }
        }
        String apiVersion = Json.text(object, "apiVersion");
        if (apiVersion.indexOf('/') != apiVersion.lastIndexOf('/')) {
            causes.invalid(path + "apiVersion", apiVersion, "unexpected GroupVersion string: " + apiVersion);
        }
        String kind = Json.text(object, "kind");
        List<String> wrong = Names.dns1035Label(kind.toLowerCase(Locale.ROOT));
        if (!kind.isEmpty() && !wrong.isEmpty()) {
            causes.invalid(
                    path + "kind", kind, "may have mixed case, but should otherwise match: " + String.join(",", wrong));
        }
        JsonNode metadata = object.path("metadata");
        MetaRules meta = new MetaRules(causes);
        String name = Json.text(metadata, "name");
        if (!name.isEmpty()) {
            causes.invalid(path + "metadata.name", name, Names.pathSegment(name));
        }
        meta.labels(metadata.path("labels"), path + "metadata.labels");
        meta.annotations(metadata.path("annotations"), path + "metadata.annotations");
    }
}
