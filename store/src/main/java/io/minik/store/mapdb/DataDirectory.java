package io.minik.store.mapdb;

import io.minik.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The files of a store: their names, the lock, the format. */
final class DataDirectory implements AutoCloseable {
    private static final String FORMAT_NAME = "minik-store ";
    private static final int FORMAT_VERSION = 1;
    private static final String TEMPORARY = ".tmp";

    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Makes, locks and checks it. */
    static DataDirectory open(Path path) throws IOException {
        Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        DataDirectory directory = new DataDirectory(path, lock(path));
        try {
            directory.checkFormat();
            directory.deleteLeftovers();
            return directory;
        } catch (IOException | RuntimeException refused) {
            directory.close();
            throw refused;
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(path.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException ours) {
            // Another store of this process has it.
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
        channel.close();
        throw new StoreException.Unusable("the store in " + path + " is in use by another process: stop it first");
    }

    private void checkFormat() throws IOException {
        Path file = path.resolve("FORMAT");
        String wanted = FORMAT_NAME + FORMAT_VERSION + "\n";
        if (!Files.exists(file) && !holdsData(path)) {
            begin(file, wanted);
            return;
        }
        String found = Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1) : "";
        if (found.equals(wanted)) {
            return;
        }
        if (found.startsWith(FORMAT_NAME)) {
            throw new StoreException.Unusable(
                    "the store in " + path + " has format '" + found.strip() + "', this version of minik reads '"
                            + wanted.strip() + "': use a newer minik, or another directory");
        }
        throw new StoreException.Unusable(file + (Files.exists(file) ? " is damaged" : " is missing")
                + ": restore the data directory from a backup; or, if the rest of it was written by this version of minik, write '"
                + wanted.strip() + "' and a newline into it");
    }

    /** First the log, then the word that there is one: a start that a power cut ended is begun again. */
    private void begin(Path format, String text) throws IOException {
        if (list("log-").isEmpty()) {
            LogFile.create(this, 0).close();
        }
        replace(format, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether anything was ever written to the store in that directory. */
    static boolean holdsData(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (name.startsWith("snapshot-") || (name.startsWith("log-") && Files.size(file) > 0)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Out of the store's sight, for whoever wants to look at it. */
    void putAside(Path file) throws IOException {
        Files.move(file, aside(file), StandardCopyOption.REPLACE_EXISTING);
        sync();
    }

    void copyAside(Path file) throws IOException {
        Files.copy(file, aside(file), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path aside(Path file) {
        return file.resolveSibling("lost-" + file.getFileName());
    }

    private void deleteLeftovers() throws IOException {
        Files.deleteIfExists(path.resolve("values"));
        try (Stream<Path> files = Files.list(path)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(TEMPORARY)).toList()) {
                Files.delete(file);
            }
        }
    }

    Path path() {
        return path;
    }

    Path log(long firstFrame) {
        return path.resolve(String.format("log-%016x", firstFrame));
    }

    Path snapshot(long nextFrame) {
        return path.resolve(String.format("snapshot-%016x", nextFrame));
    }

    static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + TEMPORARY);
    }

    /** The segments of the log in the order of their numbers. */
    List<Segment> segments() throws IOException {
        return list("log-");
    }

    List<Segment> snapshots() throws IOException {
        return list("snapshot-");
    }

    private List<Segment> list(String prefix) throws IOException {
        List<Segment> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (name.startsWith(prefix) && !name.endsWith(TEMPORARY)) {
                    found.add(new Segment(file, number(file, name.substring(prefix.length()))));
                }
            }
        }
        found.sort(Comparator.comparingLong(Segment::firstFrame));
        return found;
    }

    private static long number(Path file, String hex) {
        try {
            return Long.parseUnsignedLong(hex, 16);
        } catch (NumberFormatException notOurs) {
            throw new StoreException.Unusable(file + " is not a file of a store: move it away", notOurs);
        }
    }

    /** All of a file, or what was there before. */
    private void replace(Path file, ByteBuffer content) throws IOException {
        Path temporary = temporary(file);
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        moveInPlace(temporary, file);
    }

    void moveInPlace(Path temporary, Path file) throws IOException {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        sync();
    }

    /** Names are durable only when their directory is. */
    void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** By statvfs: a FileStore would look for the mount, which a chroot's mountinfo need not list. */
    long usableBytes() {
        return path.toFile().getUsableSpace();
    }

    /** Lets another process have the directory. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
