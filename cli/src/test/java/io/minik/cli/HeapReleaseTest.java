package io.minik.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeapReleaseTest {
    private static final long MEGABYTE = 1 << 20;

    @Test
    void aSmallHeapMayHoldSomeGarbage() {
        assertFalse(HeapRelease.isDue(30 * MEGABYTE, 12 * MEGABYTE));
        assertTrue(HeapRelease.isDue(40 * MEGABYTE, 12 * MEGABYTE));
    }

    @Test
    void aLargeHeapMayHoldHalfAsMuchMore() {
        assertFalse(HeapRelease.isDue(160 * MEGABYTE, 100 * MEGABYTE));
        assertTrue(HeapRelease.isDue(170 * MEGABYTE, 100 * MEGABYTE));
    }

    @Test
    void whileMuchIsGoingOnALargeHeapMayHoldAQuarterMore() {
        assertFalse(HeapRelease.isDueInABurst(150 * MEGABYTE, 100 * MEGABYTE));
        assertTrue(HeapRelease.isDueInABurst(160 * MEGABYTE, 100 * MEGABYTE));
    }

    /** What four hundred definitions left behind, 70 MB of garbage, stayed for ever. */
    @Test
    void whatTheFirstBurstLeftIsLookedForOnceAllIsQuiet() {
        assertFalse(HeapRelease.isDue(60 * MEGABYTE, HeapRelease.REST_BYTES));
        assertTrue(HeapRelease.isDue(105 * MEGABYTE, HeapRelease.REST_BYTES));
        assertFalse(HeapRelease.isDueInABurst(105 * MEGABYTE, HeapRelease.START_BYTES));
    }
}
