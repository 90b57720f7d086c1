package io.minik.store.mapdb;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The unit of the log and of snapshots: {magic 4, length 4, crc32c 4, number 8, durableUpTo 8} and a payload. The checksum
 * covers what follows it.
 *
 * @param durableUpTo offset in the same file up to which all was on disk when this was written
 * @param end offset in the file behind it
 */
record Frame(long number, long durableUpTo, ByteBuffer payload, int end) {
    static final int HEAD_BYTES = 28;

    private static final int MAGIC = 0x4d4e4b31;
    private static final int LENGTH_AT = 4;
    private static final int CRC_AT = 8;
    private static final int NUMBER_AT = 12;
    private static final int DURABLE_AT = 20;

    /** A txn's changes may be far more than its request (a delete of a range): this only tells sense from nonsense. */
    private static final int MAX_PAYLOAD_BYTES = 1 << 30;

    /** Fills in the head of a frame that lies in the buffer from 0 to its position, and makes it ready to be written. */
    static ByteBuffer seal(ByteBuffer buffer, long number, long durableUpTo) {
        int end = buffer.position();
        buffer.putInt(0, MAGIC)
                .putInt(LENGTH_AT, end - HEAD_BYTES)
                .putLong(NUMBER_AT, number)
                .putLong(DURABLE_AT, durableUpTo);
        buffer.flip();
        buffer.putInt(CRC_AT, crc(buffer, 0, end));
        return buffer;
    }

    private static int crc(ByteBuffer buffer, int start, int end) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().position(start + NUMBER_AT).limit(end));
        return (int) crc.getValue();
    }

    /** Whether it has nothing else to tell than that the file was on disk up to this frame, which is at an offset of it. */
    boolean saysAllIsDurable(int offset) {
        return payload.capacity() == 0 && durableUpTo == offset;
    }

    /** The frame at an offset of a file, if a whole one is there. */
    static Optional<Frame> at(ByteBuffer file, int offset) {
        if (file.limit() - offset < HEAD_BYTES || file.getInt(offset) != MAGIC) {
            return Optional.empty();
        }
        int length = file.getInt(offset + LENGTH_AT);
        if (length < 0 || length > MAX_PAYLOAD_BYTES || length > file.limit() - offset - HEAD_BYTES) {
            return Optional.empty();
        }
        int end = offset + HEAD_BYTES + length;
        if (file.getInt(offset + CRC_AT) != crc(file, offset, end)) {
            return Optional.empty();
        }
        return Optional.of(new Frame(
                file.getLong(offset + NUMBER_AT),
                file.getLong(offset + DURABLE_AT),
                file.slice(offset + HEAD_BYTES, length),
                end));
    }
}
