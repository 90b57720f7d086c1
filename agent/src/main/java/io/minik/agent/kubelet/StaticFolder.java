package io.minik.agent.kubelet;

import io.minik.api.object.KubeObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of static pods' manifests: one pod a file. A file that can't be read, or is none, leaves its pod as it was; one that is
 * gone ends it. Blocking; one look at a time.
 */
final class StaticFolder {
    private static final Logger log = LoggerFactory.getLogger(StaticFolder.class);

    /** A pod's manifest is some kilobytes; the API's largest object is a mebibyte and a half. */
    private static final int MOST_BYTES = 1 << 20;
    /** As many as a node has pods, and then some. */
    private static final int MOST_FILES = 500;

    private final Path folder;
    private final StaticManifest manifest;
    /** As last looked at, by the file's name. */
    private Map<String, Seen> seen = new HashMap<>();

    private record Seen(long size, Instant changed, Map<String, KubeObject> pod) {}

    StaticFolder(Path folder, String node) {
        this.folder = folder;
        this.manifest = new StaticManifest(node);
    }

    /** The pods that are wanted, by the file that wants them. @throws IOException if the folder itself can't be read */
    Map<String, KubeObject> look(Instant now) throws IOException {
        Map<String, Seen> found = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (name.startsWith(".") || !Files.isRegularFile(file)) {
                    continue;
                }
                if (found.size() == MOST_FILES) {
                    throw new IOException(folder + " has more than " + MOST_FILES + " files");
                }
                found.put(name, look(file, name, now));
            }
        } catch (NoSuchFileException | NotDirectoryException absent) {
            found.clear();
        }
        seen = found;
        Map<String, KubeObject> pods = new TreeMap<>();
        found.values().forEach(each -> pods.putAll(each.pod()));
        return pods;
    }

    private Seen look(Path file, String name, Instant now) throws IOException {
        Seen before = seen.get(name);
        long size;
        Instant changed;
        try {
            size = Files.size(file);
            changed = Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException gone) {
            return new Seen(-1, Instant.EPOCH, Map.of());
        }
        if (before != null && before.size() == size && before.changed().equals(changed)) {
            return before;
        }
        try (InputStream text = Files.newInputStream(file)) {
            byte[] bytes = text.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IllegalArgumentException("it is larger than " + MOST_BYTES + " bytes");
            }
            return new Seen(
                    size,
                    changed,
                    Map.of(name, manifest.read(StaticManifest.Origin.file(file), bytes, now.toString())));
        } catch (IOException | RuntimeException wrong) {
            log.atError()
                    .addKeyValue("file", file)
                    .addKeyValue("err", String.valueOf(wrong.getMessage()))
                    .log("a static pod's manifest can't be taken");
            return new Seen(size, changed, before == null ? Map.of() : before.pod());
        }
    }
}
