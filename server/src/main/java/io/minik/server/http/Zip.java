package io.minik.server.http;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** A body compressed slice by slice. One thread at a time; who takes the next slice pays for making it. */
final class Zip {
    /** Compressed bytes of a slice: what a connection takes at once. */
    private static final int SLICE_BYTES = 128 * 1024;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(SLICE_BYTES);
    private Buffer first;
    private final Outflow.Slices slices;
    private final GZIPOutputStream zip;
    private volatile boolean over;

    /** @param first what was taken of the slices already */
    Zip(Buffer first, Outflow.Slices slices) {
        this.first = first;
        this.slices = slices;
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
        while (slices.hasNext() && out.size() < SLICE_BYTES) {
            zip.write(slices.next().getBytes());
        }
        if (!slices.hasNext()) {
            zip.close();
            over = true;
        }
        Buffer slice = Buffer.buffer(out.toByteArray());
        out.reset();
        return slice;
    }

    /** Gives the compressor's memory back, which is none of the heap's, also where the client left in the middle. */
    void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new IllegalStateException("memory can't be written", e);
        }
    }
}
