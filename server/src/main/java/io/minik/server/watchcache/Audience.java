package io.minik.server.watchcache;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who watches a resource, found by what an event is about: of a thousand kubelets, only the one whose pod it is looks at it.
 * The caches' loop.
 */
final class Audience {
    private final Set<CacheWatcher> all = new LinkedHashSet<>();
    private final Map<String, Set<CacheWatcher>> ofKey = new HashMap<>();
    private final Map<String, Set<CacheWatcher>> ofValue = new HashMap<>();
    private final Set<CacheWatcher> ofAnything = new LinkedHashSet<>();
    /** By which values are found: of one resource, one field. */
    private Optional<Filter.Wanted> field = Optional.empty();

    void add(CacheWatcher watcher) {
        all.add(watcher);
        watcher.filter().wanted().ifPresent(wanted -> field = Optional.of(wanted));
        shelf(watcher.filter()).add(watcher);
    }

    void remove(CacheWatcher watcher) {
        if (all.remove(watcher)) {
            Filter filter = watcher.filter();
            Set<CacheWatcher> shelf = shelf(filter);
            shelf.remove(watcher);
            if (shelf.isEmpty() && filter.exact()) {
                ofKey.remove(filter.scope());
            } else if (shelf.isEmpty()) {
                filter.wanted().ifPresent(wanted -> ofValue.remove(wanted.value()));
            }
        }
    }

    private Set<CacheWatcher> shelf(Filter filter) {
        if (filter.exact()) {
            return ofKey.computeIfAbsent(filter.scope(), unused -> new LinkedHashSet<>());
        }
        return filter.wanted()
                .map(wanted -> ofValue.computeIfAbsent(wanted.value(), unused -> new LinkedHashSet<>()))
                .orElse(ofAnything);
    }

    Collection<CacheWatcher> all() {
        return all;
    }

    /** Lets everybody go. @return who was there */
    List<CacheWatcher> clear() {
        List<CacheWatcher> gone = List.copyOf(all);
        all.clear();
        ofKey.clear();
        ofValue.clear();
        ofAnything.clear();
        return gone;
    }

    void tell(CacheEvent event) {
        tell(ofAnything, event);
        tell(ofKey.getOrDefault(event.key(), Set.of()), event);
        if (ofValue.isEmpty() || field.isEmpty()) {
            return;
        }
        Set<String> values;
        try {
            values = event.values(field.get().of());
        } catch (RuntimeException unreadable) {
            // Each finds out by itself, and ends with its own words.
            values = new LinkedHashSet<>(ofValue.keySet());
        }
        for (String value : values) {
            tell(ofValue.getOrDefault(value, Set.of()), event);
        }
    }

    private static void tell(Set<CacheWatcher> watchers, CacheEvent event) {
        for (CacheWatcher watcher : watchers) {
            watcher.offer(event);
        }
    }
}
