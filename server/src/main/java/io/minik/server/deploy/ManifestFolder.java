package io.minik.server.deploy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.schema.ManifestText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The files of the folder that are manifests: {@code *.yaml}, {@code *.yml} and {@code *.json}, without those that begin with a
 * dot and those that have a {@code NAME.skip} beside them. All calls block.
 */
final class ManifestFolder {
    /** More than all that people put into one file; what is read of a file is on the heap as text and as a tree. */
    static final int MOST_BYTES = 4 << 20;

    private static final Set<String> ENDINGS = Set.of(".yaml", ".yml", ".json");
    private static final String SKIP = ".skip";

    private final Path place;

    ManifestFolder(Path place) {
        this.place = place;
    }

    /** @param checksum SHA-256 of the bytes, in hex; @param objects in the file's order */
    record Content(String checksum, List<ObjectNode> objects) {}

    Path path(String file) {
        return place.resolve(file);
    }

    /** The names of the files that are to be applied, sorted: people number them. */
    Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        Set<String> skipped = new HashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(place)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(SKIP)) {
                    skipped.add(name.substring(0, name.length() - SKIP.length()));
                } else if (!name.startsWith(".") && ENDINGS.contains(ending(name)) && Files.isRegularFile(file)) {
                    names.add(name);
                }
            }
        }
        // As k3s: web.yaml.skip, and web.skip too.
        names.removeIf(name -> skipped.contains(name) || skipped.contains(withoutEnding(name)));
        return names;
    }

    /** @throws IllegalArgumentException if it is too large or no manifest, and says where */
    Content read(String file) throws IOException {
        Path path = place.resolve(file);
        byte[] bytes;
        try (InputStream text = Files.newInputStream(path)) {
            // Not by its size: it may grow while it is read, and files of the kernel say that they have none.
            bytes = text.readNBytes(MOST_BYTES + 1);
        }
        if (bytes.length > MOST_BYTES) {
            throw new IllegalArgumentException("larger than " + MOST_BYTES + " bytes: split it");
        }
        return new Content(sha256(bytes), ManifestText.of(bytes));
    }

    private static String ending(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    private static String withoutEnding(String name) {
        return name.substring(0, name.length() - ending(name).length());
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
