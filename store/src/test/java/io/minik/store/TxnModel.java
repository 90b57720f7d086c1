package io.minik.store;

import io.minik.store.Compare.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * etcd's transactions said as simply as can be, on whole copies of the state. Compares and what can refuse a txn look at the state
 * before it; ops see each other's writes; a key is written at most once. Answers are texts, so that a difference is read at once.
 */
final class TxnModel {
    private final TreeMap<Long, SortedMap<Bytes, KeyValue>> states = new TreeMap<>(Map.of(1L, new TreeMap<>()));
    private final Set<Long> leases = new HashSet<>();
    private final List<String> events = new ArrayList<>();

    void grant(long lease) {
        leases.add(lease);
    }

    long revision() {
        return states.lastKey();
    }

    List<String> events() {
        return events;
    }

    Optional<KeyValue> get(Bytes key) {
        return Optional.ofNullable(now().get(key));
    }

    List<KeyValue> at(long revision) {
        return List.copyOf(states.floorEntry(revision).getValue().values());
    }

    private SortedMap<Bytes, KeyValue> now() {
        return states.lastEntry().getValue();
    }

    String run(Txn txn) {
        SortedMap<Bytes, KeyValue> before = now();
        Run run = new Run(before, new TreeMap<>(before), revision() + 1);
        try {
            new Written().add(txn.success());
            new Written().add(txn.failure());
            run.check(txn);
        } catch (StoreException refused) {
            return text(refused);
        }
        TxnResult result = run.apply(txn);
        if (run.changed) {
            states.put(run.revision, run.state);
            events.addAll(run.told);
        }
        return text(new TxnResult(result.succeeded(), result.responses(), revision()));
    }

    private static boolean inside(Bytes key, Bytes from, Bytes end) {
        if (end.isEmpty()) {
            return key.equals(from);
        }
        boolean endless = end.length() == 1 && end.array()[0] == 0;
        return key.compareTo(from) >= 0 && (endless || key.compareTo(end) < 0);
    }

    private static List<KeyValue> within(SortedMap<Bytes, KeyValue> state, Bytes from, Bytes end) {
        return state.values().stream().filter(kv -> inside(kv.key(), from, end)).toList();
    }

    /** Keys that are put, and ranges that are deleted: a put may meet neither. */
    private static final class Written {
        private final List<Bytes> puts = new ArrayList<>();
        private final List<Op.DeleteRange> deletes = new ArrayList<>();

        void add(List<Op> ops) {
            for (Op op : ops) {
                if (op instanceof Op.Put put) {
                    met(put.key());
                    puts.add(put.key());
                } else if (op instanceof Op.DeleteRange delete) {
                    met(delete);
                    deletes.add(delete);
                } else if (op instanceof Op.Nested nested) {
                    // Of two branches only one runs: they may meet each other.
                    Written success = new Written();
                    success.add(nested.txn().success());
                    Written failure = new Written();
                    failure.add(nested.txn().failure());
                    for (Written branch : List.of(success, failure)) {
                        branch.puts.forEach(this::met);
                        branch.deletes.forEach(this::met);
                    }
                    puts.addAll(success.puts);
                    puts.addAll(failure.puts);
                    deletes.addAll(success.deletes);
                    deletes.addAll(failure.deletes);
                }
            }
        }

        private void met(Bytes put) {
            if (puts.contains(put) || deletes.stream().anyMatch(each -> inside(put, each.key(), each.rangeEnd()))) {
                throw new StoreException.Invalid("duplicate key given in txn request");
            }
        }

        private void met(Op.DeleteRange delete) {
            if (puts.stream().anyMatch(put -> inside(put, delete.key(), delete.rangeEnd()))) {
                throw new StoreException.Invalid("duplicate key given in txn request");
            }
        }
    }

    /** One txn, with all txns in it. */
    private final class Run {
        private final SortedMap<Bytes, KeyValue> before;
        private final SortedMap<Bytes, KeyValue> state;
        private final long revision;
        private final List<String> told = new ArrayList<>();
        private boolean changed;

        Run(SortedMap<Bytes, KeyValue> before, SortedMap<Bytes, KeyValue> state, long revision) {
            this.before = before;
            this.state = state;
            this.revision = revision;
        }

        private boolean holds(Compare compare) {
            List<KeyValue> kvs = within(before, compare.key(), compare.rangeEnd());
            if (kvs.isEmpty()) {
                return compare.target() != Target.VALUE && holds(compare, Long.compare(0, compare.number()));
            }
            return kvs.stream().allMatch(kv -> holds(compare, order(compare, kv)));
        }

        private static int order(Compare compare, KeyValue kv) {
            return switch (compare.target()) {
                case VERSION -> Long.compare(kv.version(), compare.number());
                case CREATE -> Long.compare(kv.createRevision(), compare.number());
                case MOD -> Long.compare(kv.modRevision(), compare.number());
                case LEASE -> Long.compare(kv.lease(), compare.number());
                case VALUE -> kv.value().compareTo(compare.value());
            };
        }

        private static boolean holds(Compare compare, int order) {
            return switch (compare.result()) {
                case EQUAL -> order == 0;
                case NOT_EQUAL -> order != 0;
                case GREATER -> order > 0;
                case LESS -> order < 0;
            };
        }

        private List<Op> branch(Txn txn) {
            return txn.compares().stream().allMatch(this::holds) ? txn.success() : txn.failure();
        }

        void check(Txn txn) {
            for (Op op : branch(txn)) {
                if (op instanceof Op.Put put) {
                    if (put.lease() != 0 && !leases.contains(put.lease())) {
                        throw new StoreException.LeaseNotFound(put.lease());
                    }
                    if ((put.ignoreLease() || put.ignoreValue()) && !before.containsKey(put.key())) {
                        throw new StoreException.KeyNotFound(put.key());
                    }
                } else if (op instanceof Op.Range range && range.request().revision() >= revision) {
                    throw new StoreException.FutureRevision(range.request().revision(), revision - 1);
                } else if (op instanceof Op.Nested nested) {
                    check(nested.txn());
                }
            }
        }

        TxnResult apply(Txn txn) {
            List<Op> ops = branch(txn);
            List<OpResponse> responses = new ArrayList<>();
            for (Op op : ops) {
                if (op instanceof Op.Put put) {
                    responses.add(put(put));
                } else if (op instanceof Op.DeleteRange delete) {
                    List<KeyValue> gone = within(state, delete.key(), delete.rangeEnd());
                    gone.forEach(this::delete);
                    responses.add(new OpResponse.Deleted(gone.size(), delete.wantPrevious() ? gone : List.of()));
                } else if (op instanceof Op.Range range) {
                    responses.add(new OpResponse.Ranged(range(range.request())));
                } else if (op instanceof Op.Nested nested) {
                    responses.add(new OpResponse.Nested(apply(nested.txn())));
                }
            }
            boolean succeeded = txn.compares().stream().allMatch(this::holds);
            return new TxnResult(succeeded, responses, 0);
        }

        private OpResponse put(Op.Put put) {
            KeyValue old = state.get(put.key());
            KeyValue kv = new KeyValue(
                    put.key(),
                    put.ignoreValue() && old != null ? old.value() : put.value(),
                    old == null ? revision : old.createRevision(),
                    revision,
                    old == null ? 1 : old.version() + 1,
                    put.ignoreLease() && old != null ? old.lease() : put.lease());
            state.put(put.key(), kv);
            changed = true;
            told.add(text(new Event(Event.Type.PUT, kv, Optional.ofNullable(old))));
            return new OpResponse.Put(put.wantPrevious() ? Optional.ofNullable(old) : Optional.empty());
        }

        private void delete(KeyValue old) {
            state.remove(old.key());
            changed = true;
            KeyValue tombstone = new KeyValue(old.key(), Bytes.EMPTY, 0, revision, 0, 0);
            told.add(text(new Event(Event.Type.DELETE, tombstone, Optional.of(old))));
        }

        private RangeResult range(RangeRequest request) {
            SortedMap<Bytes, KeyValue> of = request.revision() > 0
                    ? states.floorEntry(request.revision()).getValue()
                    : state;
            List<KeyValue> all = within(of, request.key(), request.rangeEnd());
            long now = changed ? revision : revision - 1;
            if (request.countOnly()) {
                return new RangeResult(List.of(), all.size(), false, now);
            }
            long limit = request.limit() > 0 ? request.limit() : Long.MAX_VALUE;
            List<KeyValue> some = all.stream()
                    .limit(limit)
                    .map(kv -> request.keysOnly() ? withoutValue(kv) : kv)
                    .toList();
            return new RangeResult(some, all.size(), all.size() > limit, now);
        }

        private static KeyValue withoutValue(KeyValue kv) {
            return new KeyValue(kv.key(), Bytes.EMPTY, kv.createRevision(), kv.modRevision(), kv.version(), kv.lease());
        }
    }

    static String text(StoreException refused) {
        return "refused: " + refused.getMessage();
    }

    static String text(Event event) {
        return event.type() + " " + text(event.kv()) + " was "
                + event.previous().map(TxnModel::text).orElse("absent");
    }

    static String text(TxnResult result) {
        return "at " + result.revision() + " " + inner(result);
    }

    /** Of a txn in another nobody reads the revision. */
    private static String inner(TxnResult result) {
        StringBuilder out = new StringBuilder(result.succeeded() ? "then" : "else");
        result.responses().forEach(response -> out.append("; ").append(text(response)));
        return out.toString();
    }

    private static String text(OpResponse response) {
        if (response instanceof OpResponse.Put put) {
            return "put, was " + put.previous().map(TxnModel::text).orElse("untold");
        }
        if (response instanceof OpResponse.Deleted deleted) {
            return "deleted " + deleted.count() + " " + texts(deleted.previous());
        }
        if (response instanceof OpResponse.Ranged ranged) {
            RangeResult range = ranged.result();
            return "range " + range.count() + (range.more() ? "+ " : " ") + texts(range.kvs()) + " at "
                    + range.revision();
        }
        return "(" + inner(((OpResponse.Nested) response).result()) + ")";
    }

    private static List<String> texts(List<KeyValue> kvs) {
        return kvs.stream().map(TxnModel::text).toList();
    }

    private static String text(KeyValue kv) {
        return kv.key() + "=" + kv.value() + " c" + kv.createRevision() + " m" + kv.modRevision() + " v" + kv.version()
                + " l" + kv.lease();
    }
}
