package io.minik.server.http;

import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;

/**
 * A body in pieces, each made when it is taken: a list of any length costs the piece that is under way. Taken once, by one
 * thread at a time.
 *
 * @param bytes length of all together, where it is known before they are made
 */
record Pieces(OptionalLong bytes, Iterator<byte[]> each) {
    /** What is there already. */
    static Pieces of(List<byte[]> whole) {
        long bytes = 0;
        for (byte[] piece : whole) {
            bytes += piece.length;
        }
        return new Pieces(OptionalLong.of(bytes), whole.iterator());
    }

    /** What is encoded as it goes. */
    static Pieces made(Iterator<byte[]> each) {
        return new Pieces(OptionalLong.empty(), each);
    }
}
