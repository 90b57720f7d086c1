package io.minik.runtime.image;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A response's body for a thread that may block. The event loop puts buffers into a queue and never waits: it asks the
 * connection for as many as the reader took (the window bounds memory), so a slow disk slows the sender.
 */
final class BodyStream extends InputStream {
    /** Buffers on the way; one is at most 64 KiB. Enough to keep the connection busy while the reader writes. */
    private static final int WINDOW = 16;
    /** A transfer that brings nothing for so long is dead: containerd's own default is 60 s too. */
    private static final int STALL_SECONDS = 60;

    private static final Object END = new Object();

    private final HttpClientResponse response;
    private final Context loop;
    /** Bounded by the window: at most that many buffers are asked for, plus the end. */
    private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

    private byte[] current = {};
    private int at;
    private int taken;
    private boolean finished;

    /** Called on the response's event loop, before any of the body arrived. */
    BodyStream(HttpClientResponse response, Context loop) {
        this.response = response;
        this.loop = loop;
        response.pause();
        response.handler(queue::add);
        response.endHandler(done -> queue.add(END));
        response.exceptionHandler(queue::add);
        response.fetch(WINDOW);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (at == current.length) {
            if (finished || !advance()) {
                return -1;
            }
        }
        int count = Math.min(length, current.length - at);
        System.arraycopy(current, at, into, offset, count);
        at += count;
        return count;
    }

    private boolean advance() throws IOException {
        Object next;
        try {
            next = queue.poll(STALL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
        if (next instanceof Buffer buffer) {
            current = buffer.getBytes();
            at = 0;
            if (++taken == WINDOW / 2) {
                taken = 0;
                loop.runOnContext(more -> response.fetch(WINDOW / 2));
            }
            return true;
        }
        finished = true;
        if (next instanceof Throwable failure) {
            throw new IOException("transfer broke off: " + failure.getMessage(), failure);
        }
        if (next == null) {
            throw new IOException("transfer stalled: nothing for " + STALL_SECONDS + " s");
        }
        return false;
    }

    /** Reads all. @throws IOException if there is more than the limit */
    byte[] readAll(int limit) throws IOException {
        byte[] all = readNBytes(limit + 1);
        if (all.length > limit) {
            throw new IOException("answer has more than " + limit + " bytes");
        }
        return all;
    }

    /** Gives the connection back if the body was read to its end, else ends it. Idempotent, any thread. */
    @Override
    public void close() {
        if (!finished && !END.equals(queue.peek())) {
            finished = true;
            // On HTTP/1.1 this ends the connection; if the answer was complete by then, there is nothing to end.
            loop.runOnContext(now -> response.request().reset().onFailure(late -> response.resume()));
        }
    }
}
