package io.minik.store.mapdb;

import io.minik.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * The newest file of the log, being written. The writer's alone.
 *
 * <p>It is filled with zeros ahead of the frames, so that a sync writes data and no new file size: on flash that is one
 * page instead of a journal commit.
 */
final class LogFile implements AutoCloseable {
    /** Ahead of the frames: a few hundred small batches; also what deletes can use on a full disk. */
    private static final int FILL_BYTES = 256 << 10;

    private static final int LARGE_FRAME_BYTES = FILL_BYTES / 8;

    private final long firstFrame;
    private final FileChannel channel;
    private int end;
    private int filledTo;
    private int syncedTo;

    private LogFile(long firstFrame, FileChannel channel, int end, int filledTo) {
        this.firstFrame = firstFrame;
        this.channel = channel;
        this.end = end;
        this.filledTo = filledTo;
        this.syncedTo = end;
    }

    /** A new file: it must be there, and its name durable, before a frame is written. */
    static LogFile create(DataDirectory directory, long firstFrame) throws IOException {
        Path path = directory.log(firstFrame);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            channel.force(true);
            directory.sync();
            return new LogFile(firstFrame, channel, 0, 0);
        } catch (IOException failed) {
            channel.close();
            Files.deleteIfExists(path);
            throw failed;
        }
    }

    /** A file of zeros, as long as they go. */
    static LogFile ofZeros(Path path, long firstFrame, int bytes) throws IOException {
        return new LogFile(firstFrame, FileChannel.open(path, StandardOpenOption.WRITE), 0, bytes);
    }

    /** A file that was read back: what is behind its last frame is wiped. */
    static LogFile reopen(Segment segment, int end) throws IOException {
        FileChannel channel = FileChannel.open(segment.path(), StandardOpenOption.WRITE);
        try {
            channel.truncate(end);
            channel.force(true);
            return new LogFile(segment.firstFrame(), channel, end, end);
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    int end() {
        return end;
    }

    long firstFrame() {
        return firstFrame;
    }

    int filledTo() {
        return filledTo;
    }

    int syncedTo() {
        return syncedTo;
    }

    /** @return whether the file had to grow: the moment to look at the disk's space */
    boolean append(ByteBuffer frame) throws IOException {
        int length = frame.remaining();
        try {
            boolean grows = end + length > filledTo;
            write(frame, end);
            if (grows) {
                fill(end + length, length);
            }
            end += length;
            return grows;
        } catch (IOException failed) {
            if (isDiskFull(failed)) {
                wipe();
                throw new StoreException.NoSpace("no space left on the disk of the store");
            }
            throw failed;
        }
    }

    /** Small frames get zeros behind them for the next ones; a large one pays for its own growth. */
    private void fill(int from, int frameBytes) throws IOException {
        filledTo = from;
        if (frameBytes <= LARGE_FRAME_BYTES) {
            try {
                write(ByteBuffer.allocate(FILL_BYTES), from);
                filledTo = Math.addExact(from, FILL_BYTES);
            } catch (IOException failed) {
                if (!isDiskFull(failed)) {
                    throw failed;
                }
                // The frame itself found room: the next one will be refused.
                channel.truncate(from);
            }
        }
    }

    private void write(ByteBuffer from, long offset) throws IOException {
        long at = offset;
        while (from.hasRemaining()) {
            at += channel.write(from, at);
        }
    }

    /** What was refused must not come back. What was filled before stays ours: on a full disk it would not be had again. */
    private void wipe() throws IOException {
        if (channel.size() > filledTo) {
            channel.truncate(Math.max(end, filledTo));
        }
        try {
            write(ByteBuffer.allocate(Math.max(0, filledTo - end)), end);
        } catch (IOException copyOnWrite) {
            channel.truncate(end);
            filledTo = end;
        }
    }

    static boolean isDiskFull(IOException failed) {
        String text = failed instanceof FileSystemException file ? file.getReason() : failed.getMessage();
        String reason = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return reason.contains("no space left") || reason.contains("quota exceeded");
    }

    /** @return whether there was anything to sync */
    boolean sync() throws IOException {
        boolean needed = syncedTo < end;
        if (needed) {
            channel.force(false);
            syncedTo = end;
        }
        return needed;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
