package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CelType;
import io.minik.api.cel.CompileFault;
import io.minik.api.cel.Decl;
import io.minik.api.cel.Program;
import io.minik.api.schema.Structural;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The x-kubernetes-validations of one schema node, compiled: once, when the first value is held against them, or when their
 * definition is checked.
 *
 * @param decl of the node's values; empty if expressions see nothing of them
 */
record Expressions(Optional<Decl> decl, List<Rule> rules) {
    static final String WORD = "x-kubernetes-validations";
    static final String SELF = "self";
    static final String OLD_SELF = "oldSelf";

    /**
     * @param program empty if there is a fault instead, or nothing at all is said
     * @param fieldPath below the value, as errors name it; empty for the value itself
     */
    record Rule(
            JsonNode said,
            Optional<Program> program,
            String fault,
            Optional<Program> message,
            String messageFault,
            String fieldPath) {
        /** Transition rules are of an update alone. */
        boolean transition() {
            return program.map(found -> found.uses(OLD_SELF)).orElse(false);
        }

        boolean optionalOldSelf() {
            return Json.bool(said, "optionalOldSelf");
        }

        /** How errors call it. */
        String name() {
            return Json.textOr(Json.text(said, "rule"), said, "message").strip();
        }
    }

    /** Kept with the schema. @param schema of an object of a kind, at its root */
    static Expressions ofRoot(Structural schema) {
        return of(schema.source(), true);
    }

    static Expressions ofPart(Structural schema) {
        return of(schema.source(), schema.embedded());
    }

    static Expressions of(JsonNode schema, boolean resource) {
        if (schema.path(WORD).isEmpty()) {
            return new Expressions(Optional.empty(), List.of());
        }
        Optional<Decl> decl = Decl.of(schema, resource);
        List<Rule> rules = new ArrayList<>();
        for (JsonNode said : schema.path(WORD)) {
            rules.add(rule(schema, said, decl.orElse(Decl.DYN)));
        }
        return new Expressions(decl, rules);
    }

    private static Rule rule(JsonNode schema, JsonNode said, Decl decl) {
        boolean optional = Json.bool(said, "optionalOldSelf");
        CelEnvironment environment =
                CelEnvironment.of(Map.of(SELF, decl, OLD_SELF, optional ? Decl.optional(decl) : decl));
        Optional<Program> program = Optional.empty();
        String fault = "";
        Optional<Program> message = Optional.empty();
        String messageFault = "";
        try {
            program = compiled(environment, Json.text(said, "rule"));
            if (program.isPresent() && !program.get().type().equals(CelType.BOOL)) {
                program = Optional.empty();
                fault = "cel expression must evaluate to a bool";
            }
        } catch (CompileFault e) {
            fault = e.told();
        }
        try {
            message = compiled(environment, Json.text(said, "messageExpression"));
            if (message.isPresent() && !message.get().type().equals(CelType.STRING)) {
                message = Optional.empty();
                messageFault = "messageExpression must evaluate to a string";
            }
        } catch (CompileFault e) {
            messageFault = "messageExpression compilation failed: " + e.words();
        }
        return new Rule(said, program, fault, message, messageFault, fieldPath(schema, said));
    }

    private static Optional<Program> compiled(CelEnvironment environment, String expression) throws CompileFault {
        return expression.isBlank() ? Optional.empty() : Optional.of(environment.compile(expression));
    }

    private static String fieldPath(JsonNode schema, JsonNode said) {
        String path = Json.text(said, "fieldPath");
        try {
            return path.isEmpty() ? "" : SchemaPath.of(path, schema, true).text();
        } catch (SchemaPath.Wrong e) {
            // It was told when the definition was checked.
            return "";
        }
    }
}
