package io.minik.store;

/** One step of a txn: its result is the {@link OpResponse} at the same place. */
public sealed interface Op {
    static Op get(Bytes key) {
        return new Range(RangeRequest.key(key));
    }

    static Op put(Bytes key, Bytes value) {
        return new Put(key, value, 0, false, false, false);
    }

    static Op delete(Bytes key) {
        return new DeleteRange(key, Bytes.EMPTY, false);
    }

    record Range(RangeRequest request) implements Op {}

    /** @param ignoreValue keep the present value; @param ignoreLease keep the present lease: both fail if the key is absent */
    record Put(Bytes key, Bytes value, long lease, boolean wantPrevious, boolean ignoreValue, boolean ignoreLease)
            implements Op {}

    record DeleteRange(Bytes key, Bytes rangeEnd, boolean wantPrevious) implements Op {}

    /** A txn within a txn: all share one revision. */
    record Nested(Txn txn) implements Op {}
}
