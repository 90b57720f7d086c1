package io.minik.runtime;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Things by their id, and by each of their labels: whoever asks for the few of one pod looks at these, however many pods there are.
 * Labels of one id stay as they are. Any thread; a thing that is put or removed meanwhile is found or not.
 *
 * @param <V> the things
 */
public final class ByLabel<V> {
    private final Function<V, Map<String, String>> labels;
    private final Map<String, V> all = new ConcurrentHashMap<>();
    private final Map<Map.Entry<String, String>, Set<String>> ids = new ConcurrentHashMap<>();

    public ByLabel(Function<V, Map<String, String>> labels) {
        this.labels = labels;
    }

    public Optional<V> find(String id) {
        return Optional.ofNullable(all.get(id));
    }

    public Collection<V> values() {
        return all.values();
    }

    public void put(String id, V value) {
        if (all.put(id, value) == null) {
            labels.apply(value)
                    .forEach((key, word) -> ids.compute(Map.entry(key, word), (label, known) -> {
                        Set<String> with = known == null ? ConcurrentHashMap.newKeySet() : known;
                        with.add(id);
                        return with;
                    }));
        }
    }

    public void remove(String id) {
        V gone = all.remove(id);
        if (gone != null) {
            labels.apply(gone)
                    .forEach((key, word) -> ids.computeIfPresent(Map.entry(key, word), (label, known) -> {
                        known.remove(id);
                        return known.isEmpty() ? null : known;
                    }));
        }
    }

    /** The ids of those with all of these labels, in order; of all, if there are none. */
    public Collection<String> with(Map<String, String> wanted) {
        return wanted.entrySet().stream()
                .map(label -> ids.getOrDefault(Map.entry(label.getKey(), label.getValue()), Set.of()))
                .min(Comparator.comparingInt(Set::size))
                .orElse(all.keySet())
                .stream()
                .filter(id -> find(id).filter(value -> has(value, wanted)).isPresent())
                .sorted()
                .toList();
    }

    private boolean has(V value, Map<String, String> wanted) {
        return wanted.isEmpty() || labels.apply(value).entrySet().containsAll(wanted.entrySet());
    }
}
