package io.minik.store.mvcc;

/**
 * @param quotaBytes above this writes that grow the store are refused, as with etcd's --quota-backend-bytes
 * @param historyRevisions above this the older half of the history is compacted, if nobody did
 * @param historyBytes the same by what values of the past take
 * @param heap tells whether there is heap for more objects; one store's
 */
public record StoreLimits(long quotaBytes, long historyRevisions, long historyBytes, HeapRoom heap) {
    /** etcd's default: 2 GiB. */
    public static final long DEFAULT_QUOTA_BYTES = 2L << 30;

    /**
     * An API server compacts every 5 minutes: this lets it write 300 objects a second in between. At 1 KiB each they take
     * 100 MB off the heap, and 1.6 MB on it.
     */
    public static final long DEFAULT_HISTORY_REVISIONS = 100_000;

    /** Values of the past are read by pages of a list and by nothing else: 35 of the largest, or minutes of usual ones. */
    public static final long DEFAULT_HISTORY_BYTES = 32L << 20;

    public StoreLimits(long quotaBytes, long historyRevisions, long historyBytes) {
        this(quotaBytes, historyRevisions, historyBytes, HeapRoom.ofThisProcess());
    }

    public StoreLimits(long quotaBytes, long historyRevisions) {
        this(quotaBytes, historyRevisions, DEFAULT_HISTORY_BYTES);
    }

    public static StoreLimits defaults() {
        return new StoreLimits(DEFAULT_QUOTA_BYTES, DEFAULT_HISTORY_REVISIONS);
    }
}
