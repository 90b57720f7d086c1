package io.minik.store.mvcc;

import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.StoreException;
import io.minik.store.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The published state: a sorted index of keys and their revisions on the heap, values in {@link Records}.
 *
 * <p>Only the writer changes it. A reader takes {@link #revision} once and reads every key at it: entries of later
 * revisions are there already or not, it does not look at them. A compaction raises {@link #compactedRevision} before it
 * removes anything, so that a reader which looked while entries went can tell, and looks again.
 */
public final class Mvcc implements Facts {
    /** A new store is at revision 1, so that its first write gets 2, as with etcd. */
    public static final long FIRST_REVISION = 1;

    private final ConcurrentSkipListMap<Bytes, KeyHistory> index = new ConcurrentSkipListMap<>();
    private final Records records;
    private final Leases leases;
    private final Values values;
    private final Loop clock;
    private final HistoryBytes history = new HistoryBytes();
    private volatile long revision = FIRST_REVISION;
    private volatile long compactedRevision;
    private final AtomicInteger openHistories = new AtomicInteger();

    public Mvcc(Records records, Loop clock) {
        this.records = records;
        this.leases = new Leases(clock);
        this.values = new Values(records);
        this.clock = clock;
    }

    public long revision() {
        return revision;
    }

    public long compactedRevision() {
        return compactedRevision;
    }

    public Records records() {
        return records;
    }

    Leases leases() {
        return leases;
    }

    // ---- reads: any thread ----

    RangeResult range(RangeRequest request) {
        while (true) {
            long now = revision;
            long at = request.revision() <= 0 ? now : request.revision();
            checkReadable(at, now);
            Optional<RangeResult> read = rangeAt(request, at, now);
            // If a compaction passed by, a read of "now" is repeated, and one of a past revision finds that it is gone.
            if (compactedRevision <= at) {
                return read.orElseThrow(
                        () -> new IllegalStateException("a record that is retained at revision " + at + " is missing"));
            }
        }
    }

    void checkReadable(long at, long now) {
        if (at > now) {
            throw new StoreException.FutureRevision(at, now);
        }
        if (at < compactedRevision) {
            throw new StoreException.Compacted(at, compactedRevision);
        }
    }

    private Optional<RangeResult> rangeAt(RangeRequest request, long at, long now) {
        KeyRange range = new KeyRange(request.key(), request.rangeEnd());
        if (range.single()) {
            return singleAt(request, at, now);
        }
        List<KeyValue> kvs = new ArrayList<>();
        long count = 0;
        long wanted = request.countOnly() ? 0 : request.limit() <= 0 ? Long.MAX_VALUE : request.limit();
        for (Map.Entry<Bytes, KeyHistory> key : range.of(index).entrySet()) {
            KeyHistory history = key.getValue();
            int entry = history.floor(at);
            if (entry < 0 || KeyHistory.isTombstone(history.ref(entry))) {
                continue;
            }
            if (count++ < wanted) {
                Optional<KeyValue> kv = read(key.getKey(), history, entry, !request.keysOnly());
                if (kv.isEmpty()) {
                    return Optional.empty();
                }
                kvs.add(kv.get());
            }
        }
        return Optional.of(new RangeResult(kvs, count, !request.countOnly() && count > kvs.size(), now));
    }

    private Optional<RangeResult> singleAt(RangeRequest request, long at, long now) {
        KeyHistory history = index.get(request.key());
        int entry = history == null ? -1 : history.floor(at);
        if (history == null || entry < 0 || KeyHistory.isTombstone(history.ref(entry))) {
            return Optional.of(new RangeResult(List.of(), 0, false, now));
        }
        if (request.countOnly()) {
            return Optional.of(new RangeResult(List.of(), 1, false, now));
        }
        return read(request.key(), history, entry, !request.keysOnly())
                .map(kv -> new RangeResult(List.of(kv), 1, false, now));
    }

    Optional<Value> value(Bytes key, long modRevision) {
        KeyHistory history = index.get(key);
        int entry = history == null ? -1 : history.floor(modRevision);
        return history == null
                        || entry < 0
                        || history.revision(entry) != modRevision
                        || KeyHistory.isTombstone(history.ref(entry))
                ? Optional.empty()
                : values.hold(history.ref(entry), modRevision);
    }

    private Optional<KeyValue> read(Bytes key, KeyHistory history, int entry, boolean withValue) {
        return read(key, history.revision(entry), history.ref(entry), withValue);
    }

    private Optional<KeyValue> read(Bytes key, long modRevision, long ref, boolean withValue) {
        return records.find(KeyHistory.handle(ref), key, modRevision, KeyHistory.sub(ref), withValue);
    }

    /**
     * One change of the past. Its values are read when {@link #event} is called, not before.
     *
     * @param previousRevision 0 if no entry before it is retained
     */
    record Past(Bytes key, long revision, long ref, long previousRevision, long previousRef) {}

    /** The changes of a range from one revision to another, both included, in order. */
    List<Past> history(KeyRange range, long from, long to) {
        if (from < compactedRevision) {
            throw new StoreException.Compacted(from, compactedRevision);
        }
        List<Past> found = new ArrayList<>();
        for (Map.Entry<Bytes, KeyHistory> key : range.of(index).entrySet()) {
            KeyHistory history = key.getValue();
            int last = history.floor(to);
            for (int entry = last; entry >= 0 && history.revision(entry) >= from; entry--) {
                boolean first = entry == 0;
                found.add(new Past(
                        key.getKey(),
                        history.revision(entry),
                        history.ref(entry),
                        first ? 0 : history.revision(entry - 1),
                        first ? 0 : history.ref(entry - 1)));
            }
        }
        if (from < compactedRevision) {
            throw new StoreException.Compacted(from, compactedRevision);
        }
        found.sort(Comparator.comparingLong(Past::revision).thenComparingInt(past -> KeyHistory.sub(past.ref())));
        return found;
    }

    /** @throws StoreException.Compacted if a compaction has taken it meanwhile */
    Event event(Past past, boolean wantPrevious) {
        Optional<KeyValue> previous = wantPrevious ? previous(past) : Optional.empty();
        if (KeyHistory.isTombstone(past.ref())) {
            return new Event(Event.Type.DELETE, tombstone(past.key(), past.revision()), previous);
        }
        KeyValue kv = read(past.key(), past.revision(), past.ref(), true)
                .orElseThrow(() -> new StoreException.Compacted(past.revision(), compactedRevision));
        return new Event(Event.Type.PUT, kv, previous);
    }

    /** The event of a change that was just applied: its own value is at hand. */
    Event event(Change change, Past past, boolean wantPrevious) {
        Optional<KeyValue> previous = wantPrevious ? previous(past) : Optional.empty();
        return new Event(change.isDelete() ? Event.Type.DELETE : Event.Type.PUT, change.kv(), previous);
    }

    private Optional<KeyValue> previous(Past past) {
        return past.previousRevision() == 0 || KeyHistory.isTombstone(past.previousRef())
                ? Optional.empty()
                : read(past.key(), past.previousRevision(), past.previousRef(), true);
    }

    static KeyValue tombstone(Bytes key, long revision) {
        return new KeyValue(key, Bytes.EMPTY, 0, revision, 0, 0);
    }

    /** From the writer: no compaction is under way. */
    void historyOpened() {
        openHistories.incrementAndGet();
    }

    void historyClosed() {
        openHistories.decrementAndGet();
    }

    /** Keys with what is retained of them. */
    NavigableMap<Bytes, KeyHistory> histories() {
        return index;
    }

    /** A change that was retained, empty if a compaction has taken it meanwhile. */
    Optional<KeyValue> change(Bytes key, long changeRevision, long ref) {
        return KeyHistory.isTombstone(ref)
                ? Optional.of(tombstone(key, changeRevision))
                : read(key, changeRevision, ref, true);
    }

    /** Everything that is retained at or before a revision, by key, oldest first: what a snapshot holds. */
    public void retained(long atMost, Consumer<Change> each) {
        for (Map.Entry<Bytes, KeyHistory> key : index.entrySet()) {
            KeyHistory history = key.getValue();
            int last = history.floor(atMost);
            for (int entry = 0; entry <= last; entry++) {
                long ref = history.ref(entry);
                if (KeyHistory.isTombstone(ref)) {
                    each.accept(new Change(tombstone(key.getKey(), history.revision(entry)), KeyHistory.sub(ref)));
                } else {
                    // Gone means compacted since: the journal that follows the snapshot has that compaction.
                    read(key.getKey(), history, entry, true)
                            .ifPresent(kv -> each.accept(new Change(kv, KeyHistory.sub(ref))));
                }
            }
        }
    }

    // ---- the writer's ----

    /** The newest published value of a key. */
    Optional<KeyValue> newest(Bytes key, boolean withValue) {
        KeyHistory history = index.get(key);
        if (history == null) {
            return Optional.empty();
        }
        int entry = history.size() - 1;
        return KeyHistory.isTombstone(history.ref(entry)) ? Optional.empty() : read(key, history, entry, withValue);
    }

    /** Its revision, or 0 if the key is not there: needs the index alone. */
    long newestRevision(Bytes key) {
        KeyHistory history = index.get(key);
        if (history == null) {
            return 0;
        }
        int entry = history.size() - 1;
        return KeyHistory.isTombstone(history.ref(entry)) ? 0 : history.revision(entry);
    }

    /** Bytes of its newest published value, -1 if the key is not there. */
    int newestLength(Bytes key) {
        KeyHistory history = index.get(key);
        return history == null ? -1 : length(history, history.size() - 1);
    }

    private int length(KeyHistory history, int entry) {
        long ref = history.ref(entry);
        return KeyHistory.isTombstone(ref)
                ? -1
                : records.length(KeyHistory.handle(ref), history.revision(entry), KeyHistory.sub(ref));
    }

    /** What compactions have to let go of. */
    HistoryBytes history() {
        return history;
    }

    /** Lets go of what was held when it was compacted, and no longer is. */
    void reclaim() {
        values.reclaim(clock.millis());
    }

    /** Closes the records, unless somebody holds a value: then they go with it. */
    void release() {
        if (values.isEmpty()) {
            records.close();
        }
    }

    /** Adds a change to the index. Readers see it when {@link #publish} tells the revision. */
    Past apply(Change change) {
        KeyValue kv = change.kv();
        long handle = change.isDelete() ? 0 : records.add(kv, Math.min(change.sub(), KeyHistory.MAX_SUB));
        long ref = KeyHistory.ref(handle, change.sub());
        KeyHistory known = index.get(kv.key());
        leases.changed(kv);
        if (known == null) {
            index.put(kv.key(), KeyHistory.of(kv.modRevision(), ref));
            return new Past(kv.key(), kv.modRevision(), ref, 0, 0);
        }
        int last = known.size() - 1;
        Past applied = new Past(kv.key(), kv.modRevision(), ref, known.revision(last), known.ref(last));
        history.superseded(kv.modRevision(), Math.max(0, length(known, last)));
        KeyHistory longer = known.append(kv.modRevision(), ref);
        if (longer != known) {
            index.put(kv.key(), longer);
        }
        return applied;
    }

    void publish(long newRevision) {
        revision = newRevision;
    }

    @Override
    public void committed(long committedRevision, List<Change> changes) {
        changes.forEach(this::apply);
        publish(committedRevision);
    }

    @Override
    public void leaseGranted(long id, long ttlSeconds) {
        leases.grant(id, ttlSeconds);
    }

    @Override
    public void leaseRevoked(long id) {
        leases.revoke(id);
    }

    @Override
    public void compacted(long at) {
        compactedRevision = at;
        boolean keepsDeletes = openHistories.get() > 0;
        for (Map.Entry<Bytes, KeyHistory> key : index.entrySet()) {
            KeyHistory known = key.getValue();
            Optional<KeyHistory> left = known.compact(at, keepsDeletes, this::drop);
            if (left.isEmpty()) {
                index.remove(key.getKey());
            } else if (left.get() != known) {
                index.put(key.getKey(), left.get());
            }
        }
        history.compacted(at);
    }

    private void drop(long ref) {
        if (!KeyHistory.isTombstone(ref)) {
            values.drop(KeyHistory.handle(ref));
        }
    }

    /** The next write's revision comes after some that no write has. */
    public void skip(long revisions) {
        publish(revision + revisions);
    }

    /** A snapshot's heads, before its changes are applied. */
    public void restore(long atRevision, long atCompactedRevision) {
        revision = atRevision;
        compactedRevision = atCompactedRevision;
    }

    /** A snapshot's changes, in the order of {@link #retained}. */
    public void restore(Change change) {
        apply(change);
    }

    /** Leases as of now, for a snapshot: the writer's. */
    public Map<Long, Long> leaseTtls() {
        return leases.ttls();
    }
}
