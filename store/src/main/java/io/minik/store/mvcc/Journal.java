package io.minik.store.mvcc;

import io.minik.store.StoreException;
import java.io.IOException;
import java.util.List;

/** What makes facts durable. Only the writer calls. Facts are collected until {@link #flush}. */
public interface Journal extends Facts {
    /** Bytes collected since the last flush: a batch is cut when they get many. */
    int collectedBytes();

    /**
     * Writes what was collected, as one piece: after a crash all of it is there, or nothing.
     *
     * @param sync whether it must survive power loss when this returns; else by a later call with sync
     * @throws StoreException.NoSpace nothing of it was kept and the journal can go on
     * @throws IOException the journal can't be trusted any more: the store halts
     */
    void flush(boolean sync) throws IOException;

    /** Forgets what was collected since the last flush. */
    void discard();

    /** All that was flushed is published now: the moment for housekeeping such as a snapshot. */
    void published() throws IOException;

    /** True while writes that grow the store should be refused. */
    boolean isFull();

    /** Bytes on disk. Any thread. */
    long bytesOnDisk();

    /** Syncs and closes: what was flushed is durable. */
    void close() throws IOException;

    /** The store halts: lets go of files, writes nothing more. */
    void abandon();

    /** A journal that keeps nothing. */
    Journal NONE = new Journal() {
        @Override
        public void committed(long revision, List<Change> changes) {}

        @Override
        public void leaseGranted(long id, long ttlSeconds) {}

        @Override
        public void leaseRevoked(long id) {}

        @Override
        public void compacted(long revision) {}

        @Override
        public int collectedBytes() {
            return 0;
        }

        @Override
        public void flush(boolean sync) {}

        @Override
        public void discard() {}

        @Override
        public void published() {}

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public long bytesOnDisk() {
            return 0;
        }

        @Override
        public void close() {}

        @Override
        public void abandon() {}
    };
}
