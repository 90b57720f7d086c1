package io.minik.ground.loop;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Names of version 4 (RFC 9562) from a chance that somebody chose: a secure one, or one that replays. */
public final class Uuids {
    private Uuids() {}

    public static UUID next(RandomGenerator random) {
        // All at once: a secure source takes as long for sixteen bytes as for four.
        byte[] bits = new byte[2 * Long.BYTES];
        random.nextBytes(bits);
        ByteBuffer both = ByteBuffer.wrap(bits);
        long high = (both.getLong() & 0xffffffffffff0fffL) | 0x4000L;
        long low = (both.getLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return new UUID(high, low);
    }
}
