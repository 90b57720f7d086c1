package io.minik.api.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a watch's byte stream into events: JSON documents, a newline after each, split over chunks anywhere. Owned by
 * the context of the response.
 */
final class WatchFrames {
    /** An object has at most 3 MiB as a request body; with managedFields and escapes it stays far below this. */
    static final int MOST_BYTES = 32 << 20;

    private final Consumer<WatchEvent> events;
    /** Bytes of a frame whose end has not come yet. */
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    private boolean failed;

    WatchFrames(Consumer<WatchEvent> events) {
        this.events = events;
    }

    /** Hands over the events that are complete; answers with why the watch must end, once. */
    Optional<ApiException> accept(Buffer chunk) {
        byte[] bytes = chunk.getBytes();
        int from = 0;
        for (int i = 0; i < bytes.length && !failed; i++) {
            if (bytes[i] == '\n') {
                Optional<ApiException> error = frame(bytes, from, i - from);
                from = i + 1;
                if (error.isPresent()) {
                    failed = true;
                    return error;
                }
            }
        }
        if (failed) {
            return Optional.empty();
        }
        begun.write(bytes, from, bytes.length - from);
        if (begun.size() > MOST_BYTES) {
            failed = true;
            return Optional.of(ApiException.unavailable("a watch event is larger than " + MOST_BYTES + " bytes"));
        }
        return Optional.empty();
    }

    private Optional<ApiException> frame(byte[] bytes, int from, int length) {
        byte[] whole;
        if (begun.size() == 0) {
            whole = Arrays.copyOfRange(bytes, from, from + length);
        } else {
            begun.write(bytes, from, length);
            whole = begun.toByteArray();
            begun.reset();
        }
        if (whole.length == 0) {
            return Optional.empty();
        }
        try {
            ObjectNode frame = Json.parseObject(whole);
            String type = Json.text(frame, "type");
            if (!(frame.get("object") instanceof ObjectNode object)) {
                return Optional.of(ApiException.unavailable("a watch event without an object: type " + type));
            }
            if (type.equals("ERROR")) {
                return Optional.of(new ApiException(Status.of(object)));
            }
            events.accept(new WatchEvent(WatchEvent.Type.valueOf(type), KubeObject.of(object)));
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(ApiException.unavailable("a watch event that can't be read: " + e.getMessage()));
        }
    }
}
