package io.minik.agent.logs;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A place in a log, moving forward a block at a time, from a rotated file to the next newer one. Blocking; one thread at a time. */
final class LogCursor implements AutoCloseable {
    static final int BLOCK_BYTES = 64 * 1024;
    private static final byte NEWLINE = '\n';

    private final Path log;
    private final LogOptions options;
    private @Nullable FileChannel channel;
    private @Nullable Object inode;
    private long position;
    /** The begin of a line whose end has not been read yet. */
    private byte[] carry = new byte[0];

    private long sent;
    /** The last line that was let through or not: its continuation lines follow it. */
    private boolean startOfText = true;

    LogCursor(Path log, LogOptions options) {
        this.log = log;
        this.options = options;
    }

    /** @param end all that there is now has been read; @param over no more will be said (limitBytes) */
    record Block(Buffer text, boolean end, boolean over) {}

    Block read() throws IOException {
        if (channel == null && !open()) {
            return new Block(Buffer.buffer(), true, false);
        }
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        FileChannel present = channel;
        int count = present == null ? -1 : present.read(block, position);
        if (count <= 0) {
            return new Block(Buffer.buffer(), !newer(), false);
        }
        position += count;
        Buffer text = format(block.array(), count);
        boolean over = false;
        if (options.limitBytes().isPresent()) {
            long left = options.limitBytes().getAsLong() - sent;
            if (text.length() >= left) {
                text = text.slice(0, (int) left);
                over = true;
            }
        }
        sent += text.length();
        return new Block(text, false, over);
    }

    private Buffer format(byte[] block, int count) {
        Buffer out = Buffer.buffer(count);
        int start = 0;
        for (int i = 0; i < count; i++) {
            if (block[i] == NEWLINE) {
                if (carry.length > 0) {
                    ByteArrayOutputStream whole = new ByteArrayOutputStream(carry.length + i - start);
                    whole.writeBytes(carry);
                    whole.write(block, start, i - start);
                    carry = new byte[0];
                    line(out, whole.toByteArray(), 0, whole.size());
                } else {
                    line(out, block, start, i);
                }
                start = i + 1;
            }
        }
        if (start < count) {
            byte[] longer = new byte[carry.length + count - start];
            System.arraycopy(carry, 0, longer, 0, carry.length);
            System.arraycopy(block, start, longer, carry.length, count - start);
            carry = longer;
        }
        return out;
    }

    private void line(Buffer out, byte[] bytes, int from, int to) {
        Optional<LogLine> parsed = LogLine.parse(bytes, from, to);
        if (parsed.isEmpty()) {
            return;
        }
        LogLine line = parsed.get();
        boolean wanted = options.stream().isEmpty() || options.stream().equals(line.stream());
        if (!wanted || options.since().filter(line::before).isPresent()) {
            return;
        }
        if (options.timestamps() && startOfText) {
            out.appendString(line.time()).appendByte((byte) ' ');
        }
        out.appendBytes(bytes, line.text(), to - line.text());
        if (line.whole()) {
            out.appendByte(NEWLINE);
        }
        startOfText = line.whole();
    }

    /** Opens where the options say reading starts; false if there is nothing yet. */
    private boolean open() throws IOException {
        List<LogFiles.Entry> files = LogFiles.of(log);
        if (files.isEmpty()) {
            return false;
        }
        if (options.tailLines().isEmpty()) {
            show(files.get(files.size() - 1), 0);
            return true;
        }
        long wanted = options.tailLines().getAsLong();
        for (LogFiles.Entry file : files) {
            LogTail.Found found = LogTail.find(file.path(), wanted, options.stream());
            if (found.lines() >= wanted || file.equals(files.get(files.size() - 1))) {
                show(file, found.position());
                return true;
            }
            wanted -= found.lines();
        }
        return false;
    }

    private void show(LogFiles.Entry file, long from) throws IOException {
        close();
        channel = FileChannel.open(file.path(), StandardOpenOption.READ);
        inode = file.inode();
        position = from;
    }

    /** At the end of a file: goes on to the next newer one, if ours was rotated away. */
    private boolean newer() throws IOException {
        List<LogFiles.Entry> files = LogFiles.of(log);
        for (int i = 0; i < files.size(); i++) {
            if (files.get(i).inode().equals(inode)) {
                if (i == 0) {
                    return false;
                }
                show(files.get(i - 1), 0);
                return true;
            }
        }
        // Ours was rotated out of existence while we read it: the oldest that is left follows.
        if (files.isEmpty()) {
            return false;
        }
        show(files.get(files.size() - 1), 0);
        return true;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
