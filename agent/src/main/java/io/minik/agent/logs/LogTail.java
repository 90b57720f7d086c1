package io.minik.agent.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/** Finds where the last lines of a log begin, reading backwards. Blocking. */
final class LogTail {
    private static final byte NEWLINE = '\n';
    /** A line is at most 16 KiB of text and its head: CRI's limit. A block holds several. */
    private static final int BLOCK_BYTES = 64 * 1024;

    private LogTail() {}

    /** @param lines how many were found from that position on; fewer than wanted only at position 0 */
    record Found(long position, long lines) {}

    /** Counts lines of the asked-for stream that are whole; their first parts belong to them. */
    static Found find(Path file, long wanted, String stream) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long end = channel.size();
            long lines = 0;
            long position = end;
            if (wanted == 0) {
                return new Found(end, 0);
            }
            byte[] rest = new byte[0];
            while (end > 0) {
                int size = (int) Math.min(BLOCK_BYTES, end);
                byte[] block = new byte[size + rest.length];
                read(channel, block, size, end - size);
                System.arraycopy(rest, 0, block, size, rest.length);
                end -= size;
                int lineEnd = block.length;
                for (int i = block.length - 1; i >= 0; i--) {
                    boolean start = i == 0 ? end == 0 : block[i - 1] == NEWLINE;
                    if (!start || i == lineEnd) {
                        continue;
                    }
                    if (counts(block, i, lineEnd, stream)) {
                        if (lines == wanted) {
                            return new Found(position, lines);
                        }
                        lines++;
                    }
                    position = end + i;
                    lineEnd = i;
                }
                rest = Arrays.copyOf(block, lineEnd);
            }
            return new Found(0, lines);
        }
    }

    private static boolean counts(byte[] block, int from, int to, String stream) {
        Optional<LogLine> line = LogLine.parse(block, from, to);
        return line.isPresent()
                && line.get().whole()
                && (stream.isEmpty() || line.get().stream().equals(stream));
    }

    private static void read(FileChannel channel, byte[] into, int size, long from) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(into, 0, size);
        long at = from;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, at);
            if (count < 0) {
                throw new IOException("the log became shorter while it was read");
            }
            at += count;
        }
    }
}
