package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.store.StoreException;
import java.util.HashMap;
import java.util.Map;

/** What is stored of a resource and can't be read, by key: mostly nothing. Immutable. */
record Unreadables(Map<String, String> why) {
    static final Unreadables NONE = new Unreadables(Map.of());

    boolean isEmpty() {
        return why.isEmpty();
    }

    Unreadables with(String key, StoreException.Unreadable failure) {
        Map<String, String> all = new HashMap<>(why);
        all.put(key, String.valueOf(failure.getMessage()));
        return new Unreadables(all);
    }

    Unreadables without(String key) {
        if (!why.containsKey(key)) {
            return this;
        }
        Map<String, String> all = new HashMap<>(why);
        all.remove(key);
        return new Unreadables(all);
    }

    /** @throws ApiException 500 in upstream's words */
    void check(String key) {
        String known = why.get(key);
        if (known != null) {
            throw ApiException.internal(known);
        }
    }

    /** The same of all keys that begin so. */
    void checkBelow(String scope) {
        why.forEach((key, known) -> {
            if (key.startsWith(scope)) {
                throw ApiException.internal(known);
            }
        });
    }
}
