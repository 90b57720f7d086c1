package io.minik.store;

import java.util.Optional;

/**
 * One change of one key. For a delete, {@code kv} has the key and the delete's revision as modRevision, and no value.
 *
 * @param previous the value before, present if there was one and its revision is not compacted
 */
public record Event(Type type, KeyValue kv, Optional<KeyValue> previous) {
    public enum Type {
        PUT,
        DELETE
    }

    public long revision() {
        return kv.modRevision();
    }
}
