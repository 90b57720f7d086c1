package io.minik.inttest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Asks nonsense of every endpoint in turn. Arguments: host, port, an administrator's token, the seed, how many requests a
 * client makes. Prints how many answers there were of each status; each failure of the server's with its request; exits
 * non-zero if there was one.
 */
public final class Nonsense {
    private static final int CLIENTS = 4;
    private static final int MOST_SHOWN = 2_000;
    private static final List<String> TYPES = List.of(
            "application/json",
            "application/yaml",
            "application/vnd.kubernetes.protobuf",
            "application/cbor",
            "application/apply-patch+yaml",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
            "application/json-patch+json",
            "text/plain",
            "application/json; charset=latin1",
            "",
            ";;;",
            "*/*");
    private static final List<String> ACCEPTS = List.of(
            "application/json",
            "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
            "application/yaml",
            "application/vnd.kubernetes.protobuf",
            "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
            "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
            "application/cbor",
            "*/*",
            "x",
            "",
            "application/vnd.kubernetes.protobuf;stream=watch",
            "application/json;pretty=1");

    private final ObjectMapper json = new ObjectMapper();
    private final Random random;
    private final Bodies bodies;
    private final RawHttp http;
    private final String head;
    private final List<Endpoint> endpoints;
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private final ConcurrentLinkedQueue<String> faults;

    private Nonsense(RawHttp http, String head, Random random, ConcurrentLinkedQueue<String> faults)
            throws IOException {
        this.http = http;
        this.head = head;
        this.random = random;
        this.faults = faults;
        bodies = new Bodies(random, json);
        endpoints = Endpoint.all(http, head, json);
    }

    public static void main(String[] arguments) throws Exception {
        String head = "Host: fuzz\r\nAuthorization: Bearer " + arguments[2] + "\r\n";
        long seed = Long.parseLong(arguments[3]);
        int requests = Integer.parseInt(arguments[4]);
        ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
        List<Nonsense> clients = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            RawHttp http = new RawHttp(arguments[0], Integer.parseInt(arguments[1]));
            Nonsense nonsense = new Nonsense(http, head, new Random(seed + client), faults);
            clients.add(nonsense);
            Thread thread = new Thread(() -> nonsense.run(requests), "client-" + client);
            threads.add(thread);
            thread.start();
        }
        Map<Integer, Integer> all = new TreeMap<>();
        for (int client = 0; client < CLIENTS; client++) {
            threads.get(client).join();
            clients.get(client).statuses.forEach((status, count) -> all.merge(status, count, Integer::sum));
        }
        System.out.printf(
                Locale.ROOT,
                "seed %d, %d endpoints, answers by status: %s%n",
                seed,
                clients.get(0).endpoints.size(),
                all);
        faults.stream().limit(20).forEach(System.out::println);
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private void run(int requests) {
        for (int at = 0; at < requests; at++) {
            Endpoint endpoint = endpoints.get(random.nextInt(endpoints.size()));
            byte[] request = {};
            try {
                request = request(endpoint);
                RawHttp.Reply reply = http.ask(request);
                statuses.merge(reply.status(), 1, Integer::sum);
                if (reply.status() >= 500 && !rightly(endpoint, reply)) {
                    fault(at, reply.status() + " " + reply.text(), request);
                }
            } catch (SocketTimeoutException e) {
                fault(at, "no answer", request);
            } catch (IOException | RuntimeException e) {
                fault(at, "broken off: " + e, request);
            }
        }
    }

    /** What upstream answers so too: a revision that is not there yet, a deadline, an apply of what has no such type. */
    private static boolean rightly(Endpoint endpoint, RawHttp.Reply reply) {
        return endpoint.elsewhere()
                || reply.text().contains("Too large resource version")
                || reply.text().contains("failed to create typed patch object")
                || reply.text().contains("\"reason\":\"Timeout\"");
    }

    private void fault(int at, String what, byte[] request) {
        String shown = new String(request, 0, Math.min(request.length, MOST_SHOWN), StandardCharsets.ISO_8859_1);
        faults.add("FAULT at " + Thread.currentThread().getName() + " request " + at + ": "
                + what.substring(0, Math.min(what.length(), MOST_SHOWN)) + "\n    "
                + shown.replace("\r\n", "\n    ").replaceAll("[^\\p{Print}\\s]", "?"));
    }

    private byte[] request(Endpoint endpoint) throws IOException {
        String method = random.nextInt(40) == 0
                ? List.of("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "X")
                        .get(random.nextInt(9))
                : endpoint.method();
        String path = path(endpoint) + query(endpoint, method);
        String type = TYPES.get(random.nextInt(TYPES.size()));
        byte[] body = {};
        if (!endpoint.body().isMissingNode() || random.nextInt(20) == 0) {
            body = body(endpoint, path);
            if (method.equals("PATCH") && random.nextInt(8) != 0) {
                type = TYPES.get(4 + random.nextInt(4));
            } else if (random.nextInt(4) != 0) {
                type = body.length > 4 && body[0] == 'k' && body[3] == 0 ? TYPES.get(2) : TYPES.get(random.nextInt(2));
            }
        }
        StringBuilder request = new StringBuilder(method)
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\n")
                .append(head);
        request.append("Accept: ")
                .append(ACCEPTS.get(random.nextInt(3) == 0 ? random.nextInt(ACCEPTS.size()) : 0))
                .append("\r\n");
        if (!type.isEmpty()) {
            request.append("Content-Type: ").append(type).append("\r\n");
        }
        if (random.nextInt(30) == 0) {
            request.append("Impersonate-User: ").append(encoded(bodies.word())).append("\r\n");
        }
        request.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        byte[] first = request.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] whole = Arrays.copyOf(first, first.length + body.length);
        System.arraycopy(body, 0, whole, first.length, body.length);
        return whole;
    }

    private String path(Endpoint endpoint) {
        String namespace = random.nextInt(12) == 0 ? encoded(bodies.word()) : "fuzz";
        return endpoint.path()
                .replace("{namespace}", namespace)
                .replace("{name}", encoded(bodies.name()))
                .replace("{path}", encoded(bodies.word()));
    }

    private String query(Endpoint endpoint, String method) {
        StringBuilder query = new StringBuilder("?timeoutSeconds=1");
        boolean changes = !method.equals("GET") && !method.equals("HEAD");
        if (changes && (endpoint.rules() || random.nextInt(4) == 0)) {
            query.append("&dryRun=All");
        }
        for (String parameter : endpoint.parameters()) {
            boolean given = parameter.equals("timeoutSeconds") || parameter.equals("dryRun");
            if (!given && random.nextInt(6) == 0) {
                query.append('&')
                        .append(parameter)
                        .append('=')
                        .append(encoded(
                                random.nextInt(3) == 0
                                        ? bodies.word()
                                        : random.nextInt(3) == 0 ? "true" : Integer.toString(random.nextInt(300))));
            }
        }
        if (method.equals("PATCH") && random.nextInt(3) != 0 && query.indexOf("fieldManager") < 0) {
            query.append("&fieldManager=fuzz");
        }
        return query.toString();
    }

    private byte[] body(Endpoint endpoint, String path) throws IOException {
        if (endpoint.method().equals("PATCH") && random.nextInt(3) == 0) {
            return bodies.text(bodies.operations());
        }
        switch (random.nextInt(8)) {
            case 0:
                return bodies.bytes();
            case 1:
                return bodies.text(bodies.any(5));
            case 2, 3:
                return real(path.replaceFirst("\\?.*", ""), endpoint);
            default:
                return bodies.text(bodies.like(endpoint.body(), endpoint.schemas(), 0));
        }
    }

    /** What is there, changed: its JSON, or its protobuf with other bytes in it. */
    private byte[] real(String path, Endpoint endpoint) throws IOException {
        boolean protobuf = random.nextInt(3) == 0;
        RawHttp.Reply there = Endpoint.get(
                http, head + (protobuf ? "Accept: application/vnd.kubernetes.protobuf\r\n" : ""), path + "?limit=1");
        byte[] body = there.body();
        if (protobuf && body.length > 8) {
            for (int flips = random.nextInt(5); flips >= 0; flips--) {
                body[4 + random.nextInt(body.length - 4)] = (byte) random.nextInt();
            }
            return body;
        }
        if (there.status() != 200 || protobuf) {
            return bodies.text(bodies.like(endpoint.body(), endpoint.schemas(), 0));
        }
        JsonNode whole = json.readTree(body);
        return bodies.text(bodies.changed(
                whole.path("items").isEmpty() ? whole : whole.path("items").path(0)));
    }

    private static String encoded(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8);
    }
}
