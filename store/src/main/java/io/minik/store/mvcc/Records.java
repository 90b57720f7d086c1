package io.minik.store.mvcc;

import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import java.util.Optional;

/**
 * Where the values are kept, one record for each put that is retained. It need not survive a restart: the journal does.
 *
 * <p>The writer adds and removes, any thread finds.
 */
public interface Records {
    /** @return its handle, above 0 and below 2^43 */
    long add(KeyValue kv, int sub);

    /**
     * The record of a handle. A reader may come late: if the record is gone, or its handle was given to another (told by
     * modRevision and sub), the answer is empty.
     *
     * @param withValue else the value is left empty
     */
    Optional<KeyValue> find(long handle, Bytes key, long modRevision, int sub, boolean withValue);

    /** Bytes of the value, -1 where {@link #find} is empty. */
    default int length(long handle, long modRevision, int sub) {
        return find(handle, Bytes.EMPTY, modRevision, sub, true)
                .map(kv -> kv.value().length())
                .orElse(-1);
    }

    void remove(long handle);

    /** Bytes that the records take. Any thread. */
    long bytesInUse();

    void close();
}
