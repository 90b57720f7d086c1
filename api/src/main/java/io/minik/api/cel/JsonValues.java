package io.minik.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** JSON as values, by its declaration: containers are views, made item by item. */
final class JsonValues {
    private JsonValues() {}

    static Object of(JsonNode json, Decl decl) {
        if (json.isNull() || json.isMissingNode()) {
            return CelValues.NULL;
        }
        if (json instanceof ArrayNode list) {
            return decl.type().is(CelType.Kind.DYN)
                    ? plainList(list)
                    : new Items(list, decl, decl.item().orElse(Decl.DYN));
        }
        if (json instanceof ObjectNode object) {
            return switch (decl.type().kind()) {
                case MAP -> new Entries(object, decl.item().orElse(Decl.DYN));
                case OBJECT -> new Fields(object, decl);
                default -> plainMap(object);
            };
        }
        return scalar(json, decl);
    }

    private static Object scalar(JsonNode json, Decl decl) {
        if (json.isTextual()) {
            String text = json.textValue();
            return switch (decl.type().kind()) {
                case BYTES -> bytes(text);
                case DURATION -> CelTimes.formattedDuration(text);
                case TIMESTAMP -> decl.format().equals("date") ? CelTimes.date(text) : CelTimes.dateTime(text);
                default -> text;
            };
        }
        if (json.isBoolean()) {
            return json.booleanValue();
        }
        boolean fraction = decl.type().is(CelType.Kind.DOUBLE)
                || !json.decimalValue().stripTrailingZeros().toPlainString().matches("-?\\d+");
        return fraction ? (Object) json.doubleValue() : (Object) json.longValue();
    }

    private static Object bytes(String text) {
        try {
            return new CelBytes(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return new CelError("Invalid base64: " + e.getMessage());
        }
    }

    private static List<Object> plainList(ArrayNode list) {
        List<Object> plain = new ArrayList<>();
        list.forEach(item -> plain.add(of(item, Decl.DYN)));
        return plain;
    }

    private static Map<Object, Object> plainMap(ObjectNode object) {
        Map<Object, Object> plain = new LinkedHashMap<>();
        object.properties().forEach(entry -> plain.put(entry.getKey(), of(entry.getValue(), Decl.DYN)));
        return plain;
    }

    /** A list; sets and maps among them are equal in any order, and have no item twice when they are added. */
    static final class Items extends AbstractList<Object> {
        private final ArrayNode json;
        private final Decl decl;
        private final Decl item;

        Items(ArrayNode json, Decl decl, Decl item) {
            this.json = json;
            this.decl = decl;
            this.item = item;
        }

        @Override
        public Object get(int at) {
            return of(json.get(at), item);
        }

        @Override
        public int size() {
            return json.size();
        }

        boolean unordered() {
            return decl.listType().equals("set") || decl.listType().equals("map");
        }

        /** What makes an item the same as another. */
        Object key(Object value) {
            if (decl.listType().equals("map") && value instanceof Map<?, ?> map) {
                List<Object> key = new ArrayList<>();
                for (String name : decl.keys()) {
                    Object part = map.get(Escapes.escaped(name).orElse(name));
                    key.add(part == null ? CelValues.NULL : part);
                }
                return key;
            }
            return value;
        }

        boolean same(List<?> other) {
            if (other.size() != size()) {
                return false;
            }
            Map<Object, Object> mine = new LinkedHashMap<>();
            forEach(value -> mine.put(CelValues.hashed(key(value)), value));
            for (Object value : other) {
                Object own = mine.get(CelValues.hashed(key(value)));
                if (own == null || !CelValues.equal(own, value)) {
                    return false;
                }
            }
            return true;
        }

        /** The items of both, those of the other last word. */
        List<Object> plus(List<?> other) {
            Map<Object, Object> all = new LinkedHashMap<>();
            forEach(value -> all.put(CelValues.hashed(key(value)), value));
            other.forEach(value -> all.put(CelValues.hashed(key(value)), value));
            return new ArrayList<>(all.values());
        }
    }

    /** Entries of which no key comes twice: a hash of each would be one of all that lies below it. */
    private static final class Once extends AbstractSet<Map.Entry<Object, Object>> {
        private final List<Map.Entry<Object, Object>> all;

        Once(List<Map.Entry<Object, Object>> all) {
            this.all = all;
        }

        @Override
        public Iterator<Map.Entry<Object, Object>> iterator() {
            return all.iterator();
        }

        @Override
        public int size() {
            return all.size();
        }
    }

    private static final class Entries extends AbstractMap<Object, Object> {
        private final ObjectNode json;
        private final Decl value;

        Entries(ObjectNode json, Decl value) {
            this.json = json;
            this.value = value;
        }

        @Override
        public @Nullable Object get(Object key) {
            JsonNode found = key instanceof String name ? json.get(name) : null;
            return found == null ? null : of(found, value);
        }

        @Override
        public boolean containsKey(Object key) {
            return key instanceof String name && json.has(name);
        }

        @Override
        public int size() {
            return json.size();
        }

        @Override
        public Set<Entry<Object, Object>> entrySet() {
            List<Entry<Object, Object>> all = new ArrayList<>();
            json.properties().forEach(entry -> all.add(Map.entry(entry.getKey(), of(entry.getValue(), value))));
            return new Once(all);
        }
    }

    private static final class Fields extends AbstractMap<Object, Object> {
        private final ObjectNode json;
        private final Decl decl;

        Fields(ObjectNode json, Decl decl) {
            this.json = json;
            this.decl = decl;
        }

        @Override
        public @Nullable Object get(Object key) {
            String name = decl.names().get(key);
            JsonNode found = name == null ? null : json.get(name);
            return found == null ? null : of(found, decl.field((String) key).orElse(Decl.DYN));
        }

        @Override
        public boolean containsKey(Object key) {
            return get(key) != null;
        }

        @Override
        public Set<Entry<Object, Object>> entrySet() {
            List<Entry<Object, Object>> all = new ArrayList<>();
            for (String name : decl.names().keySet()) {
                Object value = get(name);
                if (value != null) {
                    all.add(Map.entry(name, value));
                }
            }
            return new Once(all);
        }
    }
}
