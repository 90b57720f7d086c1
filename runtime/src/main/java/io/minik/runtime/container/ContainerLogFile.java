package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A container's log in CRI's format: {@code TIME STREAM F|P CONTENT}, one line each; a line longer than 16 KiB comes in
 * parts, all but the last tagged P. Rotated by size: {@code log.1} is the youngest of the old ones. Owned by the poll
 * thread. If the disk is full, output is dropped rather than the container stopped, and that is said once.
 */
final class ContainerLogFile {
    enum Stream {
        STDOUT("stdout"),
        STDERR("stderr");

        private final byte[] word;

        Stream(String word) {
            this.word = word.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(ContainerLogFile.class);
    /** CRI's and docker's: readers allocate it. */
    private static final int MAX_PART_BYTES = 16 * 1024;

    /** As containerd and the kubelet make them. */
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));

    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"));

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

    private final Path path;
    private final long maxBytes;
    private final int maxFiles;
    private final InstantSource clock;
    private final Map<Stream, ByteArrayOutputStream> partial = new EnumMap<>(
            Map.of(Stream.STDOUT, new ByteArrayOutputStream(), Stream.STDERR, new ByteArrayOutputStream()));
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private FileChannel channel;
    private long size;
    private boolean failing;

    /** @param maxBytes 0 = never rotated; @param maxFiles with the current one, at least 2 to keep any old one */
    ContainerLogFile(Path path, long maxBytes, int maxFiles, InstantSource clock) {
        this.path = path;
        this.maxBytes = maxBytes;
        this.maxFiles = maxFiles;
        this.clock = clock;
        try {
            if (path.getParent() != null) {
                Files.createDirectories(path.getParent(), DIRECTORY);
            }
            channel = open();
            size = channel.size();
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "open log", "can't open the log " + path, e);
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(
                path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND), FILE);
    }

    private ByteArrayOutputStream line(Stream stream) {
        return Objects.requireNonNull(partial.get(stream));
    }

    void append(Stream stream, ByteBuffer chunk) {
        ByteArrayOutputStream line = line(stream);
        byte[] time = TIME.format(clock.instant()).getBytes(StandardCharsets.US_ASCII);
        while (chunk.hasRemaining()) {
            byte next = chunk.get();
            if (next == '\n') {
                entry(time, stream, 'F', line);
            } else {
                if (line.size() == MAX_PART_BYTES) {
                    entry(time, stream, 'P', line);
                }
                line.write(next);
            }
        }
        flush();
    }

    /**
     * The stream has ended, or goes on while this minik goes: what there is of a line without its end is a part, and who reads
     * it puts no end to it either.
     */
    void rest(Stream stream) {
        ByteArrayOutputStream line = line(stream);
        if (line.size() > 0) {
            entry(TIME.format(clock.instant()).getBytes(StandardCharsets.US_ASCII), stream, 'P', line);
            flush();
        }
    }

    private void entry(byte[] time, Stream stream, char tag, ByteArrayOutputStream line) {
        out.writeBytes(time);
        out.write(' ');
        out.writeBytes(stream.word);
        out.write(' ');
        out.write(tag);
        out.write(' ');
        out.writeBytes(line.toByteArray());
        out.write('\n');
        line.reset();
        if (maxBytes > 0 && size + out.size() >= maxBytes) {
            flush();
            rotate();
        }
    }

    private void flush() {
        if (out.size() == 0) {
            return;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray());
            while (bytes.hasRemaining()) {
                size += channel.write(bytes);
            }
            failing = false;
        } catch (IOException e) {
            failed("container output is lost: its log can't be written", e);
        } finally {
            out.reset();
        }
    }

    private void rotate() {
        try {
            for (int i = maxFiles - 2; i >= 1; i--) {
                Path old = numbered(i);
                if (Files.exists(old)) {
                    Files.move(old, numbered(i + 1), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            if (maxFiles > 1) {
                Files.move(path, numbered(1), StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.deleteIfExists(path);
            }
            replace();
        } catch (IOException e) {
            failed("container log can't be rotated", e);
        }
    }

    private void replace() throws IOException {
        FileChannel fresh = open();
        channel.close();
        channel = fresh;
        size = fresh.size();
    }

    /** Goes on in the file that has the log's name now, made if there is none. */
    void reopen() {
        try {
            replace();
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "reopen log", "can't open the log " + path, e);
        }
    }

    private void failed(String what, IOException e) {
        if (!failing) {
            failing = true;
            LOG.atError()
                    .addKeyValue("log", path)
                    .addKeyValue("err", e.getMessage())
                    .log(what);
        }
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            failed("container log can't be closed", e);
        }
    }
}
