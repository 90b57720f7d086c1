package io.minik.store;

import java.util.List;
import java.util.Optional;

/** What one {@link Op} answered. */
public sealed interface OpResponse {
    record Ranged(RangeResult result) implements OpResponse {}

    record Put(Optional<KeyValue> previous) implements OpResponse {}

    record Deleted(long count, List<KeyValue> previous) implements OpResponse {}

    record Nested(TxnResult result) implements OpResponse {}
}
