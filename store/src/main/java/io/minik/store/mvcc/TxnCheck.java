package io.minik.store.mvcc;

import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.Op;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import java.util.ArrayList;
import java.util.List;

/** What can be said of a txn before it meets the state. The messages are etcd's, as its clients compare them. */
final class TxnCheck {
    /** etcd's --max-request-bytes: 1.5 MiB. */
    static final int MAX_REQUEST_BYTES = 3 * 512 * 1024;

    /** What a put or compare weighs beside its key and value: an estimate for the queue's bound. */
    private static final long OP_OVERHEAD_BYTES = 64;

    private TxnCheck() {}

    /** @return the txn's weight in bytes */
    static int check(Txn txn) {
        checkOps(txn, Txn.MAX_OPS);
        if (hasWrites(txn.success())) {
            writtenKeys(txn.success());
        }
        if (hasWrites(txn.failure())) {
            writtenKeys(txn.failure());
        }
        long weight = weight(txn);
        if (weight > MAX_REQUEST_BYTES) {
            throw new StoreException.Invalid("request is too large");
        }
        return (int) weight;
    }

    private static void checkOps(Txn txn, int allowed) {
        int widest = Math.max(
                txn.compares().size(),
                Math.max(txn.success().size(), txn.failure().size()));
        if (widest > allowed) {
            throw new StoreException.Invalid("too many operations in txn request");
        }
        for (Compare compare : txn.compares()) {
            requireKey(compare.key());
        }
        txn.success().forEach(op -> checkOp(op, allowed - widest));
        txn.failure().forEach(op -> checkOp(op, allowed - widest));
    }

    private static void checkOp(Op op, int allowedNested) {
        if (op instanceof Op.Put put) {
            requireKey(put.key());
            if (put.ignoreValue() && !put.value().isEmpty()) {
                throw new StoreException.Invalid("value is provided");
            }
            if (put.ignoreLease() && put.lease() != 0) {
                throw new StoreException.Invalid("lease is provided");
            }
        } else if (op instanceof Op.Range range) {
            requireKey(range.request().key());
        } else if (op instanceof Op.DeleteRange delete) {
            requireKey(delete.key());
        } else if (op instanceof Op.Nested nested) {
            checkOps(nested.txn(), allowedNested);
        } else {
            throw new IllegalArgumentException("unknown op " + op);
        }
    }

    static void requireKey(Bytes key) {
        if (key.isEmpty()) {
            throw new StoreException.Invalid("key is not provided");
        }
    }

    /** A single write can't collide with itself: nearly every txn is one. */
    private static boolean hasWrites(List<Op> ops) {
        return ops.size() > 1 || ops.stream().anyMatch(Op.Nested.class::isInstance);
    }

    private record Written(List<Bytes> puts, List<KeyRange> deletes) {}

    /** One revision can't hold two values of a key: etcd refuses overlapping puts, and puts into deleted ranges. */
    private static Written writtenKeys(List<Op> ops) {
        Written written = new Written(new ArrayList<>(), new ArrayList<>());
        for (Op op : ops) {
            if (op instanceof Op.Put put) {
                collide(written, put.key());
                written.puts().add(put.key());
            } else if (op instanceof Op.DeleteRange delete) {
                collide(written, new KeyRange(delete.key(), delete.rangeEnd()));
                written.deletes().add(new KeyRange(delete.key(), delete.rangeEnd()));
            } else if (op instanceof Op.Nested nested) {
                // Only one of the two branches runs, so they may collide with each other, but not with what is beside.
                Written success = writtenKeys(nested.txn().success());
                Written failure = writtenKeys(nested.txn().failure());
                collide(written, success);
                collide(written, failure);
                merge(written, success);
                merge(written, failure);
            }
        }
        return written;
    }

    private static void collide(Written written, Written nested) {
        nested.puts().forEach(key -> collide(written, key));
        nested.deletes().forEach(range -> collide(written, range));
    }

    private static void merge(Written written, Written nested) {
        written.puts().addAll(nested.puts());
        written.deletes().addAll(nested.deletes());
    }

    private static void collide(Written written, Bytes put) {
        if (written.puts().contains(put) || written.deletes().stream().anyMatch(range -> range.contains(put))) {
            throw new StoreException.Invalid("duplicate key given in txn request");
        }
    }

    private static void collide(Written written, KeyRange delete) {
        if (written.puts().stream().anyMatch(delete::contains)) {
            throw new StoreException.Invalid("duplicate key given in txn request");
        }
    }

    private static long weight(Txn txn) {
        long weight = OP_OVERHEAD_BYTES;
        for (Compare compare : txn.compares()) {
            weight += OP_OVERHEAD_BYTES
                    + compare.key().length()
                    + compare.rangeEnd().length()
                    + compare.value().length();
        }
        for (Op op : txn.success()) {
            weight += weight(op);
        }
        for (Op op : txn.failure()) {
            weight += weight(op);
        }
        return weight;
    }

    private static long weight(Op op) {
        if (op instanceof Op.Put put) {
            return OP_OVERHEAD_BYTES + put.key().length() + put.value().length();
        }
        if (op instanceof Op.Nested nested) {
            return weight(nested.txn());
        }
        if (op instanceof Op.DeleteRange delete) {
            return OP_OVERHEAD_BYTES + delete.key().length() + delete.rangeEnd().length();
        }
        Op.Range range = (Op.Range) op;
        return OP_OVERHEAD_BYTES
                + range.request().key().length()
                + range.request().rangeEnd().length();
    }
}
