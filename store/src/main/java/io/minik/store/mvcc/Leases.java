package io.minik.store.mvcc;

import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.Store;
import io.minik.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Leases and their keys. The writer's alone. Grants are in the journal, renewals are not: whoever opens a store gives
 * every lease its full TTL again, as etcd does for a new leader.
 */
final class Leases {
    private static final class Held {
        final long ttlSeconds;
        final Set<Bytes> keys = new LinkedHashSet<>();
        long deadlineMillis;

        Held(long ttlSeconds) {
            this.ttlSeconds = ttlSeconds;
        }
    }

    private final Loop clock;
    private final TreeMap<Long, Held> leases = new TreeMap<>();
    private final Map<Bytes, Long> leaseOf = new HashMap<>();

    Leases(Loop clock) {
        this.clock = clock;
    }

    long nowMillis() {
        return clock.millis();
    }

    boolean exists(long id) {
        return leases.containsKey(id);
    }

    void grant(long id, long ttlSeconds) {
        Held held = new Held(ttlSeconds);
        held.deadlineMillis = clock.millis() + ttlSeconds * 1000;
        leases.put(id, held);
    }

    void renew(long id) {
        Held held = require(id);
        held.deadlineMillis = clock.millis() + held.ttlSeconds * 1000;
    }

    void renewAll() {
        leases.keySet().forEach(this::renew);
    }

    void revoke(long id) {
        Held held = leases.remove(id);
        if (held != null) {
            held.keys.forEach(leaseOf::remove);
        }
    }

    private Held require(long id) {
        Held held = leases.get(id);
        if (held == null) {
            throw new StoreException.LeaseNotFound(id);
        }
        return held;
    }

    /** Moves the key to the lease of its newest value. */
    void changed(KeyValue kv) {
        if (!leaseOf.isEmpty()) {
            Long old = leaseOf.remove(kv.key());
            Held held = old == null ? null : leases.get(old);
            if (held != null) {
                held.keys.remove(kv.key());
            }
        }
        if (kv.lease() != 0) {
            Held held = leases.get(kv.lease());
            // A lease that is gone took its keys along: in a snapshot older values may still name it.
            if (held != null) {
                held.keys.add(kv.key());
                leaseOf.put(kv.key(), kv.lease());
            }
        }
    }

    /** Sorted, so that their end is the same history everywhere. */
    List<Bytes> keys(long id) {
        return require(id).keys.stream().sorted().toList();
    }

    Store.Lease lease(long id) {
        Held held = require(id);
        long left = Math.max(0, held.deadlineMillis - clock.millis());
        return new Store.Lease(id, held.ttlSeconds, (left + 999) / 1000);
    }

    List<Store.Lease> all() {
        return leases.keySet().stream().map(this::lease).toList();
    }

    List<Long> ids() {
        return List.copyOf(leases.keySet());
    }

    Map<Long, Long> ttls() {
        Map<Long, Long> ttls = new TreeMap<>();
        leases.forEach((id, held) -> ttls.put(id, held.ttlSeconds));
        return ttls;
    }

    List<Long> expired() {
        long now = clock.millis();
        List<Long> ids = new ArrayList<>();
        leases.forEach((id, held) -> {
            if (held.deadlineMillis <= now) {
                ids.add(id);
            }
        });
        return ids;
    }

    long deadlineMillis(long id) {
        return require(id).deadlineMillis;
    }

    OptionalLong nextDeadlineMillis() {
        return leases.values().stream().mapToLong(held -> held.deadlineMillis).min();
    }
}
