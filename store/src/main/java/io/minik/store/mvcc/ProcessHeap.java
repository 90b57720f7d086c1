package io.minik.store.mvcc;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;

/** Told from what was left after the last whole collection of garbage. */
final class ProcessHeap implements HeapRoom {
    /** The rest is for requests and answers under way, and for the collector to work with. */
    private static final double MAX_SHARE = 0.75;

    /** What is deleted is seen after a collection only: a refused write asks for one this often. */
    private static final long COLLECT_EVERY_MILLIS = 10_000;

    private final long limit = (long) (Runtime.getRuntime().maxMemory() * MAX_SHARE);
    private List<MemoryPoolMXBean> pools = List.of();
    private long collectedAtMillis;

    @Override
    public boolean isShort(long nowMillis) {
        Runtime runtime = Runtime.getRuntime();
        // Cheap, and mostly the whole answer: garbage included there is less than the bound.
        if (runtime.totalMemory() - runtime.freeMemory() < limit || left() < limit) {
            return false;
        }
        if (nowMillis - collectedAtMillis > COLLECT_EVERY_MILLIS) {
            collectedAtMillis = nowMillis;
            System.gc();
        }
        return left() >= limit;
    }

    private long left() {
        if (pools.isEmpty()) {
            pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP)
                    .toList();
        }
        long bytes = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage usage = pool.getCollectionUsage();
            bytes += usage == null ? 0 : usage.getUsed();
        }
        return bytes;
    }
}
