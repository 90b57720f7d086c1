package io.minik.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.server.authn.User;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What steps leave for the audit log. Owned by the request's loop. */
public final class AuditEntry {
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private Optional<User> impersonated = Optional.empty();
    private boolean bodies;
    private Supplier<Optional<JsonNode>> body = Optional::empty;
    private Runnable ended = () -> {};

    void annotate(String key, String value) {
        annotations.put(key, value);
    }

    Map<String, String> annotations() {
        return annotations;
    }

    void impersonated(User user) {
        impersonated = Optional.of(user);
    }

    Optional<User> impersonated() {
        return impersonated;
    }

    /** Bodies are to be told: whoever has one says so by {@link #body}. */
    void wantBodies() {
        bodies = true;
    }

    boolean wantsBodies() {
        return bodies;
    }

    void body(Supplier<Optional<JsonNode>> said) {
        body = said;
    }

    Optional<JsonNode> body() {
        return body.get();
    }

    /** Once, when the last byte of the answer is out, or its client is gone. */
    void whenEnded(Runnable action) {
        ended = action;
    }

    void end() {
        ended.run();
    }
}
