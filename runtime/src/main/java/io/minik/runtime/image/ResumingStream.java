package io.minik.runtime.image;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** Reads from a source that can be opened at an offset, and opens it again where it broke. */
final class ResumingStream extends InputStream {
    /** In a row, without a byte in between: a source that brings something each time is worth going on with. */
    private static final int MAX_BREAKS = 4;

    interface Source {
        InputStream open(long offset) throws IOException;
    }

    private final Source source;
    private InputStream current = InputStream.nullInputStream();
    private boolean opened;
    private long offset;
    private int breaks;

    ResumingStream(Source source) {
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        while (true) {
            try {
                if (!opened) {
                    current = source.open(offset);
                    opened = true;
                }
                int count = current.read(into, from, length);
                if (count > 0) {
                    offset += count;
                    breaks = 0;
                }
                return count;
            } catch (FileNotFoundException e) {
                throw e;
            } catch (IOException e) {
                // What can't be opened at all has been tried again below us already.
                if (!opened || ++breaks >= MAX_BREAKS || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                current.close();
                opened = false;
            }
        }
    }

    @Override
    public void close() throws IOException {
        current.close();
    }
}
