package io.minik.store;

/**
 * The value of a key at one revision, left where the store keeps it and read when it is asked for.
 *
 * <p>It can be read for as long as somebody holds it, whatever is written, deleted or compacted meanwhile: the store lets
 * go of its bytes when the garbage collector has found that nobody does. Any thread.
 */
public interface Value {
    long revision();

    int length();

    /** A copy of the bytes, made anew each time. @throws StoreException.Unreadable if they can't be understood */
    Bytes read();

    /** Whether it would be stored in another form if it were written again: then writing the same is no waste. */
    default boolean stale() {
        return false;
    }
}
