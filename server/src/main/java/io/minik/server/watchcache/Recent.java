package io.minik.server.watchcache;

import java.util.ArrayDeque;

/**
 * Which objects have their bytes on the heap, beside the store: those written last, and those read while there is room. A
 * list of everything does not drive out what is in use. Any thread.
 */
final class Recent {
    /** Of the heap: heads, parsed trees, requests and answers need the rest. */
    private static final int HEAP_SHARE = 8;

    /** Enough for a list of 5,000 pods; beyond, the memory is better spent elsewhere. */
    private static final long MAX_BYTES = 32L << 20;

    /** An object that is larger than this part of the room is not kept: it would drive out all the others. */
    private static final int LARGE_SHARE = 32;

    private final long limitBytes;

    // Guarded by this.
    private final ArrayDeque<Served> order = new ArrayDeque<>();
    private long bytes;

    Recent(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    static Recent ofThisHeap() {
        return new Recent(Math.min(MAX_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE));
    }

    /** A new object: the oldest make room. */
    synchronized void written(Served object, byte[] served) {
        if (served.length > limitBytes / LARGE_SHARE) {
            return;
        }
        keep(object, served);
        while (bytes > limitBytes) {
            Served oldest = order.removeFirst();
            bytes -= oldest.length();
            oldest.forget();
        }
    }

    /** One that was read from the store again. */
    synchronized void read(Served object, byte[] served) {
        if (served.length <= limitBytes / LARGE_SHARE && bytes + served.length <= limitBytes) {
            keep(object, served);
        }
    }

    synchronized boolean hasRoom(int length) {
        return length <= limitBytes / LARGE_SHARE && bytes + length <= limitBytes;
    }

    private void keep(Served object, byte[] served) {
        object.keep(served);
        order.addLast(object);
        bytes += object.length();
    }

    synchronized long bytes() {
        return bytes;
    }
}
