package io.minik.server.audit;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of lines that is put aside when it is large, under the names that kube-apiserver gives: {@code
 * audit-2026-01-02T15-04-05.000.log} beside {@code audit.log}. A worker of its own writes what waits, all of it at once.
 */
final class AuditFile {
    private static final Logger log = LoggerFactory.getLogger(AuditFile.class);

    /** Bytes that may wait for the disk: seconds of a busy server's lines. */
    static final int MAX_WAITING_BYTES = 4 << 20;

    private static final DateTimeFormatter ASIDE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSS", Locale.ROOT);
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final AuditConfig.LogFile config;
    private final Path path;
    private final InstantSource clock;
    private final WorkerExecutor worker;
    private final LongAdder dropped = new LongAdder();

    // Guarded by this.
    private final Deque<Line> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean writing;

    // The file belongs to the worker.
    private @Nullable FileChannel file;

    private record Line(byte[] bytes, Promise<Void> written) {}

    AuditFile(Vertx vertx, AuditConfig.LogFile config, InstantSource clock) {
        this.config = config;
        this.path = Path.of(config.path());
        this.clock = clock;
        this.worker = vertx.createSharedWorkerExecutor("minik-audit", 1);
    }

    Future<Void> open() {
        return worker.executeBlocking(() -> {
            file = opened();
            return null;
        });
    }

    private FileChannel opened() throws IOException {
        Set<StandardOpenOption> append =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        return FileChannel.open(path, append, PRIVATE);
    }

    long dropped() {
        return dropped.sum();
    }

    /** @param line with its end. @return succeeds when it is in the file, fails if it is dropped */
    Future<Void> write(byte[] line) {
        Promise<Void> written = Promise.promise();
        synchronized (this) {
            if (waitingBytes + line.length > MAX_WAITING_BYTES) {
                dropped.increment();
                return Future.failedFuture("too much waits for " + path);
            }
            waitingBytes += line.length;
            waiting.add(new Line(line, written));
            if (writing) {
                return written.future();
            }
            writing = true;
        }
        worker.executeBlocking(this::drain).onFailure(error -> log.atError()
                .addKeyValue("path", path)
                .addKeyValue("err", String.valueOf(error))
                .log("the audit log is not written"));
        return written.future();
    }

    private Void drain() {
        while (true) {
            List<Line> lines;
            synchronized (this) {
                if (waiting.isEmpty()) {
                    writing = false;
                    return null;
                }
                lines = new ArrayList<>(waiting);
                waiting.clear();
                waitingBytes = 0;
            }
            try {
                append(lines);
                lines.forEach(line -> line.written.tryComplete());
            } catch (IOException e) {
                lines.forEach(line -> line.written.tryFail(e));
                dropped.add(lines.size());
                log.atError().addKeyValue("path", path).setCause(e).log("audit log write failed");
            }
        }
    }

    private void append(List<Line> lines) throws IOException {
        FileChannel open = file == null ? opened() : file;
        file = open;
        long size = open.size();
        int from = 0;
        int bytes = 0;
        for (int at = 0; at < lines.size(); at++) {
            int length = lines.get(at).bytes.length;
            if (size + bytes > 0 && size + bytes + length > config.maxSizeBytes()) {
                put(open, lines.subList(from, at), bytes);
                open = aside(open);
                size = 0;
                from = at;
                bytes = 0;
            }
            bytes += length;
        }
        put(open, lines.subList(from, lines.size()), bytes);
    }

    private static void put(FileChannel open, List<Line> lines, int bytes) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(bytes);
        lines.forEach(line -> all.put(line.bytes));
        all.flip();
        while (all.hasRemaining()) {
            open.write(all);
        }
    }

    private FileChannel aside(FileChannel full) throws IOException {
        full.close();
        file = null;
        LocalDateTime now = LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        Files.move(path, path.resolveSibling(stem() + ASIDE.format(now) + ending()));
        FileChannel fresh = opened();
        file = fresh;
        tidy();
        return fresh;
    }

    private String stem() {
        String name = path.getFileName().toString();
        return name.substring(0, name.length() - ending().length()) + "-";
    }

    private String ending() {
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    /** Those put aside that are too many or too old go. */
    private void tidy() throws IOException {
        record Old(Path path, Instant at) {}
        List<Old> old = new ArrayList<>();
        try (Stream<Path> files = Files.list(path.toAbsolutePath().resolveSibling(""))) {
            files.forEach(each -> time(each.getFileName().toString()).ifPresent(at -> old.add(new Old(each, at))));
        }
        old.sort(Comparator.comparing(Old::at).reversed());
        Instant oldest = clock.instant().minus(Duration.ofDays(config.maxAgeDays()));
        for (int at = 0; at < old.size(); at++) {
            boolean many = config.maxBackups() > 0 && at >= config.maxBackups();
            boolean aged = config.maxAgeDays() > 0 && old.get(at).at().isBefore(oldest);
            if (many || aged) {
                Files.deleteIfExists(old.get(at).path());
            }
        }
    }

    private Optional<Instant> time(String name) {
        String stem = stem();
        if (!name.startsWith(stem) || !name.endsWith(ending()) || name.length() <= stem.length() + ending().length()) {
            return Optional.empty();
        }
        try {
            String time = name.substring(stem.length(), name.length() - ending().length());
            return Optional.of(LocalDateTime.parse(time, ASIDE).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException anothers) {
            return Optional.empty();
        }
    }

    Future<Void> close() {
        return worker.executeBlocking(() -> {
                    if (file != null) {
                        file.close();
                    }
                    return null;
                })
                .eventually(worker::close)
                .mapEmpty();
    }
}
