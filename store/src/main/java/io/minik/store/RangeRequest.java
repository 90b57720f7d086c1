package io.minik.store;

/**
 * @param rangeEnd empty = the single key; the byte 0 = no upper bound; else exclusive
 * @param revision 0 = now
 * @param limit most keys to return, 0 = no limit; the result still counts them all
 */
public record RangeRequest(Bytes key, Bytes rangeEnd, long revision, long limit, boolean keysOnly, boolean countOnly) {
    public static RangeRequest key(Bytes key) {
        return new RangeRequest(key, Bytes.EMPTY, 0, 0, false, false);
    }

    /** @param prefix empty = all keys */
    public static RangeRequest prefix(Bytes prefix) {
        return new RangeRequest(prefix.isEmpty() ? prefix.prefixEnd() : prefix, prefix.prefixEnd(), 0, 0, false, false);
    }

    /** From the same key up to an end, exclusive; the byte 0 = no upper bound. */
    public RangeRequest until(Bytes end) {
        return new RangeRequest(key, end, revision, limit, keysOnly, countOnly);
    }

    public RangeRequest at(long atRevision) {
        return new RangeRequest(key, rangeEnd, atRevision, limit, keysOnly, countOnly);
    }

    public RangeRequest limit(long most) {
        return new RangeRequest(key, rangeEnd, revision, most, keysOnly, countOnly);
    }

    /** How many keys there are, and none of them. */
    public RangeRequest counted() {
        return new RangeRequest(key, rangeEnd, revision, limit, keysOnly, true);
    }
}
