package io.minik.store.mapdb;

import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.mvcc.Records;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.mapdb.DB;
import org.mapdb.DBException;
import org.mapdb.DBMaker;
import org.mapdb.DataInput2;
import org.mapdb.DataOutput2;
import org.mapdb.Serializer;
import org.mapdb.Store;

/**
 * Records in MapDB stores: one in direct memory, and one in a mapped file for what does not fit. A handle is MapDB's
 * record id, doubled, its lowest bit telling which.
 *
 * <p>The file is unlinked as soon as it is open, so that nothing of it can be mistaken for data later.
 */
final class MapDbRecords implements Records {
    /** MapDB's own headers and padding, about. */
    private static final int OVERHEAD_BYTES = 32;

    private final Path directory;
    private final long directLimitBytes;
    private final DB direct = DBMaker.memoryDirectDB().make();
    private final AtomicLong directBytes = new AtomicLong();
    private final AtomicLong fileBytes = new AtomicLong();
    private volatile @Nullable DB file;

    MapDbRecords(Path directory, long directLimitBytes) {
        this.directory = directory;
        this.directLimitBytes = directLimitBytes;
    }

    private record Stored(
            Bytes value, int length, long createRevision, long modRevision, int sub, long version, long lease) {}

    @Override
    public long add(KeyValue kv, int sub) {
        Stored stored = new Stored(
                kv.value(), kv.value().length(), kv.createRevision(), kv.modRevision(), sub, kv.version(), kv.lease());
        long size = size(stored);
        if (directBytes.get() + size <= directLimitBytes) {
            try {
                long recid = direct.getStore().put(stored, Format.WHOLE);
                directBytes.addAndGet(size);
                return recid << 1;
            } catch (OutOfMemoryError full) {
                // Others have taken more of the JVM's direct memory than was foreseen.
                directBytes.addAndGet(directLimitBytes - directBytes.get());
            }
        }
        long recid = file().getStore().put(stored, Format.WHOLE);
        fileBytes.addAndGet(size);
        return (recid << 1) | 1;
    }

    private DB file() {
        DB open = file;
        if (open == null) {
            open = DBMaker.fileDB(directory.resolve("values").toFile())
                    .fileMmapEnable()
                    .fileLockDisable()
                    .fileDeleteAfterOpen()
                    .make();
            file = open;
        }
        return open;
    }

    private Store of(long handle) {
        DB open = (handle & 1) == 0 ? direct : file;
        if (open == null) {
            throw new IllegalStateException("no file of values is open");
        }
        return open.getStore();
    }

    @Override
    public Optional<KeyValue> find(long handle, Bytes key, long modRevision, int sub, boolean withValue) {
        Stored stored;
        try {
            stored = of(handle).get(handle >>> 1, withValue ? Format.WHOLE : Format.HEAD);
        } catch (DBException.GetVoid gone) {
            return Optional.empty();
        }
        // A handle is given again when its record is gone.
        if (stored == null || stored.modRevision() != modRevision || stored.sub() != sub) {
            return Optional.empty();
        }
        return Optional.of(new KeyValue(
                key, stored.value(), stored.createRevision(), modRevision, stored.version(), stored.lease()));
    }

    @Override
    public int length(long handle, long modRevision, int sub) {
        try {
            Stored stored = of(handle).get(handle >>> 1, Format.HEAD);
            return stored == null || stored.modRevision() != modRevision || stored.sub() != sub ? -1 : stored.length();
        } catch (DBException.GetVoid gone) {
            return -1;
        }
    }

    @Override
    public void remove(long handle) {
        Stored gone = of(handle).get(handle >>> 1, Format.HEAD);
        of(handle).delete(handle >>> 1, Format.WHOLE);
        if (gone != null) {
            ((handle & 1) == 0 ? directBytes : fileBytes).addAndGet(-size(gone));
        }
    }

    private static long size(Stored stored) {
        return OVERHEAD_BYTES + (long) stored.length();
    }

    @Override
    public long bytesInUse() {
        return directBytes.get() + fileBytes.get();
    }

    @Override
    public void close() {
        direct.close();
        DB open = file;
        if (open != null) {
            open.close();
        }
    }

    /** Head first, so that the value can be left unread. */
    private enum Format implements Serializer<Stored> {
        WHOLE,
        HEAD;

        @Override
        public void serialize(DataOutput2 out, Stored stored) throws IOException {
            out.packLong(stored.modRevision());
            out.packInt(stored.sub());
            out.packLong(stored.modRevision() - stored.createRevision());
            out.packLong(stored.version());
            out.writeBoolean(stored.lease() != 0);
            if (stored.lease() != 0) {
                out.writeLong(stored.lease());
            }
            out.write(stored.value().array());
        }

        @Override
        public Stored deserialize(DataInput2 in, int available) throws IOException {
            int start = in.getPos();
            long modRevision = in.unpackLong();
            int sub = in.unpackInt();
            long createRevision = modRevision - in.unpackLong();
            long version = in.unpackLong();
            long lease = in.readBoolean() ? in.readLong() : 0;
            Bytes value = Bytes.EMPTY;
            int length = available - (in.getPos() - start);
            if (this == WHOLE) {
                byte[] bytes = new byte[length];
                in.readFully(bytes);
                value = Bytes.of(bytes);
            }
            return new Stored(value, length, createRevision, modRevision, sub, version, lease);
        }
    }
}
