package io.minik.server.watchcache;

import io.minik.api.meta.Resource;
import io.minik.store.Bytes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Which cache a key of the store belongs to: etcd's layout, {@code /registry/[group/]resource/[namespace/]name}. */
final class Folders {
    private final Map<String, WatchCache> byFolder = new HashMap<>();

    void add(Resource resource, WatchCache cache) {
        byFolder.put(StorageKeys.folder(resource), cache);
    }

    /** Calls the action with the cache and the key in it; keys of nobody's are passed over. */
    void route(String storeKey, BiConsumer<WatchCache, String> action) {
        if (!storeKey.startsWith(StorageKeys.ROOT)) {
            return;
        }
        int start = StorageKeys.ROOT.length();
        int slash = storeKey.indexOf('/', start);
        if (slash < 0) {
            return;
        }
        Optional<WatchCache> cache = Optional.ofNullable(byFolder.get(storeKey.substring(start, slash)));
        if (cache.isEmpty()) {
            slash = storeKey.indexOf('/', slash + 1);
            if (slash < 0) {
                return;
            }
            cache = Optional.ofNullable(byFolder.get(storeKey.substring(start, slash)));
        }
        String key = storeKey.substring(slash + 1);
        cache.ifPresent(found -> action.accept(found, key));
    }

    /** The smallest key greater than this one. */
    static Bytes after(Bytes key) {
        return Bytes.of(Arrays.copyOf(key.array(), key.length() + 1));
    }
}
