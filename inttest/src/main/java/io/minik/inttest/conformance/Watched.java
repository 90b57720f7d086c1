package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One watch: its events as they come, a line each. */
final class Watched implements AutoCloseable {
    private static final int EVENT_SECONDS = 30;
    private static final int QUIET_MILLIS = 700;

    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final AsyncBody body;

    /** @param query of the watch beside {@code watch=true}, or empty */
    Watched(Api api, String path, String query) {
        String joined = path + (path.contains("?") ? "&" : "?") + "watch=true" + (query.isEmpty() ? "" : "&" + query);
        HttpRequest request =
                api.http().newHttpRequestBuilder().uri(api.url(joined)).build();
        try {
            var response = api.http()
                    .consumeBytes(request, (value, stream) -> {
                        value.forEach(this::take);
                        stream.consume();
                    })
                    .get(EVENT_SECONDS, TimeUnit.SECONDS);
            if (response.code() != Api.OK) {
                throw new Api.NotSo("watch of " + joined + ": code " + response.code());
            }
            body = response.body();
            body.consume();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Api.NotSo("interrupted");
        } catch (ExecutionException | TimeoutException e) {
            throw new Api.NotSo("watch of " + joined + ": " + e);
        }
    }

    private synchronized void take(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next == '\n') {
                events.add(Api.tree(line.toString(StandardCharsets.UTF_8)));
                line.reset();
            } else {
                line.write(next);
            }
        }
    }

    CompletableFuture<Void> ended() {
        return body.done();
    }

    JsonNode next() {
        JsonNode event = poll(TimeUnit.SECONDS.toMillis(EVENT_SECONDS));
        if (event == null) {
            throw new Api.NotSo("no event");
        }
        return event;
    }

    /** The next event must be this one. */
    JsonNode next(String type, String name) {
        JsonNode event = next();
        if (!is(event, type, name)) {
            throw new Api.NotSo("not " + type + " " + name + " but " + event);
        }
        return event.path("object");
    }

    /** The first event of this type for which this holds; those before it are passed over. */
    JsonNode until(String type, Predicate<JsonNode> wanted) {
        while (true) {
            JsonNode event = next();
            if (event.path("type").asText().equals(type) && wanted.test(event.path("object"))) {
                return event.path("object");
            }
        }
    }

    void quiet() {
        JsonNode event = poll(QUIET_MILLIS);
        if (event != null) {
            throw new Api.NotSo("an event that should not be: " + event);
        }
    }

    private @Nullable JsonNode poll(long millis) {
        try {
            return events.poll(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Api.NotSo("interrupted");
        }
    }

    static boolean is(JsonNode event, String type, String name) {
        return event.path("type").asText().equals(type)
                && event.path("object").path("metadata").path("name").asText().equals(name);
    }

    List<JsonNode> so() {
        return List.copyOf(events);
    }

    @Override
    public void close() {
        body.cancel();
    }
}
