package io.minik.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which file names this node's DNS servers. On a machine with systemd-resolved, {@code /etc/resolv.conf} names a server at
 * loopback alone, which a pod with dnsPolicy Default can't reach: then the file with the servers behind it is taken.
 */
final class Resolvers {
    private static final Path BEHIND_RESOLVED = Path.of("/run/systemd/resolve/resolv.conf");

    private Resolvers() {}

    static Path file(Path configured) {
        return file(configured, BEHIND_RESOLVED);
    }

    static Path file(Path configured, Path behind) {
        List<String> servers = servers(configured);
        boolean loopbackAlone = !servers.isEmpty() && servers.stream().allMatch(Resolvers::isLoopback);
        return loopbackAlone && servers(behind).stream().anyMatch(server -> !isLoopback(server)) ? behind : configured;
    }

    private static boolean isLoopback(String server) {
        return server.startsWith("127.") || server.equals("::1");
    }

    private static List<String> servers(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                    .map(words -> words[1])
                    .toList();
        } catch (IOException e) {
            // Absent or unreadable: a node without DNS servers of its own.
            return List.of();
        }
    }
}
