package io.minik.server.authn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The claims of tokens whose signature holds, so that it is checked once and not with every request: the least recently used goes
 * first. Any thread.
 */
final class GoodTokens {
    /** Guarded by itself. */
    private final Map<String, ObjectNode> claims;

    GoodTokens(int most) {
        this.claims = new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, ObjectNode> eldest) {
                return size() > most;
            }
        };
    }

    /** @param check finds the claims of a token that is not known, if somebody signed it */
    Optional<ObjectNode> claims(String token, Supplier<Optional<ObjectNode>> check) {
        synchronized (claims) {
            ObjectNode known = claims.get(token);
            if (known != null) {
                return Optional.of(known);
            }
        }
        Optional<ObjectNode> found = check.get();
        found.ifPresent(good -> {
            synchronized (claims) {
                claims.put(token, good);
            }
        });
        return found;
    }
}
