package io.minik.server.http;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** A body compressed slice by slice. One thread at a time; who takes the next slice pays for making it. */
final class Zip {
    /** Compressed bytes of a slice: what a connection takes at once. */
    private static final int SLICE_BYTES = 128 * 1024;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(SLICE_BYTES);
    private Buffer first;
    private final Iterator<byte[]> pieces;
    private final GZIPOutputStream zip;
    private volatile boolean over;

    /** @param first what was taken of the pieces already */
    Zip(Buffer first, Iterator<byte[]> pieces) {
        this.first = first;
        this.pieces = pieces;
        try {
            zip = new GZIPOutputStream(out) {
                {
                    def.setLevel(Deflater.BEST_SPEED);
                }
            };
        } catch (IOException e) {
            throw new IllegalStateException("memory can't be written", e);
        }
    }

    boolean hasNext() {
        return !over;
    }

    Buffer next() throws IOException {
        zip.write(first.getBytes());
        first = Buffer.buffer();
        while (pieces.hasNext() && out.size() < SLICE_BYTES) {
            zip.write(pieces.next());
        }
        if (!pieces.hasNext()) {
            zip.close();
            over = true;
        }
        Buffer slice = Buffer.buffer(out.toByteArray());
        out.reset();
        return slice;
    }
}
