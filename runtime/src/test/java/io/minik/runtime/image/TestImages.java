package io.minik.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Makes images and archives of them, with commons-compress as the writer that is not ours. */
public final class TestImages {
    private TestImages() {}

    /** A tar under construction. */
    public static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());

        public Tar() {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            out.setAddPaxHeadersForNonAsciiNames(true);
        }

        public Tar gnu() {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
            return this;
        }

        public Tar dir(String name, int mode) {
            TarArchiveEntry entry = entry(name + "/", TarConstants.LF_DIR);
            entry.setMode(mode);
            return put(entry, new byte[0]);
        }

        public Tar file(String name, int mode, String content) {
            return file(name, mode, content.getBytes(StandardCharsets.UTF_8));
        }

        public Tar file(String name, int mode, byte[] content) {
            TarArchiveEntry entry = entry(name, TarConstants.LF_NORMAL);
            entry.setMode(mode);
            entry.setSize(content.length);
            return put(entry, content);
        }

        public Tar symlink(String name, String target) {
            TarArchiveEntry entry = entry(name, TarConstants.LF_SYMLINK);
            entry.setLinkName(target);
            return put(entry, new byte[0]);
        }

        public Tar hardLink(String name, String target) {
            TarArchiveEntry entry = entry(name, TarConstants.LF_LINK);
            entry.setLinkName(target);
            return put(entry, new byte[0]);
        }

        /** Always of the same time, so that the same content has the same digest. */
        private static TarArchiveEntry entry(String name, byte type) {
            TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
            entry.setModTime(1_600_000_000_000L);
            return entry;
        }

        public Tar put(TarArchiveEntry entry, byte[] content) {
            try {
                out.putArchiveEntry(entry);
                out.write(content);
                out.closeArchiveEntry();
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public byte[] bytes() {
            try {
                out.close();
                return bytes.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A layer with busybox-static and its most wanted names. */
    public static byte[] busyboxLayer() {
        try {
            byte[] busybox = Files.readAllBytes(Path.of("/bin/busybox"));
            Tar tar = new Tar().dir("bin", 0755).dir("tmp", 01777).file("bin/busybox", 0755, busybox);
            for (String name : List.of("sh", "ls", "cat", "sleep", "true")) {
                tar.symlink("bin/" + name, "busybox");
            }
            return tar.bytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * An OCI layout as a tar.
     *
     * @param name what index.json calls it; empty for none
     * @param architecture in Go's words
     * @param salt makes another image of the same layers
     */
    public static byte[] ociArchive(String name, String architecture, String salt, List<byte[]> tars) {
        Map<String, byte[]> blobs = new LinkedHashMap<>();
        byte[] config = config(architecture, salt, tars);
        ObjectNode manifest = Manifest.JSON.createObjectNode();
        manifest.put("schemaVersion", 2).put("mediaType", Manifest.OCI_MANIFEST);
        manifest.set("config", descriptor("application/vnd.oci.image.config.v1+json", config, blobs));
        for (byte[] tar : tars) {
            manifest.withArray("layers")
                    .add(descriptor("application/vnd.oci.image.layer.v1.tar+gzip", gzip(tar), blobs));
        }
        ObjectNode index = Manifest.JSON.createObjectNode().put("schemaVersion", 2);
        ObjectNode entry = descriptor(Manifest.OCI_MANIFEST, bytes(manifest), blobs);
        entry.putObject("platform").put("os", "linux").put("architecture", architecture);
        if (!name.isEmpty()) {
            entry.putObject("annotations").put("org.opencontainers.image.ref.name", name);
        }
        index.withArray("manifests").add(entry);
        Tar out = new Tar();
        blobs.forEach((path, content) -> out.file(path, 0644, content));
        out.file("oci-layout", 0644, "{\"imageLayoutVersion\":\"1.0.0\"}");
        out.file("index.json", 0644, bytes(index));
        return out.bytes();
    }

    /** What docker save wrote before it knew OCI: uncompressed layers, the second name of a layer as a symlink. */
    public static byte[] dockerArchive(List<String> tags, List<byte[]> tars) {
        byte[] config = config(Manifest.architecture(), "", tars);
        String configName = Digest.sha256(config).hex() + ".json";
        Tar out = new Tar().file(configName, 0644, config);
        List<String> members = new ArrayList<>();
        Map<Digest, String> seen = new LinkedHashMap<>();
        for (int i = 0; i < tars.size(); i++) {
            String member = "layer" + i + "/layer.tar";
            String first = seen.putIfAbsent(Digest.sha256(tars.get(i)), member);
            out.dir("layer" + i, 0755);
            if (first == null) {
                out.file(member, 0644, tars.get(i));
            } else {
                out.symlink(member, "../" + first);
            }
            members.add(member);
        }
        ObjectNode image = Manifest.JSON.createObjectNode().put("Config", configName);
        tags.forEach(tag -> image.withArray("RepoTags").add(tag));
        members.forEach(member -> image.withArray("Layers").add(member));
        return out.file(
                        "manifest.json",
                        0644,
                        bytes(Manifest.JSON.createArrayNode().add(image)))
                .bytes();
    }

    private static byte[] config(String architecture, String salt, List<byte[]> tars) {
        ObjectNode config = Manifest.JSON.createObjectNode();
        config.put("architecture", architecture).put("os", "linux").put("author", salt);
        ObjectNode run = config.putObject("config");
        run.putArray("Cmd").add("/bin/sh");
        run.putArray("Env").add("PATH=/bin");
        run.putObject("Labels").put("made-by", "test");
        ObjectNode rootfs = config.putObject("rootfs").put("type", "layers");
        for (byte[] tar : tars) {
            rootfs.withArray("diff_ids").add(Digest.sha256(tar).toString());
        }
        return bytes(config);
    }

    private static ObjectNode descriptor(String mediaType, byte[] content, Map<String, byte[]> blobs) {
        Digest digest = Digest.sha256(content);
        blobs.put("blobs/sha256/" + digest.hex(), content);
        return Manifest.JSON
                .createObjectNode()
                .put("mediaType", mediaType)
                .put("digest", digest.toString())
                .put("size", content.length);
    }

    private static byte[] bytes(JsonNode tree) {
        try {
            return Manifest.JSON.writeValueAsBytes(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
