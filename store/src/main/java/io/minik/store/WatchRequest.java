package io.minik.store;

/**
 * @param rangeEnd as in {@link RangeRequest}
 * @param startRevision first revision to see, 0 = the next one
 * @param wantPrevious fill {@link Event#previous}
 */
public record WatchRequest(Bytes key, Bytes rangeEnd, long startRevision, boolean wantPrevious) {
    public static WatchRequest prefix(Bytes prefix, long startRevision) {
        return new WatchRequest(
                prefix.isEmpty() ? prefix.prefixEnd() : prefix, prefix.prefixEnd(), startRevision, true);
    }
}
