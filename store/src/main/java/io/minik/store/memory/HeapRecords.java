package io.minik.store.memory;

import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.mvcc.Records;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Records in a map: handles are never given twice. */
final class HeapRecords implements Records {
    private final Map<Long, KeyValue> records = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private long lastHandle;

    @Override
    public long add(KeyValue kv, int sub) {
        records.put(++lastHandle, kv);
        bytes.addAndGet(size(kv));
        return lastHandle;
    }

    @Override
    public Optional<KeyValue> find(long handle, Bytes key, long modRevision, int sub, boolean withValue) {
        return Optional.ofNullable(records.get(handle))
                .map(kv -> withValue
                        ? kv
                        : new KeyValue(
                                kv.key(),
                                Bytes.EMPTY,
                                kv.createRevision(),
                                kv.modRevision(),
                                kv.version(),
                                kv.lease()));
    }

    @Override
    public void remove(long handle) {
        KeyValue gone = records.remove(handle);
        if (gone != null) {
            bytes.addAndGet(-size(gone));
        }
    }

    private static long size(KeyValue kv) {
        return (long) kv.key().length() + kv.value().length();
    }

    @Override
    public long bytesInUse() {
        return bytes.get();
    }

    @Override
    public void close() {
        records.clear();
    }
}
