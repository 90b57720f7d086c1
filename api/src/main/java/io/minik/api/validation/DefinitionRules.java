package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.api.validation.ApiApproval.State;
import io.minik.api.validation.DefinitionSchemaRules.Tolerance;
import io.minik.api.validation.DefinitionShape.Part;
import io.minik.ground.json.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * CustomResourceDefinitions (apiextensions' pkg/apis/apiextensions/validation). What a stored definition already gets wrong
 * stays allowed where upstream became stricter with time.
 */
final class DefinitionRules {
    static final String RESOURCE = "customresourcedefinitions.apiextensions.k8s.io";

    private static final List<String> COLUMN_TYPES = List.of("boolean", "date", "integer", "number", "string");
    private static final List<String> COLUMN_FORMATS =
            List.of("byte", "date", "date-time", "double", "float", "int32", "int64", "password");
    private static final int LONGEST_WARNING = 256;

    private final Causes causes;

    DefinitionRules(Causes causes) {
        this.causes = causes;
    }

    void check(JsonNode definition, Optional<? extends JsonNode> old, String subresource) {
        names(Json.at(definition, "status", "acceptedNames"), "status.acceptedNames");
        if (!subresource.isEmpty()) {
            return;
        }
        JsonNode spec = definition.path("spec");
        boolean leaving =
                !Json.text(definition, "metadata", "deletionTimestamp").isEmpty();
        if (leaving && old.map(before -> before.path("spec").equals(spec)).orElse(false)) {
            // One that was stored before these rules were must be able to lose its finalizer.
            return;
        }
        String expected = Json.text(spec, "names", "plural") + "." + Json.text(spec, "group");
        String name = Json.text(definition, "metadata", "name");
        if (old.isEmpty() && !name.equals(expected)) {
            causes.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        }
        spec(spec, old.map(before -> before.path("spec")));
        old.ifPresent(before -> update(spec, before));
        storedVersions(Json.at(definition, "status", "storedVersions"), new DefinitionShape(spec).versions());
        approval(definition, old);
        boolean kept = old.map(before -> Json.bool(before, "spec", "preserveUnknownFields"))
                .orElse(false);
        if (Json.bool(spec, "preserveUnknownFields") && !kept) {
            causes.invalid(
                    "spec.preserveUnknownFields",
                    spec.path("preserveUnknownFields"),
                    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema"
                            + " instead");
        }
    }

    private void spec(JsonNode spec, Optional<JsonNode> old) {
        group(Json.text(spec, "group"));
        String scope = Json.text(spec, "scope");
        if (scope.isEmpty()) {
            causes.required("spec.scope");
        } else if (!scope.equals("Cluster") && !scope.equals("Namespaced")) {
            causes.unsupported("spec.scope", scope, List.of("Cluster", "Namespaced"));
        }
        DefinitionShape shape = new DefinitionShape(spec);
        versions(shape);
        for (String field : List.of("plural", "singular", "kind", "listKind")) {
            if (Json.text(spec, "names", field).isEmpty()) {
                causes.required("spec.names." + field);
            }
        }
        names(spec.path("names"), "spec.names");
        Tolerance tolerance = tolerance(old);
        for (Part schema : shape.schemas()) {
            JsonNode root = schema.value().path("openAPIV3Schema");
            if (root.isObject()) {
                new DefinitionSchemaRules(causes, tolerance)
                        .check(
                                root,
                                shape.hasStatus(schema),
                                unchanged(schema, old),
                                schema.path() + ".openAPIV3Schema");
            }
        }
        shape.subresources().forEach(part -> scale(part.value().path("scale"), part.path() + ".scale."));
        for (Part part : shape.columns()) {
            for (int at = 0; at < part.value().size(); at++) {
                column(part.value().get(at), Causes.at(part.path(), at));
            }
        }
        for (Part part : shape.selectableFields()) {
            List<JsonNode> schemas = shape.schemasOf(part);
            new SelectableFieldRules(causes).check(part.value(), schemas, part.path());
        }
        conversion(spec.path("conversion"), old.map(before -> before.path("conversion")));
    }

    private static boolean unchanged(Part schema, Optional<JsonNode> old) {
        return old.map(before -> new DefinitionShape(before)
                        .versions().stream()
                                .anyMatch(version -> version.path("schema").equals(schema.value())))
                .orElse(false);
    }

    private void group(String group) {
        List<String> wrong = Names.dns1123Subdomain(group);
        if (group.isEmpty()) {
            causes.required("spec.group");
        } else if (!wrong.isEmpty()) {
            causes.invalid("spec.group", group, String.join(",", wrong));
        } else if (!group.contains(".")) {
            causes.invalid("spec.group", group, "should be a domain with at least one dot");
        }
    }

    private void versions(DefinitionShape shape) {
        List<JsonNode> versions = shape.versions();
        Set<String> seen = new HashSet<>();
        int stored = 0;
        for (int at = 0; at < versions.size(); at++) {
            JsonNode version = versions.get(at);
            String path = Causes.at("spec.versions", at);
            String name = Json.text(version, "name");
            seen.add(name);
            stored += Json.bool(version, "storage") ? 1 : 0;
            if (!version.path("schema").path("openAPIV3Schema").isObject()) {
                causes.required(path + ".schema.openAPIV3Schema", "schemas are required");
            }
            label(name, path + ".name", "");
            deprecation(version, path + ".deprecationWarning");
        }
        JsonNode list = shape.spec().path("versions");
        if (seen.size() < versions.size()) {
            causes.invalid("spec.versions", list, "must contain unique version names");
        }
        if (stored != 1) {
            causes.invalid("spec.versions", list, "must have exactly one version marked as storage version");
        }
    }

    private void deprecation(JsonNode version, String path) {
        if (!version.path("deprecationWarning").isTextual()) {
            return;
        }
        String warning = Json.text(version, "deprecationWarning");
        if (!Json.bool(version, "deprecated")) {
            causes.invalid(path, warning, "can only be set for deprecated versions");
            return;
        }
        if (Json.bytes(version.path("deprecationWarning")).length - 2 > LONGEST_WARNING) {
            causes.invalid(path, warning, "must be <= 256 characters long");
        }
        if (warning.isEmpty()) {
            causes.invalid(path, warning, "must not be an empty string");
        }
        for (int at = 0; at < warning.length(); at++) {
            if (Character.isISOControl(warning.charAt(at)) || !Character.isDefined(warning.charAt(at))) {
                causes.invalid(
                        path,
                        warning,
                        "must only contain printable UTF-8 characters; non-printable character found at index " + at);
                break;
            }
        }
    }

    private void names(JsonNode names, String path) {
        String mixed = "may have mixed case, but should otherwise match: ";
        for (String field : List.of("plural", "singular", "kind", "listKind")) {
            String name = Json.text(names, field);
            boolean kind = field.equals("kind") || field.equals("listKind");
            if (!name.isEmpty()) {
                label(name, path + "." + field, kind ? mixed : "");
            }
        }
        String kind = Json.text(names, "kind");
        if (!kind.isEmpty() && kind.equals(Json.text(names, "listKind"))) {
            causes.invalid(path + ".listKind", kind, "kind and listKind may not be the same");
        }
        for (String field : List.of("shortNames", "categories")) {
            List<String> words = Json.stringList(names, field);
            for (int at = 0; at < words.size(); at++) {
                label(words.get(at), Causes.at(path + "." + field, at), "");
            }
        }
    }

    /** @param mixed what is said before what is wrong, if its case does not count */
    private void label(String name, String path, String mixed) {
        List<String> wrong = Names.dns1035Label(mixed.isEmpty() ? name : name.toLowerCase(Locale.ROOT));
        if (!wrong.isEmpty()) {
            causes.invalid(path, name, mixed + String.join(",", wrong));
        }
    }

    private void scale(JsonNode scale, String path) {
        if (!scale.isObject()) {
            return;
        }
        scalePath(scale, path, "specReplicasPath", List.of(".spec"));
        scalePath(scale, path, "statusReplicasPath", List.of(".status"));
        if (!Json.text(scale, "labelSelectorPath").isEmpty()) {
            scalePath(scale, path, "labelSelectorPath", List.of(".spec", ".status"));
        }
    }

    private void scalePath(JsonNode scale, String path, String field, List<String> below) {
        String value = Json.text(scale, field);
        if (value.isEmpty()) {
            causes.required(path + field);
        } else if (simplePath(value, path + field)
                && below.stream().noneMatch(start -> value.startsWith(start + "."))) {
            String either = below.size() > 1 ? "either " : "";
            causes.invalid(path + field, value, "should be a json path under " + either + String.join(" or ", below));
        }
    }

    private boolean simplePath(String value, String path) {
        if (!value.startsWith(".")) {
            causes.invalid(path, value, "must be a simple json path starting with .");
        }
        return value.startsWith(".");
    }

    private void column(JsonNode column, String path) {
        if (Json.text(column, "name").isEmpty()) {
            causes.required(path + ".name");
        }
        String type = Json.text(column, "type");
        String types = "must be one of " + String.join(",", COLUMN_TYPES);
        if (type.isEmpty()) {
            causes.required(path + ".type", types);
        } else if (!COLUMN_TYPES.contains(type)) {
            causes.invalid(path + ".type", type, types);
        }
        String format = Json.text(column, "format");
        if (!format.isEmpty() && !COLUMN_FORMATS.contains(format)) {
            causes.invalid(path + ".format", format, "must be one of " + String.join(",", COLUMN_FORMATS));
        }
        // Upstream's internal name of the field.
        if (Json.text(column, "jsonPath").isEmpty()) {
            causes.required(path + ".JSONPath");
        } else {
            simplePath(Json.text(column, "jsonPath"), path + ".JSONPath");
        }
    }

    private void conversion(JsonNode conversion, Optional<JsonNode> old) {
        if (!conversion.isObject()) {
            return;
        }
        String path = "spec.conversion.";
        String strategy = Json.text(conversion, "strategy");
        JsonNode client = Json.at(conversion, "webhook", "clientConfig");
        List<String> reviews = Json.stringList(conversion, "webhook", "conversionReviewVersions");
        if (strategy.isEmpty()) {
            causes.required(path + "strategy");
        } else if (!strategy.equals("None") && !strategy.equals("Webhook")) {
            causes.unsupported(path + "strategy", strategy, List.of("None", "Webhook"));
        }
        if (!strategy.equals("Webhook")) {
            String why = "should not be set when strategy is not set to Webhook";
            if (client.isObject()) {
                causes.forbidden(path + "webhookClientConfig", why);
            }
            if (!reviews.isEmpty()) {
                causes.forbidden(path + "conversionReviewVersions", why);
            }
            return;
        }
        if (client.isObject()) {
            new WebhookRules(causes).client(path + "webhookClientConfig", client);
        } else {
            causes.required(path + "webhookClientConfig", "required when strategy is set to Webhook");
        }
        boolean recognized = old.map(before -> Json.stringList(before, "webhook", "conversionReviewVersions"))
                .map(before -> before.isEmpty() || before.stream().anyMatch(WebhookRules.REVIEWS::contains))
                .orElse(true);
        new WebhookRules(causes)
                .reviews(
                        path + "conversionReviewVersions",
                        Json.at(conversion, "webhook", "conversionReviewVersions"),
                        "",
                        recognized);
    }

    private void update(JsonNode spec, JsonNode old) {
        boolean established = Json.items(old, "status", "conditions").stream()
                .anyMatch(condition -> Json.text(condition, "type").equals("Established")
                        && Json.text(condition, "status").equals("True"));
        List<List<String>> kept = established
                ? List.of(List.of("scope"), List.of("names", "kind"), List.of("group"), List.of("names", "plural"))
                : List.of(List.of("group"), List.of("names", "plural"));
        for (List<String> field : kept) {
            String[] steps = field.toArray(String[]::new);
            JsonNode now = Json.at(spec, steps);
            if (!now.equals(Json.at(old.path("spec"), steps))) {
                causes.immutable("spec." + String.join(".", field), now);
            }
        }
    }

    private void storedVersions(JsonNode stored, List<JsonNode> versions) {
        String path = "status.storedVersions";
        if (stored.isEmpty()) {
            causes.invalid(path, stored, "must have at least one stored version");
            return;
        }
        Map<String, Integer> left = new HashMap<>();
        for (int at = 0; at < stored.size(); at++) {
            left.put(stored.get(at).asText(), at);
        }
        for (JsonNode version : versions) {
            String name = Json.text(version, "name");
            boolean known = left.remove(name) != null;
            if (Json.bool(version, "storage") && !known) {
                causes.invalid(path, stored, "must have the storage version " + name);
            }
        }
        left.forEach((name, at) -> causes.invalid(
                Causes.at(path, at),
                name,
                "missing from spec.versions; %1$s was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in %1$s and removes %1$s from status.storedVersions"
                        .formatted(name)));
    }

    private void approval(JsonNode definition, Optional<? extends JsonNode> old) {
        if (!ApiApproval.isProtected(Json.text(definition, "spec", "group"))) {
            return;
        }
        ApiApproval now = ApiApproval.of(definition);
        if (old.isPresent() && ApiApproval.of(old.get()).state() == now.state()) {
            return;
        }
        String path = Causes.at("metadata.annotations", ApiApproval.ANNOTATION);
        if (now.state() == State.MISSING) {
            causes.required(path, now.message());
        } else if (now.state() == State.INVALID) {
            causes.invalid(
                    path,
                    Json.text(definition.path("metadata").path("annotations"), ApiApproval.ANNOTATION),
                    now.message());
        }
    }

    /** What the stored definition gets wrong already. */
    private static Tolerance tolerance(Optional<JsonNode> old) {
        if (old.isEmpty()) {
            return Tolerance.NONE;
        }
        List<JsonNode> schemas = new DefinitionShape(old.get())
                .schemas().stream()
                        .map(part -> part.value().path("openAPIV3Schema"))
                        .filter(JsonNode::isObject)
                        .toList();
        Predicate<Predicate<JsonNode>> any = wrong -> schemas.stream().anyMatch(wrong);
        return new Tolerance(
                any.test(DefinitionSchemaRules::hasWrongTypes),
                Json.bool(old.get(), "preserveUnknownFields")
                        && any.test(schema ->
                                !StructuralSchemaRules.violations(schema, "").isEmpty()),
                any.test(SchemaDefaultRules::hasUnpruned),
                any.test(ListTypeRules::hasWrongSets),
                any.test(ListTypeRules::hasWrongMapKeys));
    }
}
