package io.minik.store;

import java.util.List;

/**
 * Sorted by key.
 *
 * @param revision the store's revision when it answered (not that of the request)
 * @param count keys in the range, also those that the limit cut off
 */
public record RangeResult(List<KeyValue> kvs, long count, boolean more, long revision) {}
