package io.minik.store.mvcc;

/**
 * Whether there is heap for more objects. Keys and heads are on the heap, here and with everybody who watches, so that the
 * number of objects is bounded by it; at the bound, writes that grow are refused, and what is there goes on. Asked by the
 * writer alone.
 */
public interface HeapRoom {
    /** @param nowMillis of the store's clock, which only moves forward */
    boolean isShort(long nowMillis);

    static HeapRoom ofThisProcess() {
        return new ProcessHeap();
    }
}
