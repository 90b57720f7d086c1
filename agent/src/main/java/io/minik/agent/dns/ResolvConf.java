package io.minik.agent.dns;

import io.minik.ground.loop.Loop;
import io.minik.ground.net.Address;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The node's own DNS servers, read again now and then: DHCP changes them. On the loop. */
final class ResolvConf {
    /** As resolv.conf(5): MAXNS. */
    private static final int MAX_SERVERS = 3;

    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Loop loop;
    private final Path file;
    private final Set<String> ours;

    private List<String> servers = List.of();
    private Instant readAt = Instant.EPOCH;

    /** @param ours addresses that lead back to us: asking those would go round in a circle */
    ResolvConf(Vertx vertx, Loop loop, Path file, Set<String> ours) {
        this.vertx = vertx;
        this.loop = loop;
        this.file = file;
        this.ours = ours;
    }

    /** None if the file is not there: then nothing outside of the cluster is known. */
    Future<List<String>> servers() {
        if (loop.now().isBefore(readAt.plus(FRESH))) {
            return Future.succeededFuture(servers);
        }
        return vertx.fileSystem()
                .readFile(file.toString())
                .map(content -> parse(content.toString()))
                .otherwise(List.of())
                .onSuccess(read -> {
                    servers = read;
                    readAt = loop.now();
                });
    }

    private List<String> parse(String content) {
        List<String> found = new ArrayList<>();
        for (String line : content.split("\n")) {
            String[] words = line.strip().split("\\s+");
            boolean server = words.length >= 2 && words[0].equals("nameserver");
            // A zone index (fe80::1%eth0) is for the resolver of the host, not for us.
            if (server && !ours.contains(words[1]) && Address.find(words[1]).isPresent()) {
                found.add(words[1]);
            }
        }
        return List.copyOf(found.subList(0, Math.min(found.size(), MAX_SERVERS)));
    }
}
