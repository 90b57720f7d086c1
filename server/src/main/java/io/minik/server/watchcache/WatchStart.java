package io.minik.server.watchcache;

/**
 * Where a watch begins.
 *
 * @param revision 0 = now
 * @param initialEvents send the present state as ADDED first
 * @param endOfInitialEvents then a bookmark that says so (WatchList)
 */
public record WatchStart(long revision, boolean initialEvents, boolean endOfInitialEvents) {
    /** The present state, then changes: a watch without a resourceVersion, or with 0. */
    public static final WatchStart PRESENT = new WatchStart(0, true, false);

    /** Changes after a revision that a list or a bookmark told. */
    public static WatchStart after(long revision) {
        return new WatchStart(revision, false, false);
    }
}
