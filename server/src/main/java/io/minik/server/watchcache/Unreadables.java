package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.store.StoreException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is stored of a resource and can't be read, by key: mostly nothing, and everything where a key is lost. Written by the cache's
 * loop, read by any thread.
 */
final class Unreadables {
    private final Map<String, String> why = new ConcurrentHashMap<>();

    boolean isEmpty() {
        return why.isEmpty();
    }

    void add(String key, StoreException.Unreadable failure) {
        why.put(key, String.valueOf(failure.getMessage()));
    }

    void remove(String key) {
        why.remove(key);
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
