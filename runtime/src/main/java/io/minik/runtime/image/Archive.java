package io.minik.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.snapshot.TarEntry;
import io.minik.runtime.snapshot.TarReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads an archive of images: an OCI layout, or what docker save writes, as tar or tar.gz. Two passes over the file, in
 * whatever order its members come: the first takes the JSON, the second streams the layers that are missing; nothing is
 * spooled. Blocking; used once.
 */
final class Archive {
    /** Small members kept from the first pass: manifests and configs. */
    private static final int MAX_JSON_BYTES = 4 << 20;
    /** All of them together: a bundle of some hundred images. */
    private static final long MAX_JSON_TOTAL = 16L << 20;
    /** A bundle of some hundred images has some thousand members; their names are kept. */
    private static final int MAX_MEMBERS = 20_000;

    private static final int MAX_NAME_BYTES = 4096;

    private static final String NAME_ANNOTATION = "io.containerd.image.name";
    private static final String REF_ANNOTATION = "org.opencontainers.image.ref.name";

    /**
     * One image of the archive.
     *
     * @param manifest absent in docker's old form
     * @param layerMembers the archive's members that hold the layers, lowest first
     */
    record Found(
            Set<String> tags,
            Optional<Digest> manifest,
            Digest configDigest,
            byte[] configBytes,
            ConfigBlob config,
            List<String> layerMembers) {}

    private final Path file;
    private final Map<String, byte[]> json = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private final Map<String, Long> sizes = new HashMap<>();

    Archive(Path file) {
        this.file = file;
    }

    /** First pass: what is in it. */
    List<Found> images() throws IOException {
        scan();
        if (json.containsKey("index.json")) {
            return ociImages();
        }
        if (json.containsKey("manifest.json")) {
            return dockerImages();
        }
        throw new IOException(file.getFileName() + " is no image archive: it has neither index.json nor manifest.json");
    }

    byte[] blob(Digest digest) throws IOException {
        return require(blobName(digest));
    }

    long size(String member) {
        return sizes.getOrDefault(follow(member), 0L);
    }

    interface LayerVisitor {
        void layer(InputStream stored) throws IOException, InterruptedException;
    }

    /** Second pass: streams each wanted member once, to all who want it. */
    void layers(Map<String, List<LayerVisitor>> wanted) throws IOException, InterruptedException {
        Map<String, List<LayerVisitor>> byMember = new LinkedHashMap<>();
        wanted.forEach((member, visitors) -> byMember.computeIfAbsent(follow(member), key -> new ArrayList<>())
                .addAll(visitors));
        // A member that several chains stand on is read once in each round.
        while (!byMember.isEmpty()) {
            int before = byMember.size();
            Set<String> served = new LinkedHashSet<>();
            try (InputStream in = open()) {
                TarReader tar = new TarReader(in);
                for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
                    String name = normal(next.get().text());
                    List<LayerVisitor> visitors = byMember.get(name);
                    if (visitors != null && served.add(name)) {
                        visitors.remove(0).layer(tar.content());
                    }
                }
            }
            byMember.values().removeIf(List::isEmpty);
            if (served.isEmpty() && byMember.size() == before) {
                throw new IOException(file.getFileName() + " lacks the layer "
                        + byMember.keySet().iterator().next());
            }
        }
    }

    private void scan() throws IOException {
        long total = 0;
        try (InputStream in = open()) {
            TarReader tar = new TarReader(in);
            for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
                TarEntry entry = next.get();
                if (sizes.size() >= MAX_MEMBERS) {
                    throw new IOException(file.getFileName() + " has more than " + MAX_MEMBERS + " members: split it");
                }
                if (Math.max(entry.name().length(), entry.linkName().length()) > MAX_NAME_BYTES) {
                    throw new IOException(file.getFileName() + " has a name of more than " + MAX_NAME_BYTES + " bytes");
                }
                String name = normal(entry.text());
                if (entry.type() == TarEntry.Type.SYMLINK || entry.type() == TarEntry.Type.HARD_LINK) {
                    links.put(name, target(name, entry));
                }
                sizes.put(name, entry.size());
                if (entry.type() == TarEntry.Type.FILE && entry.size() <= MAX_JSON_BYTES) {
                    total += keepJson(name, entry, tar);
                    if (total > MAX_JSON_TOTAL) {
                        throw new IOException(file.getFileName() + " has more than " + MAX_JSON_TOTAL
                                + " bytes of manifests: split it");
                    }
                }
            }
        }
    }

    /** Blobs have no names that tell what they are; JSON objects and arrays begin as such. */
    private long keepJson(String name, TarEntry entry, TarReader tar) throws IOException {
        byte[] head = new byte[1];
        if (entry.size() == 0 || tar.read(head, 0, 1) != 1 || (head[0] != '{' && head[0] != '[')) {
            return 0;
        }
        byte[] rest = tar.readAll(MAX_JSON_BYTES);
        byte[] all = new byte[rest.length + 1];
        all[0] = head[0];
        System.arraycopy(rest, 0, all, 1, rest.length);
        json.put(name, all);
        return all.length;
    }

    private List<Found> ociImages() throws IOException {
        Map<Digest, Found> found = new LinkedHashMap<>();
        collect(Manifest.parse(require("index.json")), Set.of(), found, 0);
        Map<String, Set<String>> dockerTags = new HashMap<>();
        if (json.containsKey("manifest.json")) {
            for (JsonNode item : Manifest.JSON.readTree(json.get("manifest.json"))) {
                dockerTags.put(normal(item.path("Config").asText()), tags(item));
            }
        }
        for (Found image : found.values()) {
            image.tags().addAll(dockerTags.getOrDefault(blobName(image.configDigest()), Set.of()));
        }
        if (found.isEmpty()) {
            throw new IOException(file.getFileName() + " has no image for linux/" + Manifest.architecture());
        }
        return List.copyOf(found.values());
    }

    /** An index may hold indexes; two levels are what tools write, four what we follow. */
    private void collect(JsonNode index, Set<String> names, Map<Digest, Found> found, int depth) throws IOException {
        List<Manifest.Descriptor> all = Manifest.manifests(index);
        List<Manifest.Descriptor> wanted = new ArrayList<>(all);
        if (depth > 0) {
            // Below the top the members are one image's platforms.
            wanted = Manifest.select(all, Manifest.architecture()).map(List::of).orElse(List.of());
        }
        for (Manifest.Descriptor descriptor : wanted) {
            boolean foreign = !descriptor.architecture().isEmpty()
                    && !descriptor.architecture().equals(Manifest.architecture());
            byte[] blob = json.get(blobName(descriptor.digest()));
            if (blob == null || foreign) {
                continue;
            }
            verify(descriptor.digest(), blob);
            Set<String> tags = new LinkedHashSet<>(names);
            name(descriptor).ifPresent(tags::add);
            JsonNode tree = Manifest.parse(blob);
            if (Manifest.isIndex(tree)) {
                if (depth < 4) {
                    collect(tree, tags, found, depth + 1);
                }
                continue;
            }
            Manifest manifest = Manifest.of(tree);
            Digest config = manifest.config().digest();
            byte[] configBytes = require(blobName(config));
            verify(config, configBytes);
            List<String> members = manifest.layers().stream()
                    .map(layer -> blobName(layer.digest()))
                    .toList();
            Found image = new Found(
                    tags, Optional.of(descriptor.digest()), config, configBytes, ConfigBlob.of(configBytes), members);
            Found before = found.putIfAbsent(descriptor.digest(), image);
            if (before != null) {
                before.tags().addAll(tags);
            }
        }
    }

    /** containerd writes whole names; other tools a whole name or only a tag, which alone names nothing. */
    private static Optional<String> name(Manifest.Descriptor descriptor) {
        String full = descriptor.annotations().getOrDefault(NAME_ANNOTATION, "");
        String ref = descriptor.annotations().getOrDefault(REF_ANNOTATION, "");
        if (full.isEmpty() && (ref.contains("/") || ref.contains(":"))) {
            full = ref;
        }
        return full.isEmpty()
                ? Optional.empty()
                : Optional.of(Reference.parse(full).toString());
    }

    private List<Found> dockerImages() throws IOException {
        List<Found> found = new ArrayList<>();
        for (JsonNode item : Manifest.JSON.readTree(require("manifest.json"))) {
            byte[] configBytes = require(normal(item.path("Config").asText()));
            List<String> members = new ArrayList<>();
            item.path("Layers").forEach(layer -> members.add(normal(layer.asText())));
            found.add(new Found(
                    tags(item),
                    Optional.empty(),
                    Digest.sha256(configBytes),
                    configBytes,
                    ConfigBlob.of(configBytes),
                    members));
        }
        return found;
    }

    private static Set<String> tags(JsonNode item) {
        Set<String> tags = new LinkedHashSet<>();
        item.path("RepoTags")
                .forEach(tag -> tags.add(Reference.parse(tag.asText()).toString()));
        return tags;
    }

    private static void verify(Digest digest, byte[] blob) throws IOException {
        if (!digest.again(blob).equals(digest)) {
            throw new IOException("digest mismatch: blob " + digest + " is damaged");
        }
    }

    private byte[] require(String member) throws IOException {
        byte[] bytes = json.get(follow(member));
        if (bytes == null) {
            throw new IOException(file.getFileName() + " lacks " + member);
        }
        return bytes;
    }

    private InputStream open() throws IOException {
        InputStream raw = Files.newInputStream(file);
        try {
            return Layers.decompressed(raw);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /** Old docker stores a layer once and links to it. */
    private String follow(String member) {
        String at = member;
        for (int i = 0; i < 8 && links.containsKey(at); i++) {
            at = links.getOrDefault(at, at);
        }
        return at;
    }

    private static String target(String name, TarEntry entry) {
        String link = new String(entry.linkName().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        Path place = entry.type() == TarEntry.Type.HARD_LINK
                ? Path.of(link)
                : Path.of(name).resolveSibling(link);
        return place.normalize().toString();
    }

    private static String blobName(Digest digest) {
        return "blobs/" + digest.algorithm() + "/" + digest.hex();
    }

    private static String normal(String name) {
        String plain = name.startsWith("./") ? name.substring(2) : name;
        return plain.startsWith("/") ? plain.substring(1) : plain;
    }
}
