package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Status.Cause;
import io.minik.api.schema.Structural;
import java.util.List;
import java.util.Map;

/** A default must be a value that its own schema takes, and says nothing that would be pruned. */
final class SchemaDefaultRules {

    private final Causes causes;
    private final boolean pruned;

    /** @param pruned whether unknown fields are told */
    SchemaDefaultRules(Causes causes, boolean pruned) {
        this.causes = causes;
        this.pruned = pruned;
    }

    /** @param schema structural; of an object of a kind */
    void check(JsonNode schema, String path) {
        if (SchemaWords.any(schema, each -> SchemaWords.present(each, "default"))) {
            node(Structural.of(schema), true, false, path);
        }
    }

    static boolean hasUnpruned(JsonNode schema) {
        return SchemaWords.any(
                schema,
                each -> SchemaWords.present(each, "default")
                        && Structural.of(each).prunes(each.path("default")));
    }

    private void node(Structural schema, boolean resource, boolean head, String path) {
        schema.fallback().ifPresent(value -> {
            if (pruned && !head && schema.prunes(value)) {
                causes.invalid(path + ".default", value, "must not have unknown fields");
            }
            Causes own = new Causes().addAll(StructuralRules.ofValue(schema, value));
            if (own.isEmpty()) {
                ExpressionRules.checkDefault(schema, value, own);
            }
            for (Cause cause : own.list()) {
                causes.addAll(List.of(new Cause(
                        cause.reason(), cause.message(), StructuralRules.below(path + ".default", cause.field()))));
            }
        });
        // Below additionalProperties no default counts.
        schema.items().ifPresent(items -> node(items, items.embedded(), head, path + ".items"));
        for (Map.Entry<String, Structural> entry : schema.properties().entrySet()) {
            boolean below = (!schema.embedded() && head) || (resource && Structural.HEADS.contains(entry.getKey()));
            node(entry.getValue(), entry.getValue().embedded(), below, Causes.at(path + ".properties", entry.getKey()));
        }
    }
}
