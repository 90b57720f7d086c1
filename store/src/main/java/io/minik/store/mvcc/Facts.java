package io.minik.store.mvcc;

import java.util.List;

/** What happened, in order: the writer tells it to the journal, and a journal tells it back when a store opens. */
public interface Facts {
    /** All changes of one revision. */
    void committed(long revision, List<Change> changes);

    void leaseGranted(long id, long ttlSeconds);

    /** The deletes of its keys came before, as their own revision. */
    void leaseRevoked(long id);

    void compacted(long revision);
}
