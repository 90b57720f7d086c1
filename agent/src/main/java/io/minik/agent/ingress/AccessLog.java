package io.minik.agent.ingress;

import io.minik.ground.loop.Loop;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line for each request, in the file that the node's owner named; none is written without. What is written is bounded, and so
 * is what waits: lines that a slow disk does not take are counted, and lost. Any event loop of the data path.
 */
final class AccessLog {
    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);

    /** Of one file; there is one more, the one before. */
    static final long MOST_BYTES = 16L << 20;

    /** That wait for the disk: a second of five thousand requests. */
    private static final int MOST_WAITING = 1 << 20;

    private static final Duration DELAY = Duration.ofMillis(500);

    private final Vertx vertx;
    private final Path file;
    private final RouteFigures figures;
    private final WorkerExecutor worker;
    private final StringBuilder waiting = new StringBuilder();
    private long lost;
    private boolean scheduled;

    private AccessLog(Vertx vertx, Path file, RouteFigures figures) {
        this.vertx = vertx;
        this.file = file;
        this.figures = figures;
        this.worker = vertx.createSharedWorkerExecutor("minik-ingress-log", 1);
    }

    static Optional<AccessLog> at(Vertx vertx, Optional<Path> file, RouteFigures figures) {
        return file.map(path -> new AccessLog(vertx, path, figures));
    }

    void write(String line) {
        synchronized (waiting) {
            if (waiting.length() + line.length() > MOST_WAITING) {
                lost++;
                return;
            }
            waiting.append(line).append('\n');
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        Loop.here(vertx).after(DELAY, () -> worker.executeBlocking(this::flush).onFailure(error -> log.atWarn()
                .addKeyValue("file", file)
                .addKeyValue("err", error.toString())
                .log("the access log could not be written")));
    }

    private Void flush() throws IOException {
        String lines;
        synchronized (waiting) {
            lines = waiting.toString();
            waiting.setLength(0);
            scheduled = false;
            figures.notLogged(lost);
            lost = 0;
        }
        if (Files.exists(file) && Files.size(file) > MOST_BYTES) {
            Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.write(
                file,
                lines.getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
        return null;
    }

    /** What a client wrote, so that it ends no line and begins no other field. */
    static String quoted(String text) {
        StringBuilder safe = new StringBuilder("\"");
        int length = Math.min(text.length(), 1024);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
                safe.append(String.format("\\x%02X", c & 0xff));
            } else {
                safe.append(c);
            }
        }
        return safe.append('"').toString();
    }
}
