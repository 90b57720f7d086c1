package io.minik.store;

/**
 * A guard of a txn. For VALUE the operand is {@code value}, else {@code number}. An absent key compares as version,
 * createRevision, modRevision and lease 0; a VALUE compare on it is false.
 *
 * @param rangeEnd empty = the single key, else every key of the range must hold
 */
public record Compare(Target target, Bytes key, Bytes rangeEnd, Result result, long number, Bytes value) {
    public enum Target {
        VERSION,
        CREATE,
        MOD,
        VALUE,
        LEASE
    }

    public enum Result {
        EQUAL,
        GREATER,
        LESS,
        NOT_EQUAL
    }

    public static Compare modRevision(Bytes key, Result result, long revision) {
        return new Compare(Target.MOD, key, Bytes.EMPTY, result, revision, Bytes.EMPTY);
    }
}
