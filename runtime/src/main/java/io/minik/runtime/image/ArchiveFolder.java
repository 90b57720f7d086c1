package io.minik.runtime.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.RuntimeFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of archives that a node without a registry gets its images from. Each file is imported once, and again when
 * its size or time changed or an image that it brought is gone. Blocking; one thread at a time.
 */
final class ArchiveFolder {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveFolder.class);

    private final Path folder;
    private final Path memory;
    private final Importer importer;
    private final ImageRecords records;

    ArchiveFolder(Path folder, Path memory, Importer importer, ImageRecords records) {
        this.folder = folder;
        this.memory = memory;
        this.importer = importer;
        this.records = records;
    }

    /** A file that can't be imported is reported and tried again at the next scan; the others are imported. */
    void scan() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        ObjectNode before = remembered();
        ObjectNode after = Manifest.JSON.createObjectNode();
        List<Path> archives;
        try (Stream<Path> files = Files.list(folder)) {
            archives = files.filter(ArchiveFolder::isArchive).sorted().toList();
        }
        for (Path archive : archives) {
            String name = archive.getFileName().toString();
            JsonNode old = before.path(name);
            try {
                after.set(name, unchanged(archive, old) ? old : load(archive));
            } catch (RuntimeFault | IOException e) {
                LOG.atError()
                        .addKeyValue("archive", archive)
                        .addKeyValue("err", e.getMessage())
                        .log("import failed");
            }
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
        if (!after.equals(before)) {
            Content.writeDurably(memory, Manifest.JSON.writeValueAsBytes(after));
        }
    }

    private ObjectNode load(Path archive) throws IOException {
        // Stat first: a file that changes while it is read counts as changed the next time.
        ObjectNode state = state(archive);
        List<Images.Image> images = importer.load(archive, true);
        Map<String, String> names = new HashMap<>();
        for (Images.Image image : images) {
            state.withArray("images").add(image.id());
            names.put(image.id(), String.join(" ", image.repoTags()));
        }
        LOG.atInfo()
                .addKeyValue("archive", archive)
                .addKeyValue("images", names.values())
                .log("archive imported");
        return state;
    }

    private boolean unchanged(Path archive, JsonNode old) throws IOException {
        if (!old.isObject()) {
            return false;
        }
        ObjectNode now = state(archive);
        boolean same = now.path("size").asLong() == old.path("size").asLong()
                && now.path("modified").asText().equals(old.path("modified").asText());
        if (!same) {
            return false;
        }
        for (JsonNode id : old.path("images")) {
            if (records.get(id.asText()).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static ObjectNode state(Path archive) throws IOException {
        return Manifest.JSON
                .createObjectNode()
                .put("size", Files.size(archive))
                .put("modified", Files.getLastModifiedTime(archive).toString());
    }

    private ObjectNode remembered() throws IOException {
        if (!Files.exists(memory)) {
            return Manifest.JSON.createObjectNode();
        }
        try {
            return Manifest.JSON.readTree(Files.readAllBytes(memory)) instanceof ObjectNode tree
                    ? tree
                    : Manifest.JSON.createObjectNode();
        } catch (JsonProcessingException e) {
            LOG.atWarn().addKeyValue("file", memory).log("memory of imports unreadable, all are imported again");
            return Manifest.JSON.createObjectNode();
        }
    }

    private static boolean isArchive(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".tar") || name.endsWith(".tar.gz") || name.endsWith(".tgz");
    }
}
