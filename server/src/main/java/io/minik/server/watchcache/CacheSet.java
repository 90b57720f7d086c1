package io.minik.server.watchcache;

import io.minik.api.meta.Resource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The caches by their resource, and by the keys of the store that are theirs: etcd's layout,
 * {@code /registry/[group/]resource/[namespace/]name}. Changed on the caches' loop.
 */
final class CacheSet {
    /** Swapped, never changed: any thread reads. */
    private volatile Map<Resource, WatchCache> byResource = Map.of();

    private final Map<String, WatchCache> byFolder = new HashMap<>();

    /** @throws IllegalArgumentException if there is none */
    WatchCache of(Resource resource) {
        WatchCache cache = byResource.get(resource);
        if (cache == null) {
            throw new IllegalArgumentException("no watch cache for " + resource);
        }
        return cache;
    }

    Collection<WatchCache> all() {
        return byResource.values();
    }

    /** @throws IllegalArgumentException if there is one for the same keys */
    void add(WatchCache cache) {
        Resource resource = cache.resource();
        if (byFolder.putIfAbsent(StorageKeys.folder(resource), cache) != null) {
            throw new IllegalArgumentException(resource + " has a watch cache");
        }
        Map<Resource, WatchCache> all = new HashMap<>(byResource);
        all.put(resource, cache);
        byResource = all;
    }

    Optional<WatchCache> remove(Resource resource) {
        Map<Resource, WatchCache> all = new HashMap<>(byResource);
        Optional<WatchCache> gone = Optional.ofNullable(all.remove(resource));
        byResource = all;
        gone.ifPresent(cache -> byFolder.remove(StorageKeys.folder(resource)));
        return gone;
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
}
