package io.minik.ground.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Small files that hold secrets: born with their mode, never wider for a moment, and either old or new after a power cut.
 * Blocking: call on a worker.
 */
public final class SecretFile {
    /** Owner may read and write: keys, tokens, kubeconfigs. */
    public static final Set<PosixFilePermission> MODE_0600 = PosixFilePermissions.fromString("rw-------");

    private static final Set<PosixFilePermission> MODE_0700 = PosixFilePermissions.fromString("rwx------");

    private SecretFile() {}

    public static void write(Path file, String text) {
        write(file, text, MODE_0600);
    }

    /** Replaces the file in one step: written beside it, synced, renamed, the directory synced. */
    public static void write(Path file, String text, Set<PosixFilePermission> mode) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IllegalArgumentException("no directory above " + file);
        }
        Path fresh = directory.resolve("." + file.getFileName() + ".new");
        try {
            directories(directory);
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(MODE_0600));
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.setPosixFilePermissions(fresh, mode);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not write " + file + ": " + e.getMessage(), e);
        }
    }

    /** The file's text, if it is there. */
    public static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (CharacterCodingException e) {
            throw new UncheckedIOException(file + " is damaged: it holds no text", e);
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void directories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(MODE_0700));
        }
    }
}
