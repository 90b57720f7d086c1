package io.minik.api.object;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A few strings by name, in order, unmodifiable: a quarter of what a hash map takes, and every object has one. Looked
 * through from the start.
 */
final class Labels extends AbstractMap<String, String> {
    /** Beyond, a hash map is faster. */
    private static final int MAX = 8;

    private final String[] words;

    private Labels(String[] words) {
        this.words = words;
    }

    static Map<String, String> of(JsonNode labels) {
        if (labels.size() == 0) {
            return Map.of();
        }
        if (labels.size() > MAX) {
            return Collections.unmodifiableMap(Json.strings(labels));
        }
        String[] words = new String[2 * labels.size()];
        int at = 0;
        for (Map.Entry<String, JsonNode> label : labels.properties()) {
            words[at++] = label.getKey().intern();
            words[at++] = label.getValue().asText().intern();
        }
        return new Labels(words);
    }

    @Override
    public int size() {
        return words.length / 2;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return get(key) != null;
    }

    @Override
    public @Nullable String get(@Nullable Object key) {
        for (int i = 0; i < words.length; i += 2) {
            if (words[i].equals(key)) {
                return words[i + 1];
            }
        }
        return null;
    }

    @Override
    public Set<Map.Entry<String, String>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return words.length / 2;
            }

            @Override
            public Iterator<Map.Entry<String, String>> iterator() {
                return new Entries(words);
            }
        };
    }

    private static final class Entries implements Iterator<Map.Entry<String, String>> {
        private final String[] words;
        private int next;

        Entries(String[] words) {
            this.words = words;
        }

        @Override
        public boolean hasNext() {
            return next < words.length;
        }

        @Override
        public Map.Entry<String, String> next() {
            if (next >= words.length) {
                throw new NoSuchElementException();
            }
            next += 2;
            return Map.entry(words[next - 2], words[next - 1]);
        }
    }
}
