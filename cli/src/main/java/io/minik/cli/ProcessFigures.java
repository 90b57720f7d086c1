package io.minik.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the kernel tells of a running minik.
 *
 * @param writtenBytes sent to a disk since it began; empty: only root is told
 */
record ProcessFigures(Duration age, long residentKibibytes, Optional<Long> writtenBytes) {
    private static final int KIBIBYTE = 1024;

    /** @param process its folder below /proc */
    static ProcessFigures of(Path process) {
        try {
            long age = Daemon.processAgeMillis(
                    Files.readString(process.resolve("stat")), Files.readString(process.resolveSibling("uptime")));
            return new ProcessFigures(
                    Duration.ofMillis(age),
                    figure(process.resolve("status"), "VmRSS:").orElse(0L),
                    Files.isReadable(process.resolve("io"))
                            ? figure(process.resolve("io"), "write_bytes:")
                            : Optional.empty());
        } catch (IOException e) {
            throw new StartFailure(process + ": " + e.getMessage(), e);
        }
    }

    private static Optional<Long> figure(Path file, String key) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(key)) {
                return Optional.of(
                        Long.parseLong(line.substring(key.length()).strip().split(" ", 2)[0]));
            }
        }
        return Optional.empty();
    }

    List<StatusCommand.Line> lines() {
        String since = "for " + Spans.shortest(age);
        StatusCommand.Line memory = new StatusCommand.Line(
                "memory",
                residentKibibytes / KIBIBYTE + " MiB resident",
                Long.toString(residentKibibytes * KIBIBYTE),
                true);
        StatusCommand.Line up = new StatusCommand.Line("up", since, Long.toString(age.toSeconds()), true);
        return writtenBytes
                .map(bytes ->
                        List.of(up, memory, new StatusCommand.Line("disk", written(bytes), Long.toString(bytes), true)))
                .orElse(List.of(up, memory));
    }

    private String written(long bytes) {
        double seconds = Math.max(1, age.toSeconds());
        return String.format(
                Locale.ROOT,
                "%.1f MiB written, %.1f KiB/s",
                (double) bytes / KIBIBYTE / KIBIBYTE,
                (double) bytes / KIBIBYTE / seconds);
    }
}
