package io.minik.store.mapdb;

import io.minik.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A file of the log, read back. */
record Segment(Path path, long firstFrame) {
    /**
     * @param end offset behind the last frame
     * @param nextFrame number of the frame that comes there
     * @param closed whether the last frame is the mark of a clean end
     */
    record Replayed(int end, long nextFrame, boolean whole, boolean closed) {}

    /**
     * Tells what its frames say.
     *
     * @param newest only the newest file may end in a write that was cut off
     * @param acceptsLoss stops where it is damaged, and says that it is not whole
     */
    Replayed replay(boolean newest, boolean acceptsLoss, Payload.Reader to) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            long number = firstFrame;
            long durable = 0;
            int offset = 0;
            boolean closed = false;
            for (Optional<Frame> next = Frame.at(file, 0);
                    next.isPresent() && next.get().number() == number;
                    next = Frame.at(file, offset)) {
                Frame frame = next.get();
                tell(frame, to);
                durable = Math.max(durable, frame.durableUpTo());
                closed = frame.saysAllIsDurable(offset);
                offset = frame.end();
                number++;
            }
            boolean whole = offset >= durable && isTail(file, offset, newest);
            if (!whole && !acceptsLoss) {
                throw new StoreException.Lost(path + " is damaged at byte " + offset
                        + ", before data that was acknowledged: restore the data directory from a backup");
            }
            return new Replayed(offset, number, whole, closed);
        }
    }

    private void tell(Frame frame, Payload.Reader to) {
        try {
            Payload.read(frame.payload(), to);
        } catch (StoreException known) {
            throw known;
        } catch (RuntimeException unreadable) {
            throw new StoreException.Unusable(
                    path + ": frame " + frame.number() + " has a right checksum but no sense", unreadable);
        }
    }

    /** Whether nothing that was acknowledged lies behind this offset. */
    private static boolean isTail(ByteBuffer file, int offset, boolean newest) {
        for (int at = offset; at < file.limit(); at++) {
            if (file.get(at) != 0) {
                if (!newest) {
                    return false;
                }
                Optional<Frame> later = Frame.at(file, at);
                if (later.isPresent() && later.get().durableUpTo() > offset) {
                    return false;
                }
            }
        }
        return true;
    }
}
