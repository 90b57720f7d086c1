package io.minik.store.mapdb;

import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.mvcc.Change;
import io.minik.store.mvcc.Facts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Facts as bytes: what frames of the log and of snapshots carry. Numbers are base-128 varints but for lease ids, which may
 * be negative.
 */
final class Payload implements Facts {
    private static final byte COMMITTED = 1;
    private static final byte LEASE_GRANTED = 2;
    private static final byte LEASE_REVOKED = 3;
    private static final byte COMPACTED = 4;
    private static final byte SNAPSHOT_HEAD = 5;
    private static final byte RETAINED = 6;
    private static final byte SNAPSHOT_END = 7;

    private static final byte DELETE = 0;
    private static final byte PUT = 1;
    private static final byte PUT_WITH_LEASE = 2;

    /** Enough for most batches; grows, and shrinks back so that one large txn does not cost memory for ever. */
    private static final int USUAL_BYTES = 64 << 10;

    /**
     * What the largest objects need: buffers that are made anew for each of them stay until the collector finds them, and some
     * hundred such writes would take all the direct memory there is.
     */
    private static final int MOST_KEPT_BYTES = 4 << 20;

    private static final int MAX_VARINT_BYTES = 10;

    /** What a snapshot adds to the log's facts. */
    interface Reader extends Facts {
        void snapshotHead(long revision, long compactedRevision, long nextFrame);

        void retained(Change change);

        void snapshotEnd(long changes);
    }

    private ByteBuffer buffer = ByteBuffer.allocateDirect(USUAL_BYTES).position(Frame.HEAD_BYTES);

    int length() {
        return buffer.position() - Frame.HEAD_BYTES;
    }

    void clear() {
        if (buffer.capacity() > MOST_KEPT_BYTES) {
            buffer = ByteBuffer.allocateDirect(USUAL_BYTES);
        }
        buffer.clear().position(Frame.HEAD_BYTES);
    }

    /** What was collected, with room for the head before it: from 0 to its position. */
    ByteBuffer framed() {
        return buffer;
    }

    // ---- writing ----

    @Override
    public void committed(long revision, List<Change> changes) {
        tag(COMMITTED);
        number(revision);
        number(changes.size());
        changes.forEach(this::change);
    }

    @Override
    public void leaseGranted(long id, long ttlSeconds) {
        tag(LEASE_GRANTED);
        room(Long.BYTES).putLong(id);
        number(ttlSeconds);
    }

    @Override
    public void leaseRevoked(long id) {
        tag(LEASE_REVOKED);
        room(Long.BYTES).putLong(id);
    }

    @Override
    public void compacted(long revision) {
        tag(COMPACTED);
        number(revision);
    }

    void snapshotHead(long revision, long compactedRevision, long nextFrame) {
        tag(SNAPSHOT_HEAD);
        number(revision);
        number(compactedRevision);
        number(nextFrame);
    }

    void retained(Change change) {
        tag(RETAINED);
        number(change.kv().modRevision());
        number(change.sub());
        change(change);
    }

    void snapshotEnd(long changes) {
        tag(SNAPSHOT_END);
        number(changes);
    }

    private void change(Change change) {
        KeyValue kv = change.kv();
        tag(change.isDelete() ? DELETE : kv.lease() == 0 ? PUT : PUT_WITH_LEASE);
        bytes(kv.key());
        if (!change.isDelete()) {
            number(kv.modRevision() - kv.createRevision());
            number(kv.version());
            if (kv.lease() != 0) {
                room(Long.BYTES).putLong(kv.lease());
            }
            bytes(kv.value());
        }
    }

    private void tag(byte tag) {
        room(1).put(tag);
    }

    private void bytes(Bytes bytes) {
        number(bytes.length());
        room(bytes.length()).put(bytes.array());
    }

    private void number(long value) {
        ByteBuffer to = room(MAX_VARINT_BYTES);
        long left = value;
        while ((left & ~0x7fL) != 0) {
            to.put((byte) (left | 0x80));
            left >>>= 7;
        }
        to.put((byte) left);
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocateDirect(Math.max(buffer.capacity() * 2, buffer.position() + bytes));
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }

    // ---- reading ----

    /** @throws RuntimeException if it does not parse */
    static void read(ByteBuffer payload, Reader to) {
        while (payload.hasRemaining()) {
            byte tag = payload.get();
            switch (tag) {
                case COMMITTED -> committed(payload, to);
                case LEASE_GRANTED -> to.leaseGranted(payload.getLong(), number(payload));
                case LEASE_REVOKED -> to.leaseRevoked(payload.getLong());
                case COMPACTED -> to.compacted(number(payload));
                case SNAPSHOT_HEAD -> to.snapshotHead(number(payload), number(payload), number(payload));
                case RETAINED -> to.retained(change(payload, number(payload), (int) number(payload)));
                case SNAPSHOT_END -> to.snapshotEnd(number(payload));
                default -> throw new IllegalArgumentException("unknown entry " + tag);
            }
        }
    }

    private static void committed(ByteBuffer from, Reader to) {
        long revision = number(from);
        int count = (int) number(from);
        List<Change> changes = new ArrayList<>(Math.min(count, from.remaining()));
        for (int sub = 0; sub < count; sub++) {
            changes.add(change(from, revision, sub));
        }
        to.committed(revision, changes);
    }

    private static Change change(ByteBuffer from, long revision, int sub) {
        byte kind = from.get();
        Bytes key = bytes(from);
        if (kind == DELETE) {
            return new Change(new KeyValue(key, Bytes.EMPTY, 0, revision, 0, 0), sub);
        }
        long createRevision = revision - number(from);
        long version = number(from);
        long lease = kind == PUT_WITH_LEASE ? from.getLong() : 0;
        return new Change(new KeyValue(key, bytes(from), createRevision, revision, version, lease), sub);
    }

    private static Bytes bytes(ByteBuffer from) {
        int length = (int) number(from);
        if (length < 0 || length > from.remaining()) {
            throw new IllegalArgumentException("a length of " + length);
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return Bytes.of(bytes);
    }

    private static long number(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte part = from.get();
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number without end");
    }
}
