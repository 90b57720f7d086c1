package io.minik.runtime.snapshot;

import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Lets a layer grow only while its disk has room: a few kilobytes of gzip can say a terabyte of zeros. Some of the disk is
 * kept free, because the node writes there too. Used by one thread.
 */
final class DiskRoom {
    /** Between looks at the disk: a look costs a system call. */
    private static final long LOOK_EVERY_BYTES = 16L << 20;

    private static final int KEPT_SHARE = 20;
    private static final long MOST_KEPT_BYTES = 1L << 30;

    private final LongSupplier usableBytes;
    private final long keptBytes;
    private long taken;
    private long looked = -LOOK_EVERY_BYTES;

    /** @param usableBytes asked now and then */
    DiskRoom(LongSupplier usableBytes, long totalBytes) {
        this.usableBytes = usableBytes;
        this.keptBytes = Math.min(totalBytes / KEPT_SHARE, MOST_KEPT_BYTES);
    }

    void take(long bytes) throws IOException {
        taken += bytes;
        if (taken - looked < LOOK_EVERY_BYTES) {
            return;
        }
        looked = taken;
        long usable = usableBytes.getAsLong();
        if (usable < keptBytes) {
            throw new IOException("no room for the layer after " + taken + " bytes of it: the disk has " + usable
                    + " bytes left, and " + keptBytes + " stay free");
        }
    }
}
