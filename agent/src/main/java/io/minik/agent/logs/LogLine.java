package io.minik.agent.logs;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * One line of a log in CRI format, without its end.
 *
 * @param whole false: the text goes on in the next line of the same stream
 * @param text where it starts in the bytes
 */
record LogLine(String time, String stream, boolean whole, int text) {
    private static final char BLANK = ' ';

    /** Empty if it is not such a line: half a write before a crash. */
    static Optional<LogLine> parse(byte[] bytes, int from, int to) {
        int afterTime = find(bytes, from, to);
        int afterStream = afterTime < 0 ? -1 : find(bytes, afterTime + 1, to);
        int afterTag = afterStream < 0 ? -1 : find(bytes, afterStream + 1, to);
        if (afterTag < 0) {
            return Optional.empty();
        }
        String tag = text(bytes, afterStream + 1, afterTag);
        return Optional.of(new LogLine(
                text(bytes, from, afterTime),
                text(bytes, afterTime + 1, afterStream),
                // Tags may be more one day: F and others are separated by colons.
                !tag.equals("P") && !tag.startsWith("P:"),
                afterTag + 1));
    }

    boolean before(Instant since) {
        try {
            return OffsetDateTime.parse(time).toInstant().isBefore(since);
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static int find(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == BLANK) {
                return i;
            }
        }
        return -1;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
