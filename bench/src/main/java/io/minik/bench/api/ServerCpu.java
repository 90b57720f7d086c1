package io.minik.bench.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the server's processes have used, by /proc (proc(5)). */
record ServerCpu(List<Long> pids) {
    private static final int USER_TIME = 11;
    private static final int MILLIS_PER_TICK = 10;
    private static final int KILOBYTES_PER_PAGE = 4;

    /** User and system time of them all. */
    double millis() {
        long ticks = 0;
        for (long pid : pids) {
            String stat = read(pid, "stat");
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]);
        }
        return ticks * MILLIS_PER_TICK;
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
