package io.minik.store.mvcc;

import io.minik.ground.loop.Loop;
import io.minik.store.StoreException;
import io.minik.store.Txn;

/** How much a store holds at most, and what is done at the bounds. The writer's. */
final class Bounds {
    /** What a full store lets a value grow by: marks, conditions and heartbeats of what is there. */
    private static final int SLACK_BYTES = 1024;

    /** Of the quota, for these. */
    private static final int SLACK_SHARE = 8;

    private static final long TRIM_EVERY_MILLIS = 1_000;

    private static final String FULL = "database space exceeded";

    private final StoreLimits limits;
    private final Loop clock;
    private long trimmedAtMillis;

    Bounds(StoreLimits limits, Loop clock) {
        this.limits = limits;
        this.clock = clock;
        this.trimmedAtMillis = clock.millis() - TRIM_EVERY_MILLIS;
    }

    boolean isQuotaExceeded(Mvcc mvcc) {
        return mvcc.records().bytesInUse() > limits.quotaBytes();
    }

    /**
     * What is there must go on being told of, marked for deletion and deleted when there is no room for more.
     *
     * @throws StoreException.NoSpace if the txn needs room that is not there
     */
    void check(boolean diskFull, Mvcc mvcc, Evaluation evaluation, Txn txn) {
        if (diskFull) {
            if (evaluation.wouldGrow(txn, 0)) {
                throw new StoreException.NoSpace(FULL + ": the disk of the data directory is full; make room on it");
            }
        } else if (isQuotaExceeded(mvcc)) {
            boolean slack = mvcc.records().bytesInUse() < limits.quotaBytes() + limits.quotaBytes() / SLACK_SHARE;
            if (evaluation.wouldGrow(txn, slack ? SLACK_BYTES : 0)) {
                throw new StoreException.NoSpace(
                        FULL + ": the store holds " + limits.quotaBytes() + " bytes, its most; delete some objects");
            }
        } else if (limits.heap().isShort(clock.millis()) && evaluation.wouldGrow(txn, SLACK_BYTES)) {
            throw new StoreException.NoSpace(FULL + ": no memory for more objects; delete some, or start minik with a"
                    + " larger --memory-limit");
        }
    }

    /** History is bounded even if nobody compacts. @return the revision to compact, 0: not now */
    long trim(Mvcc mvcc) {
        long now = mvcc.revision();
        if (now - mvcc.compactedRevision() > limits.historyRevisions()) {
            return Math.max(now - limits.historyRevisions() / 2, mvcc.history().half());
        }
        if (mvcc.history().total() > limits.historyBytes()) {
            return mvcc.history().half();
        }
        // The past goes before anything is refused.
        if (isQuotaExceeded(mvcc)
                && mvcc.history().total() > 0
                && clock.millis() - trimmedAtMillis >= TRIM_EVERY_MILLIS) {
            return now;
        }
        return 0;
    }

    void trimmed() {
        trimmedAtMillis = clock.millis();
    }
}
