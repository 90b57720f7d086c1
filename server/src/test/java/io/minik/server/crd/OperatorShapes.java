package io.minik.server.crd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.patch.MergePatch;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Definitions in the kind and size of those that operators ship, from {@code inttest/crds/*.yaml}, whose schemas are in
 * {@link ShapeNotation}. As a program, {@code OperatorShapes FOLDER}, it writes what the scenario {@code crds} applies:
 * for each kind its definition, an object that is good, and those that are refused.
 */
final class OperatorShapes {
    private static final Path SAID = Path.of("inttest", "crds");
    private static final String CONDITION_COLUMNS = "Age date .metadata.creationTimestamp";

    private OperatorShapes() {}

    /**
     * A kind of an operator's.
     *
     * @param good an object that is taken
     * @param refused those that are not when they are made
     * @param updates merge patches of the good one that are refused
     */
    record Kind(ObjectNode definition, ObjectNode good, List<ObjectNode> refused, List<ObjectNode> updates) {
        String name() {
            return Json.text(definition, "metadata", "name");
        }

        String kind() {
            return Json.text(definition, "spec", "names", "kind");
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        for (Kind kind : all(Path.of(arguments[1]))) {
            Path of = Files.createDirectories(folder.resolve(kind.kind()));
            Files.write(of.resolve("definition.json"), Json.bytes(kind.definition()));
            Files.write(of.resolve("good.json"), Json.bytes(kind.good()));
            for (int at = 0; at < kind.refused().size(); at++) {
                Files.write(
                        of.resolve("refused-" + at + ".json"),
                        Json.bytes(kind.refused().get(at)));
            }
            for (int at = 0; at < kind.updates().size(); at++) {
                Files.write(
                        of.resolve("update-" + at + ".json"),
                        Json.bytes(kind.updates().get(at)));
            }
        }
    }

    /** @param root the repository's folder */
    static List<Kind> all(Path root) throws IOException {
        Map<String, Object> shapes = new TreeMap<>();
        ((Map<?, ?>) read(root.resolve(SAID).resolve("shapes.yaml")))
                .forEach((name, shape) -> shapes.put(name.toString(), shape));
        EmbeddedShapes embedded = new EmbeddedShapes();
        ShapeNotation strict = new ShapeNotation(shapes, embedded::of, true);
        ShapeNotation old = new ShapeNotation(shapes, embedded::of, false);
        List<Kind> kinds = new ArrayList<>();
        for (String family : List.of("certificates", "monitoring", "delivery", "mesh", "databases")) {
            for (Object said : (List<?>) read(root.resolve(SAID).resolve(family + ".yaml"))) {
                kinds.add(kind((Map<?, ?>) said, strict, old));
            }
        }
        return kinds;
    }

    private static Object read(Path file) throws IOException {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(200);
        return new Yaml(new SafeConstructor(options)).load(Files.readString(file));
    }

    private static Kind kind(Map<?, ?> said, ShapeNotation strict, ShapeNotation old) {
        ObjectNode definition = Json.object();
        String group = required(said, "group").toString();
        String kind = required(said, "kind").toString();
        String plural =
                said.containsKey("plural") ? said.get("plural").toString() : kind.toLowerCase(Locale.ROOT) + "s";
        definition.put("apiVersion", "apiextensions.k8s.io/v1").put("kind", "CustomResourceDefinition");
        definition
                .putObject("metadata")
                .put("name", plural + "." + group)
                .putObject("annotations")
                .put("controller-gen.shapes.example.com/version", "v0.1.0");
        ObjectNode spec = definition.putObject("spec").put("group", group);
        spec.put("scope", said.containsKey("scope") ? said.get("scope").toString() : "Namespaced");
        ObjectNode names = spec.putObject("names").put("kind", kind).put("plural", plural);
        names.put("singular", kind.toLowerCase(Locale.ROOT)).put("listKind", kind + "List");
        List<String> versions = strings(said, "versions", List.of("v1"));
        strings(said, "short", List.of())
                .forEach(word -> names.withArray("shortNames").add(word));
        strings(said, "categories", List.of())
                .forEach(word -> names.withArray("categories").add(word));
        if (said.containsKey("conversion")) {
            spec.putObject("conversion")
                    .put("strategy", "Webhook")
                    .putObject("webhook")
                    .set("conversionReviewVersions", Json.array().add("v1"));
        }
        for (int at = 0; at < versions.size(); at++) {
            boolean stored = at == versions.size() - 1;
            ObjectNode version = version(said, stored ? strict : old, versions.get(at), stored);
            spec.withArray("versions").add(version);
        }
        ObjectNode good =
                object(said, group + "/" + versions.get(versions.size() - 1), "good", node(required(said, "good")));
        List<ObjectNode> refused = new ArrayList<>();
        for (Object patch : (List<?>) required(said, "bad")) {
            String name = "bad-" + refused.size();
            JsonNode changed = MergePatch.apply((ObjectNode) good.path("spec").deepCopy(), node(patch));
            refused.add(object(said, Json.text(good, "apiVersion"), name, changed));
        }
        List<ObjectNode> updates = new ArrayList<>();
        if (said.get("update") instanceof List<?> patches) {
            patches.forEach(patch -> updates.add((ObjectNode) Json.object().set("spec", node(patch))));
        }
        return new Kind(definition, good, refused, updates);
    }

    private static ObjectNode object(Map<?, ?> said, String apiVersion, String name, JsonNode spec) {
        ObjectNode object = Json.object()
                .put("apiVersion", apiVersion)
                .put("kind", required(said, "kind").toString());
        object.putObject("metadata").put("name", name);
        object.set("spec", spec);
        return object;
    }

    private static Object required(Map<?, ?> said, String key) {
        Object value = said.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no " + key + " in " + said);
        }
        return value;
    }

    private static JsonNode node(@Nullable Object value) {
        return Json.MAPPER.valueToTree(value);
    }

    private static List<String> strings(Map<?, ?> said, String key, List<String> otherwise) {
        return said.get(key) instanceof List<?> list
                ? list.stream().map(Object::toString).toList()
                : otherwise;
    }

    private static ObjectNode version(Map<?, ?> said, ShapeNotation notation, String name, boolean stored) {
        ObjectNode version = Json.object().put("name", name).put("served", true).put("storage", stored);
        if (!stored) {
            version.put("deprecated", true);
        }
        ObjectNode schema = version.putObject("schema").putObject("openAPIV3Schema");
        schema.put("type", "object");
        schema.put("description", said.get("kind") + " is what its operator's users write.");
        notation.field(schema, "apiVersion", "string");
        notation.field(schema, "kind", "string");
        schema.withObject("/properties").putObject("metadata").put("type", "object");
        said.forEach((key, value) -> {
            if (key.equals("spec") || key.equals("spec!") || key.equals("status")) {
                notation.field(schema, key.toString(), value);
            } else if (key.equals("root")) {
                ((Map<?, ?>) value).forEach((field, inner) -> notation.field(schema, field.toString(), inner));
            } else if (key.equals("defaults")) {
                ((Map<?, ?>) value).forEach((field, inner) -> ((ObjectNode)
                                Json.at(schema, "properties", "spec", "properties", field.toString()))
                        .set("default", node(inner)));
            } else if (key.equals("statusDefault")) {
                ((ObjectNode) Json.at(schema, "properties", "status")).set("default", node(value));
            }
        });
        columns(version, strings(said, "columns", List.of(CONDITION_COLUMNS)));
        if (said.containsKey("status")) {
            version.putObject("subresources").putObject("status");
        }
        List<String> scale = strings(said, "scale", List.of());
        if (!scale.isEmpty()) {
            ObjectNode paths = version.withObject("/subresources").putObject("scale");
            paths.put("specReplicasPath", scale.get(0)).put("statusReplicasPath", scale.get(1));
            if (scale.size() > 2) {
                paths.put("labelSelectorPath", scale.get(2));
            }
        }
        strings(said, "select", List.of())
                .forEach(path ->
                        version.withArray("selectableFields").addObject().put("jsonPath", path));
        return version;
    }

    /** @param columns name, type, path and perhaps a priority of each; a name may be of several words */
    private static void columns(ObjectNode version, List<String> columns) {
        ArrayNode list = version.putArray("additionalPrinterColumns");
        for (String column : columns) {
            String said = column.matches(".* \\d+") ? column.substring(0, column.lastIndexOf(' ')) : column;
            int path = said.indexOf(" .");
            int type = said.lastIndexOf(' ', path - 1);
            ObjectNode node = list.addObject().put("name", said.substring(0, type));
            node.put("type", said.substring(type + 1, path)).put("jsonPath", said.substring(path + 1));
            if (said.length() < column.length()) {
                node.put("priority", Integer.parseInt(column.substring(said.length() + 1)));
            }
        }
    }

    /** Its bytes as a user has them. */
    static byte[] bytes(JsonNode object) {
        return object.toString().getBytes(StandardCharsets.UTF_8);
    }
}
