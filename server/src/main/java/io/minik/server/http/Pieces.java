package io.minik.server.http;

import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A body in pieces, each made when it is taken: a list of any length costs the piece that is under way. Taken once, by one
 * thread at a time.
 *
 * @param bytes length of all together, where it is known before they are made
 * @param heavy making a piece takes long: it is work for {@link HeavyWork}, not for an event loop
 * @param small though, in memory: who compresses may make the pieces
 */
record Pieces(OptionalLong bytes, Iterator<byte[]> each, boolean heavy, boolean small) {
    /** What is there already. */
    static Pieces of(List<byte[]> whole) {
        long bytes = 0;
        for (byte[] piece : whole) {
            bytes += piece.length;
        }
        return new Pieces(OptionalLong.of(bytes), whole.iterator(), false, true);
    }

    /** What is encoded as it goes. */
    static Pieces made(Iterator<byte[]> each, boolean heavy) {
        return new Pieces(OptionalLong.empty(), each, heavy, !heavy);
    }

    /** What takes long to encode, though no piece takes much memory. */
    static Pieces slow(Iterator<byte[]> each) {
        return new Pieces(OptionalLong.empty(), each, true, true);
    }

    /** The same with a line for each value. */
    static Pieces pretty(Pieces json) {
        return new Pieces(OptionalLong.empty(), new PrettyJson(json.each()), json.heavy(), json.small());
    }

    /** What takes long to encode, as one piece. */
    static Pieces heavy(Supplier<byte[]> one) {
        return made(Stream.generate(one).limit(1).iterator(), true);
    }
}
