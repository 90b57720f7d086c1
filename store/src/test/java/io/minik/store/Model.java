package io.minik.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a store is, said as simply as can be: every state there ever was. */
final class Model {
    private final TreeMap<Long, TreeMap<Bytes, KeyValue>> states = new TreeMap<>();
    private final List<Event> events = new ArrayList<>();
    private long compacted;

    Model() {
        states.put(1L, new TreeMap<>());
    }

    long revision() {
        return states.lastKey();
    }

    long compacted() {
        return compacted;
    }

    void compact(long revision) {
        compacted = revision;
    }

    private SortedMap<Bytes, KeyValue> now() {
        return states.lastEntry().getValue();
    }

    List<KeyValue> range(Bytes from, Bytes to, long revision) {
        return List.copyOf(
                states.floorEntry(revision).getValue().subMap(from, to).values());
    }

    Optional<KeyValue> get(Bytes key) {
        return Optional.ofNullable(now().get(key));
    }

    /** One txn of puts and deletes of different keys. A put without a value is a delete. */
    void write(SortedMap<Bytes, Optional<Bytes>> writes, long lease) {
        long next = revision() + 1;
        TreeMap<Bytes, KeyValue> state = new TreeMap<>(now());
        boolean changed = false;
        for (var write : writes.entrySet()) {
            Bytes key = write.getKey();
            KeyValue old = state.get(key);
            if (write.getValue().isPresent()) {
                KeyValue kv = new KeyValue(
                        key,
                        write.getValue().get(),
                        old == null ? next : old.createRevision(),
                        next,
                        old == null ? 1 : old.version() + 1,
                        lease);
                state.put(key, kv);
                events.add(new Event(Event.Type.PUT, kv, Optional.ofNullable(old)));
                changed = true;
            } else if (old != null) {
                state.remove(key);
                events.add(
                        new Event(Event.Type.DELETE, new KeyValue(key, Bytes.EMPTY, 0, next, 0, 0), Optional.of(old)));
                changed = true;
            }
        }
        if (changed) {
            states.put(next, state);
        }
    }

    SortedMap<Bytes, Optional<Bytes>> keysOf(long lease) {
        SortedMap<Bytes, Optional<Bytes>> keys = new TreeMap<>();
        now().values().stream().filter(kv -> kv.lease() == lease).forEach(kv -> keys.put(kv.key(), Optional.empty()));
        return keys;
    }

    List<Event> events(Bytes from, Bytes to, long fromRevision) {
        return events.stream()
                .filter(event -> event.revision() >= fromRevision)
                .filter(event -> event.kv().key().compareTo(from) >= 0
                        && event.kv().key().compareTo(to) < 0)
                .toList();
    }
}
