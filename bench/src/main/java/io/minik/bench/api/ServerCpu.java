package io.minik.bench.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the server's processes have used, by /proc (proc(5)). */
record ServerCpu(List<Long> pids) {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int KILOBYTES_PER_PAGE = 4;

    /** User and system time of all their threads, to the nanosecond; threads that ended between two looks are missed. */
    double millis() {
        long nanos = 0;
        for (long pid : pids) {
            try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
                for (Path thread : threads.toList()) {
                    nanos += nanos(thread);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return nanos / NANOS_PER_MILLI;
    }

    private static long nanos(Path thread) throws IOException {
        try {
            return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
        } catch (NoSuchFileException ended) {
            return 0;
        }
    }

    long residentMegabytes() {
        return pids.stream()
                        .mapToLong(pid -> Long.parseLong(read(pid, "statm").split(" ")[1]))
                        .sum()
                * KILOBYTES_PER_PAGE
                / 1024;
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
