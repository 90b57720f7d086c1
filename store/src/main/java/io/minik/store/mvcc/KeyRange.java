package io.minik.store.mvcc;

import io.minik.store.Bytes;
import java.util.Collections;
import java.util.NavigableMap;

/** etcd's key and range_end: an empty end is the single key, the byte 0 is "no upper bound", else it is exclusive. */
record KeyRange(Bytes key, Bytes end) {
    boolean single() {
        return end.isEmpty();
    }

    private boolean unbounded() {
        return end.length() == 1 && end.array()[0] == 0;
    }

    boolean contains(Bytes candidate) {
        if (single()) {
            return key.equals(candidate);
        }
        return candidate.compareTo(key) >= 0 && (unbounded() || candidate.compareTo(end) < 0);
    }

    /** The part of a sorted map that lies in this range. */
    <V> NavigableMap<Bytes, V> of(NavigableMap<Bytes, V> map) {
        if (single()) {
            return map.subMap(key, true, key, true);
        }
        if (unbounded()) {
            return map.tailMap(key, true);
        }
        return key.compareTo(end) >= 0 ? Collections.emptyNavigableMap() : map.subMap(key, true, end, false);
    }
}
