package io.minik.store.etcdfile;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.Retained;
import io.minik.store.bbolt.DamagedFile;
import io.minik.store.etcdapi.proto.Kv;
import java.nio.ByteBuffer;

/** One change as etcd stores it. */
public final class RevisionRecord {
    static final int KEY_BYTES = 2 * Long.BYTES + 1;

    private static final byte TOMBSTONE = 't';
    private static final byte SEPARATOR = '_';

    private RevisionRecord() {}

    public static byte[] key(Retained change) {
        return key(change.kv().modRevision(), change.sub(), change.isDelete());
    }

    static byte[] key(long revision, long sub, boolean delete) {
        ByteBuffer key = ByteBuffer.allocate(delete ? KEY_BYTES + 1 : KEY_BYTES)
                .putLong(revision)
                .put(SEPARATOR)
                .putLong(sub);
        return (delete ? key.put(TOMBSTONE) : key).array();
    }

    /** Of a delete: the key alone. */
    public static byte[] value(Retained change) {
        KeyValue kv = change.kv();
        Kv.KeyValue.Builder builder = Kv.KeyValue.newBuilder()
                .setKey(UnsafeByteOperations.unsafeWrap(kv.key().array()));
        if (!change.isDelete()) {
            builder.setValue(UnsafeByteOperations.unsafeWrap(kv.value().array()))
                    .setCreateRevision(kv.createRevision())
                    .setModRevision(kv.modRevision())
                    .setVersion(kv.version())
                    .setLease(kv.lease());
        }
        return builder.build().toByteArray();
    }

    static long revision(byte[] key) throws DamagedFile {
        if (key.length < KEY_BYTES || key.length > KEY_BYTES + 1 || key[Long.BYTES] != SEPARATOR) {
            throw new DamagedFile("a revision of it can't be read");
        }
        return ByteBuffer.wrap(key).getLong();
    }

    /** @throws DamagedFile if it says what no store can have written */
    static Retained read(byte[] key, byte[] value) throws DamagedFile {
        long revision = revision(key);
        long sub = ByteBuffer.wrap(key).getLong(Long.BYTES + 1);
        boolean delete = key.length > KEY_BYTES;
        try {
            Kv.KeyValue kv = Kv.KeyValue.parseFrom(value);
            boolean sound = !kv.getKey().isEmpty()
                    && revision > 0
                    && sub >= 0
                    && sub <= Integer.MAX_VALUE
                    && (!delete || key[KEY_BYTES] == TOMBSTONE)
                    && (delete
                            || (kv.getModRevision() == revision
                                    && kv.getVersion() > 0
                                    && kv.getCreateRevision() > 0
                                    && kv.getCreateRevision() <= revision));
            if (sound) {
                return new Retained(
                        delete
                                ? new KeyValue(Bytes.of(kv.getKey().toByteArray()), Bytes.EMPTY, 0, revision, 0, 0)
                                : new KeyValue(
                                        Bytes.of(kv.getKey().toByteArray()),
                                        Bytes.of(kv.getValue().toByteArray()),
                                        kv.getCreateRevision(),
                                        revision,
                                        kv.getVersion(),
                                        kv.getLease()),
                        (int) sub,
                        false);
            }
        } catch (InvalidProtocolBufferException unreadable) {
            // The error below tells of it.
        }
        throw new DamagedFile("its revision " + revision + " can't be read");
    }
}
