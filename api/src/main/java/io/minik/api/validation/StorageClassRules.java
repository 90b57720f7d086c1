package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Who makes a class' volumes, with what parameters, and where. */
final class StorageClassRules {
    private static final int MOST_PARAMETERS = 512;

    private final Causes causes;

    StorageClassRules(Causes causes) {
        this.causes = causes;
    }

    void check(JsonNode storageClass) {
        String provisioner = Json.text(storageClass, "provisioner");
        if (!provisioner.isEmpty()) {
            causes.invalid("provisioner", provisioner, Names.qualifiedName(provisioner.toLowerCase(Locale.ROOT)));
        }
        JsonNode parameters = storageClass.path("parameters");
        if (parameters.size() > MOST_PARAMETERS) {
            causes.tooLong("parameters", MOST_PARAMETERS);
        }
        if (parameters.has("")) {
            causes.invalid("parameters", "", "field can not be empty.");
        }
        JsonNode topologies = storageClass.path("allowedTopologies");
        for (int at = 0; at < topologies.size(); at++) {
            topology(topologies.get(at), Causes.at("allowedTopologies", at) + ".matchLabelExpressions");
        }
    }

    private void topology(JsonNode term, String path) {
        Set<String> keys = new HashSet<>();
        JsonNode expressions = term.path("matchLabelExpressions");
        for (int at = 0; at < expressions.size(); at++) {
            String here = Causes.at(path, at);
            JsonNode values = expressions.get(at).path("values");
            if (values.isEmpty()) {
                causes.required(here + ".values");
            }
            Set<String> seen = new HashSet<>();
            for (int value = 0; value < values.size(); value++) {
                if (!seen.add(values.get(value).asText())) {
                    causes.duplicate(Causes.at(here + ".values", value), values.get(value));
                }
            }
            String key = Json.text(expressions.get(at), "key");
            if (!key.isEmpty()) {
                causes.invalid(here + ".key", key, Names.qualifiedName(key));
                if (!keys.add(key)) {
                    causes.duplicate(here + ".key", key);
                }
            }
        }
    }
}
