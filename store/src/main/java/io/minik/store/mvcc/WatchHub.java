package io.minik.store.mvcc;

import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who watches what. The writer's alone.
 *
 * <p>Watchers of the same range share one list of events for each batch. Watches of a single key are found by the key;
 * the others are few (one a resource and API server), and are all asked.
 */
final class WatchHub {
    private record Key(KeyRange range, boolean wantPrevious) {}

    private static final class Group {
        final Key key;
        final Set<Watcher> watchers = new LinkedHashSet<>();
        List<Event> events = new ArrayList<>();
        long bytes;

        Group(Key key) {
            this.key = key;
        }
    }

    private final Map<Key, Group> groups = new HashMap<>();
    private final Map<Bytes, List<Group>> singles = new HashMap<>();
    private final List<Group> ranges = new ArrayList<>();
    private final Set<Group> touched = new LinkedHashSet<>();

    void add(Watcher watcher) {
        Key key = new Key(watcher.range(), watcher.wantPrevious());
        Group group = groups.get(key);
        if (group == null) {
            group = new Group(key);
            groups.put(key, group);
            siblings(key.range()).add(group);
        }
        group.watchers.add(watcher);
    }

    void remove(Watcher watcher) {
        Group group = groups.get(new Key(watcher.range(), watcher.wantPrevious()));
        if (group != null && group.watchers.remove(watcher) && group.watchers.isEmpty()) {
            groups.remove(group.key);
            List<Group> siblings = siblings(group.key.range());
            siblings.remove(group);
            if (siblings.isEmpty() && group.key.range().single()) {
                singles.remove(group.key.range().key());
            }
        }
    }

    private List<Group> siblings(KeyRange range) {
        return range.single() ? singles.computeIfAbsent(range.key(), key -> new ArrayList<>(1)) : ranges;
    }

    /** One published change; {@link #send} ends the batch. */
    void add(Mvcc mvcc, Change change, Mvcc.Past past) {
        if (groups.isEmpty()) {
            return;
        }
        Fan fan = new Fan(mvcc, change, past);
        for (Group group : singles.getOrDefault(past.key(), List.of())) {
            fan.to(group);
        }
        for (Group group : ranges) {
            if (group.key.range().contains(past.key())) {
                fan.to(group);
            }
        }
    }

    /** Makes the event at most twice: with the previous value, and without. */
    private final class Fan {
        private final Mvcc mvcc;
        private final Change change;
        private final Mvcc.Past past;
        private @Nullable Event plain;
        private @Nullable Event withPrevious;

        Fan(Mvcc mvcc, Change change, Mvcc.Past past) {
            this.mvcc = mvcc;
            this.change = change;
            this.past = past;
        }

        void to(Group group) {
            Event event = group.key.wantPrevious() ? withPrevious() : plain();
            group.events.add(event);
            group.bytes += Watcher.weight(event);
            touched.add(group);
        }

        private Event plain() {
            if (plain == null) {
                plain = mvcc.event(change, past, false);
            }
            return plain;
        }

        private Event withPrevious() {
            if (withPrevious == null) {
                withPrevious = mvcc.event(change, past, true);
            }
            return withPrevious;
        }
    }

    /** Hands each touched range its batch. */
    void send(Handoff handoff, long revision) {
        for (Group group : touched) {
            Watcher.Batch batch = new Watcher.Batch(List.copyOf(group.events), revision, group.bytes);
            group.events = new ArrayList<>();
            group.bytes = 0;
            send(handoff, batch, List.copyOf(group.watchers));
        }
        touched.clear();
    }

    private void send(Handoff handoff, Watcher.Batch batch, Collection<Watcher> watchers) {
        for (Watcher watcher : watchers) {
            Watcher.Batch due = batch;
            if (!watcher.isLiveAt(batch.events().get(0).revision())) {
                List<Event> later = batch.events().stream()
                        .filter(event -> watcher.isLiveAt(event.revision()))
                        .toList();
                due = new Watcher.Batch(later, batch.revision(), batch.bytes());
            }
            if (!due.events().isEmpty() && !watcher.offer(handoff, due)) {
                remove(watcher);
            }
        }
    }

    void endAll(Handoff handoff, StoreException why) {
        Map<Key, Group> all = new LinkedHashMap<>(groups);
        groups.clear();
        singles.clear();
        ranges.clear();
        all.values().forEach(group -> group.watchers.forEach(watcher -> watcher.end(handoff, why)));
    }
}
