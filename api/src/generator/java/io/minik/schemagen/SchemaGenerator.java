package io.minik.schemagen;

import io.minik.schemagen.Graph.Edge;
import io.minik.schemagen.Graph.Node;
import io.minik.schemagen.Kinds.Kind;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes schema.bin and schema-docs.bin from the sources of client-java-proto and client-java-api.
 *
 * <p>schema.bin: magic, strings, types (name, form, flags, fields), kinds; all numbers are varints, all words indexes
 * into the strings. schema-docs.bin: per type, its description and one per field, in schema.bin's order.
 */
public final class SchemaGenerator {
    private static final int MAGIC = 0x4d4b5331; // MKS1
    private static final List<String> META_ROOTS = List.of(
            "Status", "DeleteOptions", "APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "WatchEvent", "Patch",
            "PartialObjectMetadataList");
    /** Answered, and of no published model: its JSON names are its protobuf's. Version 2beta1 has the same numbers. */
    private static final String DISCOVERY = "k8s.io.api.apidiscovery.v2.APIGroupDiscoveryList";

    private final Map<String, Integer> strings = new LinkedHashMap<>();

    /** Arguments: proto sources jar, api sources jar, output folder. */
    public static void main(String[] args) throws IOException {
        Map<String, Message> messages = ProtoSources.read(Path.of(args[0]));
        Aggregator.add(messages);
        ModelSources sources = ModelSources.read(Path.of(args[1]));
        List<Kind> kinds = new ArrayList<>(Kinds.of(sources.operations));
        kinds.removeIf(kind -> kind.kind.isEmpty());
        Graph graph = new Graph(messages, sources.models);
        Map<Kind, String> types = new LinkedHashMap<>();
        for (Kind kind : kinds) {
            String message = graph.message(kind.group, kind.version, kind.kind);
            types.put(kind, graph.node(message, kind.model).name);
            if (kind.verbs.contains("list")) {
                String list = message + "List";
                graph.node(list, kind.model + "List");
            }
        }
        for (String root : List.of("k8s.io.api.autoscaling.v1.Scale", "k8s.io.api.policy.v1.Eviction")) {
            graph.node(root, graph.guess(root));
        }
        graph.node("k8s.io.api.authentication.v1.TokenRequest", "AuthenticationV1TokenRequest");
        for (String root : META_ROOTS) {
            String name = "k8s.io.apimachinery.pkg.apis.meta.v1." + root;
            graph.node(name, graph.guess(name));
        }
        graph.node(DISCOVERY, "");
        if (!graph.problems.isEmpty()) {
            throw new IllegalStateException("messages and models disagree:\n  " + String.join("\n  ", graph.problems));
        }
        Path out = Path.of(args[2]);
        Files.createDirectories(out);
        Files.write(out.resolve("schema.bin"), new SchemaGenerator().schema(graph, types));
        Files.write(out.resolve("schema-docs.bin"), docs(graph.types.values()));
    }

    private byte[] schema(Graph graph, Map<Kind, String> kinds) throws IOException {
        Map<String, Integer> typeIndexes = Graph.indexes(graph.types.keySet());
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        number(body, graph.types.size());
        for (Node node : graph.types.values()) {
            word(body, node.name);
            number(body, node.form);
            number(body, node.atomic ? 1 : 0);
            number(body, node.edges.size());
            for (Edge edge : node.edges) {
                field(body, edge, typeIndexes);
            }
        }
        number(body, kinds.size());
        for (Map.Entry<Kind, String> entry : kinds.entrySet()) {
            kind(body, entry.getKey(), typeIndexes.get(entry.getValue()));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        number(out, strings.size());
        for (String word : strings.keySet()) {
            out.writeUTF(word);
        }
        body.writeTo(out);
        return bytes.toByteArray();
    }

    private void field(java.io.OutputStream out, Edge edge, Map<String, Integer> types) throws IOException {
        Message.Field field = edge.field();
        word(out, edge.json());
        number(out, field.number());
        int shape = List.of("optional", "repeated", "map").indexOf(field.label());
        number(out, Graph.KINDS.indexOf(edge.kind()) * 3 + shape);
        number(out, edge.type().isEmpty() ? 0 : types.get(edge.type()) + 1);
        String defaultJson = field.marker("default");
        String listType = field.marker("listType");
        String mapType = field.marker("mapType");
        String structType = field.marker("structType");
        boolean atomic = mapType.equals("atomic") || structType.equals("atomic") || (shape == 1 && listType.equals("atomic"));
        List<String> keys = field.markers("listMapKey");
        String patchKey = field.marker("patchMergeKey");
        String strategy = field.marker("patchStrategy");
        boolean deprecated = field.docs().toLowerCase(java.util.Locale.ROOT).startsWith("deprecated");
        number(out, flag(edge.required(), 1) | flag(edge.inline(), 2) | flag(atomic, 4)
                | flag(listType.equals("set"), 8) | flag(listType.equals("map"), 16)
                | flag(strategy.contains("merge"), 32) | flag(strategy.contains("retainKeys"), 64)
                | flag(!patchKey.isEmpty(), 128) | flag(!defaultJson.isEmpty(), 256) | flag(!keys.isEmpty(), 512)
                | flag(deprecated, 1024));
        if (!patchKey.isEmpty()) {
            word(out, patchKey);
        }
        if (!defaultJson.isEmpty()) {
            word(out, defaultJson);
        }
        if (!keys.isEmpty()) {
            number(out, keys.size());
            for (String key : keys) {
                word(out, key);
            }
        }
    }

    private void kind(java.io.OutputStream out, Kind kind, int type) throws IOException {
        word(out, kind.group);
        word(out, kind.version);
        word(out, kind.plural);
        word(out, kind.kind);
        number(out, kind.namespaced ? 1 : 0);
        number(out, verbs(kind.verbs));
        number(out, type);
        number(out, kind.subs.size());
        for (Map.Entry<String, Kinds.Sub> entry : new TreeMap<>(kind.subs).entrySet()) {
            Kinds.Sub sub = entry.getValue();
            word(out, entry.getKey());
            word(out, sub.group);
            word(out, sub.version);
            word(out, sub.kind.isEmpty() ? kind.kind : sub.kind);
            number(out, verbs(sub.verbs));
        }
    }

    private static int verbs(Collection<String> verbs) {
        int bits = 0;
        for (String verb : verbs) {
            bits |= 1 << Kinds.VERBS.indexOf(verb);
        }
        return bits;
    }

    private static byte[] docs(Collection<Node> nodes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (Node node : nodes) {
            out.writeUTF(node.docs);
            for (Edge edge : node.edges) {
                out.writeUTF(edge.docs());
            }
        }
        return bytes.toByteArray();
    }

    private static int flag(boolean set, int bit) {
        return set ? bit : 0;
    }

    private void word(java.io.OutputStream out, String word) throws IOException {
        Integer index = strings.computeIfAbsent(word, key -> strings.size());
        number(out, index);
    }

    private static void number(java.io.OutputStream out, int value) throws IOException {
        int rest = value;
        while (rest >= 0x80) {
            out.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    private SchemaGenerator() {}
}
