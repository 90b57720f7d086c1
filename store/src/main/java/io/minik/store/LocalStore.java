package io.minik.store;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;

/** A store of this process: all that it has can be read, as backups and checksums are made of it. */
public interface LocalStore extends Store {
    /** The leases as they are when all of {@code revision} and nothing later is published. */
    record LeaseTable(long revision, List<Lease> leases) {}

    Future<LeaseTable> leaseTable();

    /** To be closed when it has been read. */
    Future<History> history();

    /**
     * What is retained, in the order in which it was made. As long as one is open, compactions leave deletes behind, so that
     * whoever has read a put hears of its end.
     */
    interface History extends AutoCloseable {
        /**
         * Calls with each change after one revision and up to another. What a compaction takes meanwhile is left out: {@link
         * StoreStatus#compactedRevision} tells afterwards.
         *
         * <p>Blocking: not on an event loop. Holds no more than a page of heads, and one value.
         */
        void forEach(long after, long atMost, Consumer<Retained> each);

        @Override
        void close();
    }
}
