package io.minik.cli;

import io.minik.runtime.snapshot.TarEntry;
import io.minik.runtime.snapshot.TarReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * A program of others that minik's own command runs. Blocking.
 *
 * @param url where its makers publish it
 */
record FetchedTool(String name, String url) {
    /** Newer ones speak to older servers, and the other way round, one minor version apart. */
    private static final String CRICTL = "v1.35.0";

    private static final int CONNECT_MILLIS = 20_000;
    private static final int SILENCE_MILLIS = 60_000;
    /** kubectl has 60 MB. */
    private static final long MOST_BYTES = 256 << 20;

    private static final int MOST_SUM_BYTES = 4096;
    private static final int BLOCK_BYTES = 1 << 16;

    static FetchedTool kubectl() {
        return new FetchedTool(
                "kubectl",
                "https://dl.k8s.io/release/" + Build.THIS.kubernetes() + "/bin/" + Build.platform() + "/kubectl");
    }

    static FetchedTool crictl() {
        return new FetchedTool(
                "crictl",
                "https://github.com/kubernetes-sigs/cri-tools/releases/download/" + CRICTL + "/crictl-" + CRICTL + "-"
                        + Build.platform().replace('/', '-') + ".tar.gz");
    }

    /**
     * Puts the program into a directory, in one step, when its sum is right.
     *
     * @param from https, or a file; what ends with .tar.gz has it inside
     * @param sum of what is there, in hex; empty: what is published beside it
     */
    Path fetch(Path directory, String from, String sum) throws IOException {
        boolean file = !from.contains("://");
        if (!file && !from.startsWith("https://") && sum.isEmpty()) {
            throw new IOException(from + " is not https: anybody may have changed it on its way; give --sha256, too");
        }
        String wanted = sum.isEmpty() && !file ? published(from + ".sha256") : sum;
        Path brought = Files.createTempFile(directory, "." + name, ".new");
        Path program = brought;
        try {
            String found = copy(from, brought);
            if (!wanted.isEmpty() && !wanted.toLowerCase(Locale.ROOT).equals(found)) {
                throw new IOException("sha256 of " + from + " is " + found + ", not " + wanted);
            }
            if (from.endsWith(".tar.gz") || from.endsWith(".tgz")) {
                program = unpacked(directory, brought);
            }
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            return Files.move(program, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(brought);
            Files.deleteIfExists(program);
        }
    }

    private static String published(String url) throws IOException {
        try (InputStream in = open(url)) {
            String text = new String(in.readNBytes(MOST_SUM_BYTES), StandardCharsets.UTF_8).strip();
            String word = text.split("\\s", 2)[0];
            if (!word.matches("[0-9a-fA-F]{64}")) {
                throw new IOException(url + " holds no sha256");
            }
            return word;
        }
    }

    /** @return its sha256 in hex */
    private static String copy(String from, Path to) throws IOException {
        try (InputStream in = open(from);
                OutputStream out = Files.newOutputStream(to)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] block = new byte[BLOCK_BYTES];
            long all = 0;
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                all += read;
                if (all > MOST_BYTES) {
                    throw new IOException(from + " is larger than " + MOST_BYTES + " bytes: that is another thing");
                }
                digest.update(block, 0, read);
                out.write(block, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static InputStream open(String from) throws IOException {
        if (!from.contains("://")) {
            return Files.newInputStream(Path.of(from));
        }
        try {
            URLConnection connection = new URI(from).toURL().openConnection();
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(SILENCE_MILLIS);
            return connection.getInputStream();
        } catch (FileNotFoundException e) {
            throw new IOException(from + " is not there", e);
        } catch (IOException e) {
            throw new IOException(from + " can't be reached: " + e, e);
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IOException(from + " is no URL: " + e.getMessage(), e);
        }
    }

    /** The entry of our name. */
    private Path unpacked(Path directory, Path archive) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(archive))) {
            TarReader reader = new TarReader(in);
            for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                String path = entry.get().text();
                if (entry.get().type() == TarEntry.Type.FILE
                        && path.substring(path.lastIndexOf('/') + 1).equals(name)) {
                    Path made = Files.createTempFile(directory, "." + name, ".new");
                    Files.copy(reader.content(), made, StandardCopyOption.REPLACE_EXISTING);
                    return made;
                }
            }
        }
        throw new IOException("the archive has no " + name + " in it");
    }
}
