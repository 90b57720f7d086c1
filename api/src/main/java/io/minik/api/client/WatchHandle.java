package io.minik.api.client;

/** A running watch. */
public interface WatchHandle {
    /** Ends it; onEnd is not called after this. Idempotent. */
    void close();
}
