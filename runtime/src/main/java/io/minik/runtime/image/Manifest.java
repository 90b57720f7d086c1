package io.minik.runtime.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * OCI manifests, indexes and configs, and Docker's v2s2 twins, which have the same fields.
 *
 * @param config the image's config blob
 * @param layers lowest first
 */
record Manifest(Descriptor config, List<Descriptor> layers) {
    /** An index of all platforms with annotations has some thousand; each costs some 60 bytes of heap as a tree. */
    private static final int MAX_TOKENS = 200_000;

    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MAX_TOKENS)
                            .build())
                    .build())
            .build();

    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    /** What we say we can read; a registry converts or picks by this. */
    static final String ACCEPT = String.join(", ", OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST, "*/*");

    /** What registries must take at least, says the distribution spec; a manifest is a page of JSON. */
    static final int MAX_BYTES = 4 << 20;
    /** overlayfs takes 500 layers. */
    private static final int MAX_LAYERS = 500;

    /** @param architecture, os, variant empty where not said */
    record Descriptor(
            String mediaType,
            Digest digest,
            long size,
            String os,
            String architecture,
            String variant,
            Map<String, String> annotations) {}

    static JsonNode parse(byte[] bytes) throws IOException {
        JsonNode tree = JSON.readTree(bytes);
        if (tree == null || !tree.isObject()) {
            throw new IOException("not a JSON object where a manifest was expected");
        }
        return tree;
    }

    /** An index lists manifests; a manifest has a config. */
    static boolean isIndex(JsonNode tree) {
        return tree.path("manifests").isArray();
    }

    static Manifest of(JsonNode tree) throws IOException {
        if (tree.path("schemaVersion").asInt() == 1) {
            throw new IOException("image manifest version 2, schema 1 is not supported: push the image again");
        }
        if (!tree.path("config").isObject() || !tree.path("layers").isArray()) {
            throw new IOException("manifest has no config or no layers");
        }
        List<Descriptor> layers = new ArrayList<>();
        for (JsonNode layer : tree.path("layers")) {
            layers.add(descriptor(layer));
        }
        if (layers.size() > MAX_LAYERS) {
            throw new IOException("image has " + layers.size() + " layers, overlayfs takes " + MAX_LAYERS);
        }
        return new Manifest(descriptor(tree.path("config")), List.copyOf(layers));
    }

    static List<Descriptor> manifests(JsonNode index) {
        List<Descriptor> all = new ArrayList<>();
        index.path("manifests").forEach(item -> all.add(descriptor(item)));
        return all;
    }

    static Descriptor descriptor(JsonNode tree) {
        JsonNode platform = tree.path("platform");
        return new Descriptor(
                tree.path("mediaType").asText(""),
                Digest.parse(tree.path("digest").asText("")),
                tree.path("size").asLong(),
                platform.path("os").asText(""),
                platform.path("architecture").asText(""),
                platform.path("variant").asText(""),
                strings(tree.path("annotations")));
    }

    /** The manifest of an index that runs here: exact architecture first, then an older variant of it. */
    static Optional<Descriptor> select(List<Descriptor> manifests, String architecture) {
        Optional<Descriptor> best = Optional.empty();
        for (Descriptor candidate : manifests) {
            boolean runs =
                    candidate.os().equals("linux") && candidate.architecture().equals(architecture);
            // arm has v5 to v8; on amd64 a variant (v2, v3) may need a newer processor than this one.
            boolean plain = candidate.variant().isEmpty() || candidate.variant().equals("v8");
            if (runs && (best.isEmpty() || (plain && !best.get().variant().isEmpty()))) {
                best = Optional.of(candidate);
            }
        }
        return best;
    }

    /** This machine's architecture in Go's words, as images name it. */
    static String architecture() {
        String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            case "riscv64" -> "riscv64";
            default -> name.startsWith("arm") ? "arm" : name;
        };
    }

    static Map<String, String> strings(JsonNode tree) {
        Map<String, String> map = new LinkedHashMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> fields = tree.properties().iterator(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            map.put(field.getKey(), field.getValue().asText());
        }
        return map;
    }
}
