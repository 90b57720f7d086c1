package io.minik.store;

/**
 * A key's value at one revision, with etcd's bookkeeping.
 *
 * @param createRevision revision of the put that made the key (again, after a delete)
 * @param modRevision revision of the last put
 * @param version puts since creation, 1 for the first; 0 marks a tombstone
 * @param lease id of the lease that it hangs on, 0 for none
 */
public record KeyValue(Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {}
