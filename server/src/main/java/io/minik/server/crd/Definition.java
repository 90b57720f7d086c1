package io.minik.server.crd;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.AddedKind.ScalePaths;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.PackedSchema;
import io.minik.ground.json.Json;
import io.minik.server.table.TableKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a CustomResourceDefinition says that is to be served. Pure. */
final class Definition {
    static final Resource RESOURCE =
            new Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false);

    private final KubeObject object;
    private final JsonNode spec;
    private final JsonNode accepted;

    /** @param accepted the names that it has got, as in its status */
    Definition(KubeObject object, JsonNode accepted) {
        this.object = object;
        this.spec = object.at("spec");
        this.accepted = accepted;
    }

    /** What its rows follow from, besides the kinds that are built in. */
    record Source(String uid, long generation, JsonNode accepted, boolean versioned, boolean deleting) {}

    Source source() {
        return new Source(
                object.uid(),
                object.meta().generation(),
                accepted,
                versioned(),
                object.meta().deleting());
    }

    /** One row for each version that is served. @param kinds those that are built in keep what is theirs */
    List<KindRow> rows(Kinds kinds) {
        Resource stored = resource(storage());
        List<KindRow> rows = new ArrayList<>();
        for (JsonNode version : served()) {
            Resource resource = resource(version);
            boolean ours = kinds.find(resource.apiVersion(), resource.plural())
                    .map(row -> row.added().isPresent())
                    .orElse(true);
            if (ours) {
                rows.add(kind(version, resource, stored).row(kinds.now()));
            }
        }
        return rows;
    }

    /** How each of its versions is printed. */
    Map<Resource, TableKind> tables() {
        Map<Resource, TableKind> tables = new LinkedHashMap<>();
        for (JsonNode version : served()) {
            tables.put(resource(version), CustomTable.of(Json.items(version, "additionalPrinterColumns")));
        }
        return tables;
    }

    /** Objects of a version that is served no more can be deleted all the same. */
    private List<JsonNode> served() {
        List<JsonNode> served = Json.items(spec, "versions").stream()
                .filter(version -> Json.bool(version, "served"))
                .toList();
        return served.isEmpty() && object.meta().deleting() ? List.of(storage()) : served;
    }

    private JsonNode storage() {
        List<JsonNode> versions = Json.items(spec, "versions");
        return versions.stream()
                .filter(version -> Json.bool(version, "storage"))
                .findFirst()
                .orElseGet(() -> versions.get(0));
    }

    private Resource resource(JsonNode version) {
        return new Resource(
                Json.text(spec, "group"),
                Json.text(version, "name"),
                Json.text(accepted, "plural"),
                Json.text(accepted, "kind"),
                Json.text(spec, "scope").equals("Namespaced"));
    }

    private boolean versioned() {
        return object.meta().generation() > 1
                || spec.path("versions").size() > 1
                || object.at("status", "storedVersions").size() > 1;
    }

    private static Optional<String> deprecation(JsonNode version, Resource resource) {
        return Json.bool(version, "deprecated")
                ? Optional.of(Json.textOr(
                        resource.apiVersion() + " " + resource.kind() + " is deprecated",
                        version,
                        "deprecationWarning"))
                : Optional.empty();
    }

    private AddedKind kind(JsonNode version, Resource resource, Resource stored) {
        JsonNode parts = version.path("subresources");
        JsonNode scale = parts.path("scale");
        Optional<ScalePaths> paths = scale.isMissingNode()
                ? Optional.empty()
                : Optional.of(new ScalePaths(
                        ScalePaths.path(Json.text(scale, "specReplicasPath")),
                        ScalePaths.path(Json.text(scale, "statusReplicasPath")),
                        ScalePaths.path(Json.text(scale, "labelSelectorPath"))));
        JsonNode schema = Json.at(version, "schema", "openAPIV3Schema");
        return new AddedKind(
                resource,
                new AddedKind.Words(
                        Json.text(accepted, "singular"),
                        Json.textOr(Json.text(accepted, "kind") + "List", accepted, "listKind"),
                        Json.stringList(accepted, "shortNames"),
                        Json.stringList(accepted, "categories")),
                stored,
                PackedSchema.of(schema.isObject() ? schema : Json.object()),
                parts.has("status"),
                paths,
                new AddedKind.Versions(versioned(), conversion()),
                object.meta().deleting(),
                deprecation(version, resource),
                Json.items(version, "selectableFields").stream()
                        .map(field -> Json.text(field, "jsonPath").replaceFirst("^\\.", ""))
                        .toList());
    }

    private Optional<AddedKind.Conversion> conversion() {
        JsonNode conversion = spec.path("conversion");
        return Json.text(conversion, "strategy").equals("Webhook")
                ? Optional.of(new AddedKind.Conversion(object.name(), conversion.path("webhook")))
                : Optional.empty();
    }
}
