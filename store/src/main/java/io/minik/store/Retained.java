package io.minik.store;

/**
 * One change of the past that a store still has.
 *
 * @param kv as in an event: version 0 is a delete
 * @param sub its place among the changes of its revision
 * @param newest whether its key has no later change, up to the revision that was asked for
 */
public record Retained(KeyValue kv, int sub, boolean newest) {
    public boolean isDelete() {
        return kv.version() == 0;
    }
}
