package io.minik.store;

/**
 * @param rangeEnd as in {@link RangeRequest}
 * @param startRevision first revision to see, 0 = the next one
 * @param wantPrevious fill {@link Event#previous}
 * @param wanted of other keys than those that begin so, a store that others share tells no more than that there was a revision
 */
public record WatchRequest(Bytes key, Bytes rangeEnd, long startRevision, boolean wantPrevious, Bytes wanted) {
    public WatchRequest(Bytes key, Bytes rangeEnd, long startRevision, boolean wantPrevious) {
        this(key, rangeEnd, startRevision, wantPrevious, Bytes.EMPTY);
    }

    public static WatchRequest prefix(Bytes prefix, long startRevision) {
        return new WatchRequest(
                prefix.isEmpty() ? prefix.prefixEnd() : prefix, prefix.prefixEnd(), startRevision, true);
    }

    /** All revisions, and the events of these keys: those of others may be a million in one revision. */
    public static WatchRequest allFor(Bytes wanted, long startRevision) {
        Bytes all = Bytes.of(new byte[] {0});
        return new WatchRequest(all, all, startRevision, false, wanted);
    }
}
