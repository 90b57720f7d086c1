package io.minik.store.mvcc;

import io.minik.store.KeyValue;

/**
 * One key changed at one revision.
 *
 * @param kv as in an event: version 0 is a delete
 * @param sub its place among the changes of the revision
 */
public record Change(KeyValue kv, int sub) {
    public boolean isDelete() {
        return kv.version() == 0;
    }
}
