package io.minik.runtime.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * Hashes what passes, and at the end of the stream fails unless it was what the digest names; before that as soon as there is
 * more than there may be, because a stream that never ends has no digest.
 */
final class VerifiedStream extends FilterInputStream {
    private final Digest expected;
    private final MessageDigest hash;
    private long left;
    private boolean done;

    /** @param mostBytes that what the digest names has */
    VerifiedStream(InputStream in, Digest expected, long mostBytes) {
        super(in);
        this.left = mostBytes;
        this.expected = expected;
        this.hash = expected.hasher();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = super.read(into, offset, length);
        if (count > 0) {
            left -= count;
            if (left < 0) {
                throw new IOException(expected + " is longer than its manifest says");
            }
            hash.update(into, offset, count);
        } else if (count < 0 && !done) {
            done = true;
            Digest actual = Digest.of(expected.algorithm(), hash.digest());
            if (!actual.equals(expected)) {
                throw new IOException("digest mismatch: expected " + expected + ", got " + actual);
            }
        }
        return count;
    }

    /** Bytes that are skipped would not be hashed. */
    @Override
    public long skip(long count) throws IOException {
        byte[] sink = new byte[(int) Math.min(count, 8192)];
        return Math.max(0, read(sink, 0, sink.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
