package io.minik.store.mapdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * How far the log was on disk, told outside of it: a log that ends before that was cut, which its own frames can't tell.
 *
 * <p>Written after each sync of the log and never synced itself: after kill -9 it is exact, after a power cut it may be older
 * than the log, never newer. One block, written in place, so that a full disk does not matter. The writer's.
 *
 * <pre>
 * {magic 4, crc32c of the rest 4, first frame of the newest log file 8, bytes of it that are on disk 8}
 * </pre>
 */
final class DurableMark implements AutoCloseable {
    private static final int MAGIC = 0x4d4e4b44;
    private static final int BYTES = 24;
    private static final int CRC_AT = 4;
    private static final int COVERED_FROM = 8;

    /** @param firstFrame of the log file; @param offset up to which it was on disk */
    record Place(long firstFrame, long offset) {}

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BYTES);

    private DurableMark(FileChannel channel) {
        this.channel = channel;
    }

    static Path file(DataDirectory directory) {
        return directory.path().resolve("DURABLE");
    }

    static DurableMark open(DataDirectory directory) throws IOException {
        return new DurableMark(FileChannel.open(file(directory), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    /** Empty: there is none (a store of an earlier version), or it is torn, and tells nothing. */
    static Optional<Place> read(DataDirectory directory) throws IOException {
        Path file = file(directory);
        if (!Files.exists(file) || Files.size(file) != BYTES) {
            return Optional.empty();
        }
        ByteBuffer found = ByteBuffer.wrap(Files.readAllBytes(file));
        return found.getInt(0) == MAGIC && found.getInt(CRC_AT) == crc(found)
                ? Optional.of(new Place(found.getLong(COVERED_FROM), found.getLong(COVERED_FROM + Long.BYTES)))
                : Optional.empty();
    }

    void move(long firstFrame, long offset) throws IOException {
        buffer.clear()
                .putInt(MAGIC)
                .putInt(0)
                .putLong(firstFrame)
                .putLong(offset)
                .flip();
        buffer.putInt(CRC_AT, crc(buffer));
        while (buffer.hasRemaining()) {
            channel.write(buffer, buffer.position());
        }
    }

    private static int crc(ByteBuffer mark) {
        CRC32C crc = new CRC32C();
        crc.update(mark.duplicate().position(COVERED_FROM).limit(BYTES));
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
