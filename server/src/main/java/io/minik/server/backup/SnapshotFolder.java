package io.minik.server.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Where snapshots lie: {@code NAME-NODE-SECONDS}, with {@code .zip} if compressed. Blocking. */
public final class SnapshotFolder {
    private static final String ZIP = ".zip";
    private static final String UNFINISHED = ".part";

    /** A name leads nowhere else, and is none that hides. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

    private final Path path;
    private final boolean own;

    /** @param own whether it is the default one, which is made if it is not there; another one must be there */
    public SnapshotFolder(Path path, boolean own) {
        this.path = path;
        this.own = own;
    }

    /** One snapshot. */
    public record Snapshot(String name, Path path, long bytes, Instant created, boolean compressed) {}

    public static boolean isName(String name) {
        return NAME.matcher(name).matches() && !name.endsWith(UNFINISHED);
    }

    Path make() throws IOException {
        if (own) {
            Files.createDirectories(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else if (!Files.isDirectory(path)) {
            throw new BackupException(path + " is not a directory: make it first");
        }
        return path;
    }

    /** Where one is written before it has its name. */
    Path unfinished(String name) throws IOException {
        Path file = make().resolve(name + UNFINISHED);
        Files.deleteIfExists(file);
        return file;
    }

    /** Gives it its name. */
    Snapshot finish(Path unfinished, String name, boolean compress) throws IOException {
        Path file = path.resolve(compress ? name + ZIP : name);
        Path whole = unfinished;
        Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
        if (compress) {
            whole = unfinished(name + ZIP);
            try {
                zip(unfinished, whole, name);
            } catch (IOException failed) {
                Files.deleteIfExists(whole);
                throw failed;
            } finally {
                Files.deleteIfExists(unfinished);
            }
        }
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        return read(file);
    }

    private static void zip(Path from, Path to, String name) throws IOException {
        Files.createFile(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(to))) {
            zip.putNextEntry(new ZipEntry(name));
            Files.copy(from, zip);
            zip.closeEntry();
        }
    }

    /** The file itself, or what is in the archive, as another file; the caller deletes that. */
    static Path expanded(Path file, Path temporary) throws IOException {
        try (InputStream start = Files.newInputStream(file)) {
            if (start.read() != 'P' || start.read() != 'K') {
                return file;
            }
        }
        long room = Files.getFileStore(Objects.requireNonNullElse(
                                temporary.toAbsolutePath().getParent(), temporary))
                        .getUsableSpace()
                / 2;
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file));
                OutputStream out = Files.newOutputStream(temporary)) {
            if (zip.getNextEntry() == null) {
                throw new BackupException(file + " is an archive without a file");
            }
            byte[] buffer = new byte[64 << 10];
            long written = 0;
            for (int count = zip.read(buffer); count >= 0; count = zip.read(buffer)) {
                written += count;
                if (written > room) {
                    throw new BackupException(
                            "no room for what is in " + file + ": it has more than " + room + " bytes");
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(temporary);
            throw failed;
        }
        return temporary;
    }

    /** Oldest first. */
    public List<Snapshot> list() throws IOException {
        List<Snapshot> found = new ArrayList<>();
        if (!Files.isDirectory(path)) {
            return found;
        }
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.isRegularFile(file) && isName(file.getFileName().toString())) {
                    add(found, file);
                }
            }
        }
        found.sort(Comparator.comparing(Snapshot::created).thenComparing(Snapshot::name));
        return found;
    }

    private static void add(List<Snapshot> found, Path file) throws IOException {
        try {
            found.add(read(file));
        } catch (NoSuchFileException gone) {
            // The snapshot was pruned meanwhile.
        }
    }

    private static Snapshot read(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        boolean compressed = name.endsWith(ZIP);
        Instant created = seconds(compressed ? name.substring(0, name.length() - ZIP.length()) : name)
                .orElse(Files.getLastModifiedTime(file).toInstant());
        return new Snapshot(name, file, Files.size(file), created, compressed);
    }

    private static Optional<Instant> seconds(String name) {
        String last = name.substring(name.lastIndexOf('-') + 1);
        return last.matches("[0-9]{1,12}")
                ? Optional.of(Instant.ofEpochSecond(Long.parseLong(last)))
                : Optional.empty();
    }

    /** @throws BackupException if there is none of that name */
    public void delete(String name) throws IOException {
        if (!isName(name)) {
            throw new BackupException("\"" + name + "\" is no name of a snapshot");
        }
        try {
            Files.delete(path.resolve(name));
        } catch (NoSuchFileException absent) {
            throw new BackupException("snapshot " + name + " not found in " + path, absent);
        }
    }

    /** Leaves the newest of those whose names begin so. @return what went */
    public List<Snapshot> prune(String base, int retention) throws IOException {
        List<Snapshot> ours = list().stream()
                .filter(snapshot -> snapshot.name().startsWith(base + "-"))
                .toList();
        List<Snapshot> old = ours.subList(0, Math.max(0, ours.size() - retention));
        for (Snapshot snapshot : old) {
            delete(snapshot.name());
        }
        return old;
    }
}
