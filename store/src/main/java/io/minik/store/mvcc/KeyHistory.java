package io.minik.store.mvcc;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The retained revisions of one key, oldest first: pairs of (revision, ref), 16 bytes each.
 *
 * <p>A ref is the record's handle and the change's place in its revision; handle 0 is a tombstone. One writer appends,
 * any thread reads: an entry is written before {@link #size} shows it, and is never changed after.
 */
final class KeyHistory {
    /** Changes of one revision are told apart up to a million (a delete of a range may have many). */
    private static final int SUB_BITS = 20;

    static final int MAX_SUB = (1 << SUB_BITS) - 1;

    private final long[] entries;
    private volatile int size;

    private KeyHistory(long[] entries, int size) {
        this.entries = entries;
        this.size = size;
    }

    static KeyHistory of(long revision, long ref) {
        return new KeyHistory(new long[] {revision, ref}, 1);
    }

    static long ref(long handle, int sub) {
        return (handle << SUB_BITS) | Math.min(sub, MAX_SUB);
    }

    static long handle(long ref) {
        return ref >>> SUB_BITS;
    }

    static int sub(long ref) {
        return (int) (ref & MAX_SUB);
    }

    static boolean isTombstone(long ref) {
        return handle(ref) == 0;
    }

    int size() {
        return size;
    }

    long revision(int entry) {
        return entries[2 * entry];
    }

    long ref(int entry) {
        return entries[2 * entry + 1];
    }

    /** This with one more entry: the same object if there was room. */
    KeyHistory append(long revision, long ref) {
        int count = size;
        if (2 * count == entries.length) {
            // A key that is written once stays at 16 bytes; one that is written again is likely to go on.
            long[] grown = Arrays.copyOf(entries, Math.max(8, entries.length * 2));
            grown[2 * count] = revision;
            grown[2 * count + 1] = ref;
            return new KeyHistory(grown, count + 1);
        }
        entries[2 * count] = revision;
        entries[2 * count + 1] = ref;
        size = count + 1;
        return this;
    }

    /** Place of the newest entry at or before {@code revision}, -1 if there is none. */
    int floor(long revision) {
        int last = size - 1;
        if (last >= 0 && revision(last) <= revision) {
            return last;
        }
        int low = 0;
        int high = last - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (revision(middle) <= revision) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /**
     * What is left after a compaction: the newest entry at or before {@code at} and all later ones. A tombstone goes too,
     * unless it is of {@code at} itself: a watch may still start there.
     *
     * @param keepsDeletes keeps it all the same
     * @param dropped gets the ref of each entry that goes
     * @return empty if nothing is left; this itself if nothing goes
     */
    Optional<KeyHistory> compact(long at, boolean keepsDeletes, LongConsumer dropped) {
        int keepFrom = floor(at);
        if (keepFrom < 0) {
            return Optional.of(this);
        }
        if (!keepsDeletes && isTombstone(ref(keepFrom)) && revision(keepFrom) < at) {
            keepFrom++;
        }
        if (keepFrom == 0) {
            return Optional.of(this);
        }
        for (int entry = 0; entry < keepFrom; entry++) {
            dropped.accept(ref(entry));
        }
        int count = size;
        return keepFrom == count
                ? Optional.empty()
                : Optional.of(new KeyHistory(Arrays.copyOfRange(entries, 2 * keepFrom, 2 * count), count - keepFrom));
    }
}
