package io.minik.runtime.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Hashes what passes, and at the end of the stream fails unless it was what the digest names. */
final class VerifiedStream extends FilterInputStream {
    private final Digest expected;
    private final MessageDigest hash;
    private boolean done;

    VerifiedStream(InputStream in, Digest expected) {
        super(in);
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
