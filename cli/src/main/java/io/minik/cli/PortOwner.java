package io.minik.cli;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Who listens at a TCP port of this machine, by /proc: the socket's number in net/tcp, then the process that has it open. */
final class PortOwner {
    private static final Path PROC = Path.of("/proc");
    /** Columns of /proc/net/tcp (proc(5)). */
    private static final int LOCAL = 1;

    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final String LISTENS = "0A";

    private PortOwner() {}

    /** {@code nginx (pid 812)}; empty if it can't be found, as for a process of another container. */
    static Optional<String> of(int port) {
        Set<String> sockets = new HashSet<>();
        sockets(PROC.resolve("self/net/tcp"), port, sockets);
        sockets(PROC.resolve("self/net/tcp6"), port, sockets);
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, sockets)) {
                    String name = Files.readString(process.resolve("comm")).trim();
                    return Optional.of(name + " (pid " + process.getFileName() + ")");
                }
            }
        } catch (IOException e) {
            // Whoever it is has just ended.
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static void sockets(Path table, int port, Set<String> found) {
        List<String> lines;
        try {
            lines = Files.readAllLines(table);
        } catch (IOException e) {
            // A kernel without IPv6 has no such table.
            return;
        }
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        for (String line : lines) {
            String[] columns = line.strip().split("\\s+");
            if (columns.length > INODE && columns[LOCAL].endsWith(suffix) && columns[STATE].equals(LISTENS)) {
                found.add("socket:[" + columns[INODE] + "]");
            }
        }
    }

    private static boolean holds(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : open) {
                if (Files.isSymbolicLink(file)
                        && sockets.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // It has ended meanwhile, or is not ours to look at.
            return false;
        }
        return false;
    }
}
