package io.minik.store.mapdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A snapshot's file while it is written. */
final class SnapshotOutput implements AutoCloseable {
    private static final int BLOCK_BYTES = 64 << 10;

    /** A sync every so often keeps the kernel from piling up writes that the log's next sync would wait for. */
    private static final long SYNC_EVERY_BYTES = 4L << 20;

    interface Pace {
        void keep(long writtenBytes, long sinceNanos);
    }

    final Payload payload = new Payload();
    private final FileChannel channel;
    private final Pace pace;
    private final long startNanos = System.nanoTime();
    private long written;
    private long synced;
    private long blocks;

    SnapshotOutput(Path file, Pace pace) throws IOException {
        this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.pace = pace;
    }

    void endBlockIfLarge() {
        if (payload.length() >= BLOCK_BYTES) {
            try {
                endBlock();
                pace.keep(written, startNanos);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    private void endBlock() throws IOException {
        ByteBuffer block = Frame.seal(payload.framed(), blocks++, 0);
        written += block.remaining();
        while (block.hasRemaining()) {
            channel.write(block);
        }
        payload.clear();
        if (written - synced >= SYNC_EVERY_BYTES) {
            channel.force(false);
            synced = written;
        }
    }

    long finish() throws IOException {
        endBlock();
        channel.force(true);
        return written;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
