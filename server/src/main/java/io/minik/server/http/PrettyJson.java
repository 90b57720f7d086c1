package io.minik.server.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * JSON with a line for each value, as people read it: by {@code pretty=true}, and without being asked to curl, wget and
 * browsers, as upstream does. Made piece by piece from what is compact, so that a list of any length costs no more memory.
 */
final class PrettyJson implements Iterator<byte[]> {
    private static final Set<String> YES = Set.of("1", "t", "T", "true", "True", "TRUE");
    private static final List<String> READ_BY_PEOPLE = List.of("curl", "Wget", "Mozilla/5.0");

    /** Whatever is deeper stands below the same column: an answer must not grow with its depth times its values. */
    private static final int MOST_LEVELS = 32;

    private static final int PIECE_BYTES = 16 * 1024;
    private static final byte[] COLON = ": ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BREAK = ("\n" + "  ".repeat(MOST_LEVELS)).getBytes(StandardCharsets.US_ASCII);

    private final Iterator<byte[]> compact;
    private byte[] piece = {};
    private int at;
    private int level;
    /** The object or list that was just opened has nothing in it yet. */
    private boolean empty;

    private boolean quoted;
    private boolean escaped;

    PrettyJson(Iterator<byte[]> compact) {
        this.compact = compact;
    }

    /** The same body for whoever wants it so, and for others as it is. */
    static Pieces of(Pieces body, ApiRequest request) {
        String agent = request.wire().map(wire -> wire.header("User-Agent")).orElse("");
        return isAsked(request.parameter("pretty"), agent) ? Pieces.pretty(body) : body;
    }

    static boolean isAsked(String parameter, String agent) {
        return parameter.isEmpty() ? READ_BY_PEOPLE.stream().anyMatch(agent::startsWith) : YES.contains(parameter);
    }

    @Override
    public boolean hasNext() {
        return at < piece.length || compact.hasNext();
    }

    @Override
    public byte[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (out.size() < PIECE_BYTES && hasNext()) {
            if (at == piece.length) {
                piece = compact.next();
                at = 0;
            } else {
                step(out, piece[at++]);
            }
        }
        return out.toByteArray();
    }

    private void step(ByteArrayOutputStream out, byte next) {
        if (quoted) {
            out.write(next);
            quoted = escaped || next != '"';
            escaped = !escaped && next == '\\';
            return;
        }
        switch (next) {
            case ' ', '\n', '\r', '\t' -> {}
            case ',' -> {
                out.write(next);
                newLine(out);
            }
            case ':' -> out.writeBytes(COLON);
            case '}', ']' -> {
                level--;
                if (!empty) {
                    newLine(out);
                }
                empty = false;
                out.write(next);
            }
            default -> begin(out, next);
        }
    }

    private void begin(ByteArrayOutputStream out, byte next) {
        if (empty) {
            newLine(out);
        }
        empty = next == '{' || next == '[';
        level += empty ? 1 : 0;
        quoted = next == '"';
        out.write(next);
    }

    private void newLine(ByteArrayOutputStream out) {
        out.write(BREAK, 0, 1 + 2 * Math.min(level, MOST_LEVELS));
    }
}
