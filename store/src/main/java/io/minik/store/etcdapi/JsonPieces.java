package io.minik.store.etcdapi;

import io.minik.store.StoreException;
import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;

/** Objects of JSON that come one after the other, in pieces that end anywhere. */
final class JsonPieces {
    private final int mostBytes;
    private final Consumer<byte[]> each;
    private Buffer pending = Buffer.buffer();
    private int depth;
    private boolean inText;
    private boolean escaped;

    /** @param mostBytes of one object */
    JsonPieces(int mostBytes, Consumer<byte[]> each) {
        this.mostBytes = mostBytes;
        this.each = each;
    }

    /** @throws StoreException.Invalid if one is too large */
    void add(Buffer piece) {
        int from = 0;
        for (int i = 0; i < piece.length(); i++) {
            if (ends(piece.getByte(i))) {
                pending.appendBuffer(piece.slice(from, i + 1));
                from = i + 1;
                byte[] whole = pending.getBytes();
                pending = Buffer.buffer();
                each.accept(whole);
            }
        }
        pending.appendBuffer(piece.slice(from, piece.length()));
        if (pending.length() > mostBytes) {
            throw new StoreException.Invalid("request is too large");
        }
    }

    private boolean ends(byte next) {
        if (inText) {
            if (escaped) {
                escaped = false;
            } else if (next == '\\') {
                escaped = true;
            } else if (next == '"') {
                inText = false;
            }
            return false;
        }
        switch (next) {
            case '"' -> inText = true;
            case '{', '[' -> depth++;
            case '}', ']' -> depth--;
            default -> {
                return false;
            }
        }
        return depth == 0 && !inText;
    }

    /** What came and was no whole object. */
    Buffer rest() {
        return pending;
    }
}
