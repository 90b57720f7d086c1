package io.minik.inttest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches, each time for a second or two, from where it was: one event left out, one told twice, one out of its order is a fault.
 * A server that was started anew may have forgotten what was before, and say so: then the watcher lists, as every client does.
 */
final class RaceWatcher implements Runnable {
    private static final long AGAIN_NANOS = 100_000_000;

    private final RawHttp http;
    private final String head;
    private final String path;
    private final Random random;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<Long, String> seen = new ConcurrentHashMap<>();
    private final List<String> faults = java.util.Collections.synchronizedList(new ArrayList<>());
    /** What the events say that there is: revisions by name. */
    private final Map<String, String> state = new ConcurrentHashMap<>();

    /** Where lists took the place of events: from, until. */
    private final Map<Long, Long> gaps = new ConcurrentHashMap<>();

    private volatile long revision;
    private final AtomicInteger watches = new AtomicInteger();

    RaceWatcher(RawHttp http, String head, String path, Random random) {
        this.http = http;
        this.head = head;
        this.path = path;
        this.random = random;
    }

    void list() throws IOException {
        JsonNode list = json.readTree(Endpoint.get(http, head, path).body());
        revision = list.path("metadata").path("resourceVersion").asLong();
        list.path("items")
                .forEach(item -> state.put(
                        name(item),
                        item.path("metadata").path("resourceVersion").asText()));
    }

    @Override
    public void run() {
        while (true) {
            try {
                watches.incrementAndGet();
                String query = "?watch=true&allowWatchBookmarks=true&timeoutSeconds=" + (1 + random.nextInt(2))
                        + "&resourceVersion=";
                RawHttp.Reply reply = Endpoint.get(http, head, path + query + revision);
                take(reply);
            } catch (IOException e) {
                // The server is being started again; what was read of the stream is asked for once more.
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    private void take(RawHttp.Reply reply) throws IOException {
        if (reply.status() != 200) {
            if (reply.status() == 410) {
                listAgain();
            }
            LockSupport.parkNanos(AGAIN_NANOS);
            return;
        }
        for (String line : new String(reply.body(), StandardCharsets.UTF_8).split("\n")) {
            if (!line.isBlank()) {
                event(json.readTree(line));
            }
        }
    }

    private void listAgain() throws IOException {
        long from = revision;
        state.clear();
        list();
        gaps.put(from, revision);
    }

    boolean listed(long at) {
        return gaps.entrySet().stream().anyMatch(gap -> gap.getKey() < at && at <= gap.getValue());
    }

    int gaps() {
        return gaps.size();
    }

    private void event(JsonNode event) throws IOException {
        JsonNode object = event.path("object");
        String type = event.path("type").asText();
        if (type.equals("ERROR")) {
            if (object.path("code").asInt() == 410) {
                listAgain();
            } else {
                faults.add("after revision " + revision + ": " + object);
            }
            return;
        }
        long at = object.path("metadata").path("resourceVersion").asLong();
        if (at < revision || (at == revision && !type.equals("BOOKMARK"))) {
            faults.add(type + " of " + name(object) + " at " + at + " came after " + revision);
        }
        if (!type.equals("BOOKMARK")) {
            if (seen.put(at, name(object)) != null) {
                faults.add("revision " + at + " was told twice");
            }
            if (type.equals("DELETED")) {
                state.remove(name(object));
            } else {
                state.put(name(object), Long.toString(at));
            }
        }
        revision = at;
    }

    private static String name(JsonNode object) {
        return object.path("metadata").path("name").asText();
    }

    long revision() {
        return revision;
    }

    int watches() {
        return watches.get();
    }

    Map<Long, String> seen() {
        return seen;
    }

    List<String> faults() {
        return faults;
    }

    void compare(Map<String, String> listed, List<String> into) {
        if (!new TreeMap<>(state).equals(listed)) {
            into.add("the events say " + new TreeMap<>(state) + ", a list says " + listed);
        }
    }
}
