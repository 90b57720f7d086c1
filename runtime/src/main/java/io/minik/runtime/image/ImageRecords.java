package io.minik.runtime.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.image.Images.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which images this node has: one small file each, written durably, because a tag changes rarely and alone. Reads are from
 * memory and lock-free; writes are serialised here and block (a worker's work).
 */
final class ImageRecords {
    private static final Logger LOG = LoggerFactory.getLogger(ImageRecords.class);

    /** @param blobs config, manifest and index in the content store; @param pinned never garbage */
    record Entry(Image image, List<Digest> blobs, boolean pinned) {}

    private final Path directory;
    private volatile Map<String, Entry> byId = Map.of();

    ImageRecords(Path directory) {
        this.directory = directory;
    }

    /** Reads all; a record that can't be used (damaged, or a layer is missing) is dropped: its image is fetched again. */
    synchronized void load(Predicate<String> hasLayer, Content content) throws IOException {
        Files.createDirectories(directory);
        Map<String, Entry> loaded = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (!file.toString().endsWith(".json")) {
                    Files.deleteIfExists(file);
                    continue;
                }
                Optional<Entry> entry = read(file, content);
                if (entry.isPresent() && entry.get().image().layers().stream().allMatch(hasLayer)) {
                    loaded.put(entry.get().image().id(), entry.get());
                } else {
                    LOG.atWarn().addKeyValue("file", file).log("image record dropped, the image is not whole");
                    Files.delete(file);
                }
            }
        }
        byId = Map.copyOf(loaded);
    }

    List<Image> list() {
        return byId.values().stream()
                .map(Entry::image)
                .sorted(Comparator.comparing(Image::id))
                .toList();
    }

    Optional<Entry> get(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** By id, by {@code name@digest}, by a reference, and last by a prefix of an id's hex digits that only one image has. */
    Optional<Entry> find(String referenceOrId) {
        if (Digest.isDigest(referenceOrId)) {
            return first(entry -> entry.image().id().equals(referenceOrId))
                    .or(() -> first(entry ->
                            entry.image().repoDigests().stream().anyMatch(name -> name.endsWith("@" + referenceOrId))));
        }
        Reference reference = Reference.parse(referenceOrId);
        if (reference.digest().isPresent()) {
            String name = reference.at(reference.digest().get());
            return first(entry -> entry.image().repoDigests().contains(name)
                    || entry.image().id().equals(reference.digest().get().toString()));
        }
        return findTagged(referenceOrId).or(() -> findByPrefix(referenceOrId));
    }

    /** The image that a reference without a digest names, and nothing else that its text might be part of. */
    Optional<Entry> findTagged(String text) {
        if (Digest.isDigest(text)) {
            return Optional.empty();
        }
        Reference reference = Reference.parse(text);
        return reference.digest().isPresent()
                ? Optional.empty()
                : first(entry -> entry.image().repoTags().contains(reference.tagged()));
    }

    /** A repository may be called like the first digits of an id: the name goes first. */
    private Optional<Entry> findByPrefix(String digits) {
        if (!digits.matches("[0-9a-f]{12,64}")) {
            return Optional.empty();
        }
        List<Entry> all = byId.values().stream()
                .filter(entry -> entry.image().id().startsWith("sha256:" + digits))
                .toList();
        return all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty();
    }

    private Optional<Entry> first(Predicate<Entry> wanted) {
        return byId.values().stream().filter(wanted).findFirst();
    }

    /** Adds an image, or joins the names of one that is here; a tag it brings leaves the image that had it. */
    synchronized Entry put(Entry added) throws IOException {
        Map<String, Entry> next = new TreeMap<>(byId);
        for (Entry other : byId.values()) {
            if (!other.image().id().equals(added.image().id())
                    && other.image().repoTags().stream().anyMatch(added.image().repoTags()::contains)) {
                Entry without = withoutTags(other, added.image().repoTags());
                write(without);
                next.put(without.image().id(), without);
            }
        }
        Entry merged = get(added.image().id()).map(old -> join(old, added)).orElse(added);
        write(merged);
        next.put(merged.image().id(), merged);
        byId = Map.copyOf(next);
        return merged;
    }

    synchronized void remove(String id) throws IOException {
        Files.deleteIfExists(file(id));
        Map<String, Entry> next = new TreeMap<>(byId);
        next.remove(id);
        byId = Map.copyOf(next);
    }

    /** Takes one name from an image that has others. */
    synchronized void untag(Entry entry, String tag) throws IOException {
        Entry without = withoutTags(entry, List.of(tag));
        write(without);
        Map<String, Entry> next = new TreeMap<>(byId);
        next.put(without.image().id(), without);
        byId = Map.copyOf(next);
    }

    Set<String> layers() {
        Set<String> layers = new LinkedHashSet<>();
        byId.values().forEach(entry -> layers.addAll(entry.image().layers()));
        return layers;
    }

    Set<Digest> blobs() {
        Set<Digest> blobs = new LinkedHashSet<>();
        byId.values().forEach(entry -> blobs.addAll(entry.blobs()));
        return blobs;
    }

    private static Entry join(Entry old, Entry added) {
        Image image = added.image();
        Image joined = new Image(
                image.id(),
                union(old.image().repoTags(), image.repoTags()),
                union(old.image().repoDigests(), image.repoDigests()),
                Math.max(old.image().sizeBytes(), image.sizeBytes()),
                image.config(),
                image.layers());
        return new Entry(joined, union(old.blobs(), added.blobs()), old.pinned() || added.pinned());
    }

    private static Entry withoutTags(Entry entry, List<String> tags) {
        Image image = entry.image();
        List<String> kept = new ArrayList<>(image.repoTags());
        kept.removeAll(tags);
        Image changed = new Image(
                image.id(), List.copyOf(kept), image.repoDigests(), image.sizeBytes(), image.config(), image.layers());
        return new Entry(changed, entry.blobs(), entry.pinned());
    }

    private static <T> List<T> union(List<T> first, List<T> second) {
        Set<T> all = new LinkedHashSet<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    private void write(Entry entry) throws IOException {
        Image image = entry.image();
        ObjectNode tree = Manifest.JSON.createObjectNode();
        tree.put("id", image.id()).put("sizeBytes", image.sizeBytes()).put("pinned", entry.pinned());
        put(tree.putArray("repoTags"), image.repoTags());
        put(tree.putArray("repoDigests"), image.repoDigests());
        put(tree.putArray("blobs"), entry.blobs());
        Content.writeDurably(file(image.id()), Manifest.JSON.writeValueAsBytes(tree));
    }

    private static void put(ArrayNode array, List<?> values) {
        values.forEach(value -> array.add(value.toString()));
    }

    /** What the config says is read from the config blob again: one truth. */
    private static Optional<Entry> read(Path file, Content content) throws IOException {
        try {
            JsonNode tree = Manifest.parse(Files.readAllBytes(file));
            String id = tree.path("id").asText();
            Optional<byte[]> configBytes = content.find(Digest.parse(id));
            if (configBytes.isEmpty()) {
                return Optional.empty();
            }
            ConfigBlob config = ConfigBlob.of(configBytes.get());
            Image image = new Image(
                    id,
                    strings(tree.path("repoTags")),
                    strings(tree.path("repoDigests")),
                    tree.path("sizeBytes").asLong(),
                    config.config(),
                    config.chainIds());
            List<Digest> blobs =
                    strings(tree.path("blobs")).stream().map(Digest::parse).toList();
            return Optional.of(new Entry(image, blobs, tree.path("pinned").asBoolean()));
        } catch (JsonProcessingException | RuntimeFault e) {
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("err", e.getMessage())
                    .log("image record unreadable");
            return Optional.empty();
        }
    }

    private static List<String> strings(JsonNode array) {
        List<String> list = new ArrayList<>();
        array.forEach(item -> list.add(item.asText()));
        return List.copyOf(list);
    }

    private Path file(String id) {
        return directory.resolve(id.substring(id.indexOf(':') + 1) + ".json");
    }
}
