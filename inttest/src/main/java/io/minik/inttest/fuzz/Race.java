package io.minik.inttest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Sixty-four clients change the same few ConfigMaps, a watcher sees each revision that they were told of once and in order,
 * whatever becomes of the server meanwhile. Arguments: host, port, an administrator's token, the seed, a file that says by its
 * absence that the clients are to stop. Exits non-zero with what was missed, told twice or told late.
 */
public final class Race {
    private static final int CLIENTS = 64;
    private static final int OBJECTS = 24;
    private static final String PATH = "/api/v1/namespaces/race/configmaps";
    private static final long WAIT_NANOS = 20_000_000;
    private static final int MOST_WAITS = 3_000;

    private final String host;
    private final int port;
    private final String head;
    private final long seed;
    private final Path until;
    private final ObjectMapper json = new ObjectMapper();
    /** Revisions that a client was told as those of its own writes. */
    private final Map<Long, String> told = new ConcurrentHashMap<>();

    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();

    private Race(String[] arguments) {
        host = arguments[0];
        port = Integer.parseInt(arguments[1]);
        head = "Host: race\r\nAuthorization: Bearer " + arguments[2] + "\r\n";
        seed = Long.parseLong(arguments[3]);
        until = Path.of(arguments[4]);
    }

    public static void main(String[] arguments) throws Exception {
        Race race = new Race(arguments);
        RaceWatcher watcher =
                new RaceWatcher(new RawHttp(race.host, race.port), race.head, PATH, new Random(race.seed));
        watcher.list();
        Thread watching = new Thread(watcher, "watcher");
        watching.setDaemon(true);
        watching.start();
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            int number = client;
            Thread thread = new Thread(() -> race.change(new Random(race.seed + number + 1)), "client-" + client);
            clients.add(thread);
            thread.start();
        }
        for (Thread client : clients) {
            client.join();
        }
        long last = race.told.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
        for (int wait = 0; watcher.revision() < last && wait < MOST_WAITS; wait++) {
            LockSupport.parkNanos(WAIT_NANOS);
        }
        List<String> faults = watcher.faults();
        Map<Long, String> seen = watcher.seen();
        new TreeMap<>(race.told).forEach((revision, name) -> {
            if (!name.equals(seen.get(revision)) && !watcher.listed(revision)) {
                faults.add("revision " + revision + " of " + name + " was told to its client; the watcher saw "
                        + seen.get(revision));
            }
        });
        watcher.compare(race.state(), faults);
        System.out.printf(
                "seed %d: %d writes, %d refused, %d broken off; %d events by %d watches, %d lists instead%n",
                race.seed,
                race.told.size(),
                race.refused.get(),
                race.broken.get(),
                seen.size(),
                watcher.watches(),
                watcher.gaps());
        faults.stream().limit(20).forEach(System.out::println);
        System.exit(faults.isEmpty() && !race.told.isEmpty() ? 0 : 1);
    }

    private Map<String, String> state() throws Exception {
        try (RawHttp http = new RawHttp(host, port)) {
            Map<String, String> state = new TreeMap<>();
            json.readTree(Endpoint.get(http, head, PATH).body())
                    .path("items")
                    .forEach(item -> state.put(
                            item.path("metadata").path("name").asText(),
                            item.path("metadata").path("resourceVersion").asText()));
            return state;
        }
    }

    private void change(Random random) {
        try (RawHttp http = new RawHttp(host, port)) {
            while (Files.exists(until)) {
                try {
                    write(http, random);
                } catch (IOException e) {
                    broken.incrementAndGet();
                    LockSupport.parkNanos(WAIT_NANOS * 10);
                }
            }
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(RawHttp http, Random random) throws IOException {
        String name = "r-" + random.nextInt(OBJECTS);
        String data = "\"data\":{\"n\":\"" + random.nextLong() + "\"}";
        RawHttp.Reply reply;
        switch (random.nextInt(8)) {
            case 0 -> reply = send(http, "DELETE", PATH + "/" + name, "application/json", "");
            case 1, 2 ->
                reply = send(
                        http,
                        "POST",
                        PATH,
                        "application/json",
                        "{\"metadata\":{\"name\":\"" + name + "\"}," + data + "}");
            case 3, 4, 5 ->
                reply = send(http, "PATCH", PATH + "/" + name, "application/merge-patch+json", "{" + data + "}");
            default -> {
                JsonNode there = json.readTree(
                        Endpoint.get(http, head, PATH + "/" + name).body());
                String version = there.path("metadata").path("resourceVersion").asText();
                String meta = "{\"metadata\":{\"name\":\"" + name + "\",\"resourceVersion\":\"" + version + "\"},";
                reply = send(http, "PUT", PATH + "/" + name, "application/json", meta + data + "}");
            }
        }
        JsonNode object = json.readTree(reply.body());
        if (reply.status() >= 300) {
            refused.incrementAndGet();
        } else if (object.path("kind").asText().equals("ConfigMap")
                && !object.path("metadata").has("deletionTimestamp")) {
            told.put(object.path("metadata").path("resourceVersion").asLong(), name);
        }
    }

    private RawHttp.Reply send(RawHttp http, String method, String path, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String request = method + " " + path + " HTTP/1.1\r\n" + head + "Content-Type: " + type + "\r\nContent-Length: "
                + bytes.length + "\r\n\r\n" + body;
        return http.ask(request.getBytes(StandardCharsets.UTF_8));
    }
}
