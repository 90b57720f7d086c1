package io.minik.store.remote;

import java.time.Duration;

/** How long etcd is waited for. */
final class Deadlines {
    /** A member that takes no connection within this is asked later. */
    static final int CONNECT_MILLIS = 1_500;

    /**
     * A read that is not answered within this shows that its member, or the way to it, is gone: it waits for no disk. Long enough for
     * an election of etcd's default timeout (1 s) to pass in between.
     */
    static final Duration READ = Duration.ofSeconds(2);

    /** A write may wait for a slow disk; upstream's members themselves give up at 7 s (5 s and twice the election timeout). */
    static final Duration WRITE = Duration.ofSeconds(10);

    /** What may be asked again is asked again for this long, of one member after the other. */
    static final Duration RETRY = Duration.ofSeconds(8);

    /** Of a member that has failed: doubled each time, so that one that is down costs little. */
    static final long BACK_OFF_MILLIS = 100;

    static final long MOST_BACK_OFF_MILLIS = 5_000;

    /** How often progress is asked for again: a member that is catching up tells none. */
    static final Duration PROGRESS = Duration.ofMillis(100);

    private Deadlines() {}
}
