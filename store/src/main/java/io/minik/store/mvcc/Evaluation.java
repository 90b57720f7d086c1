package io.minik.store.mvcc;

import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.OpResponse;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One txn against the state: the published index, with what is evaluated but not yet published over it.
 *
 * <p>As in etcd: all compares, also those of nested txns, look at the state before the txn; so do the checks that can
 * refuse it (lease, absent key, revision). Then the ops run in order and see each other's writes. Nothing is changed
 * here: the outcome is data.
 */
final class Evaluation {
    /** @param changes empty if nothing was written: then no revision is used */
    record Outcome(TxnResult result, List<Change> changes) {}

    private final Mvcc mvcc;
    private final NavigableMap<Bytes, KeyValue> pending;
    private final long base;
    private final TreeMap<Bytes, KeyValue> own = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>(1);

    /**
     * @param pending newest values that are evaluated but not published, version 0 = deleted
     * @param base newest revision of these, or the published one
     */
    Evaluation(Mvcc mvcc, NavigableMap<Bytes, KeyValue> pending, long base) {
        this.mvcc = mvcc;
        this.pending = pending;
        this.base = base;
    }

    /** A txn with the branch that its compares chose, and so for the txns within it. */
    private record Path(Txn txn, boolean succeeded, List<Path> nested) {
        List<Op> ops() {
            return succeeded ? txn.success() : txn.failure();
        }
    }

    Outcome run(Txn txn) {
        Path path = choose(txn);
        checkPath(path);
        TxnResult result = apply(path);
        return new Outcome(withRevision(result), changes);
    }

    /** Deletes given keys, as the end of a lease does. */
    List<Change> delete(List<Bytes> keys) {
        keys.forEach(key -> deleteRange(new KeyRange(key, Bytes.EMPTY), false));
        return changes;
    }

    /** Whether it reads a revision that is not published yet: the batch so far must be, before it runs. */
    static boolean readsAfter(Txn txn, long revision) {
        return readsAfter(txn.success(), revision) || readsAfter(txn.failure(), revision);
    }

    private static boolean readsAfter(List<Op> ops, long revision) {
        for (Op op : ops) {
            if ((op instanceof Op.Range range && range.request().revision() > revision)
                    || (op instanceof Op.Nested nested && readsAfter(nested.txn(), revision))) {
                return true;
            }
        }
        return false;
    }

    /** @param slackBytes what a value that is there may grow by; 0: any put grows, as the past stays */
    boolean wouldGrow(Txn txn, int slackBytes) {
        return grows(choose(txn), slackBytes);
    }

    private boolean grows(Path path, int slackBytes) {
        return path.ops().stream().anyMatch(op -> op instanceof Op.Put put && grows(put, slackBytes))
                || path.nested().stream().anyMatch(nested -> grows(nested, slackBytes));
    }

    private boolean grows(Op.Put put, int slackBytes) {
        KeyValue over = over(put.key());
        int before = over == null
                ? mvcc.newestLength(put.key())
                : over.version() == 0 ? -1 : over.value().length();
        return slackBytes == 0 || before < 0 || put.value().length() > before + slackBytes;
    }

    private TxnResult withRevision(TxnResult result) {
        // The results of nested txns carry no revision of their own that anybody reads before it is final.
        return changes.isEmpty() ? result : new TxnResult(result.succeeded(), result.responses(), base + 1);
    }

    // ---- compares ----

    private Path choose(Txn txn) {
        boolean succeeded = true;
        for (Compare compare : txn.compares()) {
            if (!holds(compare)) {
                succeeded = false;
                break;
            }
        }
        List<Path> nested = List.of();
        for (Op op : succeeded ? txn.success() : txn.failure()) {
            if (op instanceof Op.Nested inner) {
                nested = nested.isEmpty() ? new ArrayList<>() : nested;
                nested.add(choose(inner.txn()));
            }
        }
        return new Path(txn, succeeded, nested);
    }

    private boolean holds(Compare compare) {
        KeyRange range = new KeyRange(compare.key(), compare.rangeEnd());
        if (range.single()) {
            if (compare.target() == Compare.Target.MOD) {
                return holds(compare, Long.compare(newestRevision(compare.key()), compare.number()));
            }
            return holds(compare, newest(compare.key(), compare.target() == Compare.Target.VALUE));
        }
        List<KeyValue> kvs = newest(range, compare.target() == Compare.Target.VALUE);
        if (kvs.isEmpty()) {
            return holds(compare, Optional.empty());
        }
        return kvs.stream().allMatch(kv -> holds(compare, Optional.of(kv)));
    }

    private static boolean holds(Compare compare, Optional<KeyValue> kv) {
        if (compare.target() == Compare.Target.VALUE) {
            return kv.isPresent() && holds(compare, kv.get().value().compareTo(compare.value()));
        }
        long actual = kv.map(present -> switch (compare.target()) {
                    case VERSION -> present.version();
                    case CREATE -> present.createRevision();
                    case MOD -> present.modRevision();
                    case LEASE -> present.lease();
                    case VALUE -> throw new IllegalStateException("compared above");
                })
                .orElse(0L);
        return holds(compare, Long.compare(actual, compare.number()));
    }

    private static boolean holds(Compare compare, int order) {
        return switch (compare.result()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
        };
    }

    // ---- what refuses a txn ----

    private void checkPath(Path path) {
        int next = 0;
        for (Op op : path.ops()) {
            if (op instanceof Op.Put put) {
                if (put.lease() != 0 && !mvcc.leases().exists(put.lease())) {
                    throw new StoreException.LeaseNotFound(put.lease());
                }
                if ((put.ignoreValue() || put.ignoreLease())
                        && newest(put.key(), false).isEmpty()) {
                    throw new StoreException.KeyNotFound(put.key());
                }
            } else if (op instanceof Op.Range range && range.request().revision() > 0) {
                mvcc.checkReadable(range.request().revision(), base);
            } else if (op instanceof Op.Nested) {
                checkPath(path.nested().get(next++));
            }
        }
    }

    // ---- ops ----

    private TxnResult apply(Path path) {
        List<OpResponse> responses = new ArrayList<>(path.ops().size());
        int next = 0;
        for (Op op : path.ops()) {
            if (op instanceof Op.Put put) {
                responses.add(put(put));
            } else if (op instanceof Op.Range range) {
                responses.add(new OpResponse.Ranged(range(range.request())));
            } else if (op instanceof Op.DeleteRange delete) {
                List<KeyValue> deleted =
                        deleteRange(new KeyRange(delete.key(), delete.rangeEnd()), delete.wantPrevious());
                responses.add(new OpResponse.Deleted(deleted.size(), delete.wantPrevious() ? deleted : List.of()));
            } else {
                responses.add(new OpResponse.Nested(apply(path.nested().get(next++))));
            }
        }
        return new TxnResult(path.succeeded(), responses, changes.isEmpty() ? base : base + 1);
    }

    private OpResponse put(Op.Put put) {
        Optional<KeyValue> previous = newest(put.key(), put.wantPrevious() || put.ignoreValue());
        long revision = base + 1;
        KeyValue kv = new KeyValue(
                put.key(),
                put.ignoreValue() ? previous.orElseThrow().value() : put.value(),
                previous.map(KeyValue::createRevision).orElse(revision),
                revision,
                previous.map(KeyValue::version).orElse(0L) + 1,
                put.ignoreLease() ? previous.orElseThrow().lease() : put.lease());
        write(kv);
        return new OpResponse.Put(put.wantPrevious() ? previous : Optional.empty());
    }

    private List<KeyValue> deleteRange(KeyRange range, boolean withValue) {
        List<KeyValue> victims = range.single()
                ? newest(range.key(), withValue).map(List::of).orElse(List.of())
                : newest(range, withValue);
        victims.forEach(kv -> write(Mvcc.tombstone(kv.key(), base + 1)));
        return victims;
    }

    private void write(KeyValue kv) {
        changes.add(new Change(kv, changes.size()));
        own.put(kv.key(), kv);
    }

    private RangeResult range(RangeRequest request) {
        long now = changes.isEmpty() ? base : base + 1;
        if (request.revision() > 0 && request.revision() <= mvcc.revision()) {
            RangeResult past = mvcc.range(request);
            return new RangeResult(past.kvs(), past.count(), past.more(), now);
        }
        KeyRange range = new KeyRange(request.key(), request.rangeEnd());
        boolean withValue = !request.keysOnly() && !request.countOnly();
        List<KeyValue> kvs = range.single()
                ? newest(range.key(), withValue).map(List::of).orElse(List.of())
                : newest(range, withValue);
        int count = kvs.size();
        if (request.countOnly()) {
            return new RangeResult(List.of(), count, false, now);
        }
        boolean more = request.limit() > 0 && count > request.limit();
        List<KeyValue> answered = more ? List.copyOf(kvs.subList(0, (int) request.limit())) : kvs;
        return new RangeResult(
                request.keysOnly() ? answered.stream().map(Evaluation::bare).toList() : answered, count, more, now);
    }

    private static KeyValue bare(KeyValue kv) {
        return new KeyValue(kv.key(), Bytes.EMPTY, kv.createRevision(), kv.modRevision(), kv.version(), kv.lease());
    }

    // ---- the state as this txn sees it ----

    private long newestRevision(Bytes key) {
        KeyValue over = over(key);
        return over == null ? mvcc.newestRevision(key) : over.version() == 0 ? 0 : over.modRevision();
    }

    private Optional<KeyValue> newest(Bytes key, boolean withValue) {
        KeyValue over = over(key);
        if (over == null) {
            return mvcc.newest(key, withValue);
        }
        return over.version() == 0 ? Optional.empty() : Optional.of(over);
    }

    private @Nullable KeyValue over(Bytes key) {
        KeyValue mine = own.isEmpty() ? null : own.get(key);
        return mine != null || pending.isEmpty() ? mine : pending.get(key);
    }

    private List<KeyValue> newest(KeyRange range, boolean withValue) {
        List<KeyValue> published = mvcc.range(new RangeRequest(range.key(), range.end(), 0, 0, !withValue, false))
                .kvs();
        NavigableMap<Bytes, KeyValue> before = range.of(pending);
        NavigableMap<Bytes, KeyValue> mine = range.of(own);
        if (before.isEmpty() && mine.isEmpty()) {
            return published;
        }
        TreeMap<Bytes, KeyValue> merged = new TreeMap<>();
        published.forEach(kv -> merged.put(kv.key(), kv));
        merged.putAll(before);
        merged.putAll(mine);
        merged.values().removeIf(kv -> kv.version() == 0);
        return List.copyOf(merged.values());
    }
}
