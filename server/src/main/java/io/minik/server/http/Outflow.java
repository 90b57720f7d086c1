package io.minik.server.http;

import io.minik.ground.loop.Loop;
import io.minik.ground.net.Connections;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.buffer.BufferInternal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One answer on its way out: a slice at a time, the next when the network has taken the last. A client that takes nothing for
 * {@value #STALLED_SECONDS} s is cut off; until then it costs two slices, whatever the answer's size. On the request's context.
 */
final class Outflow {
    /** Bytes handed to the connection at once, and as many again encrypted. */
    static final int SLICE_BYTES = 128 * 1024;

    /**
     * Written in one turn of the loop. HTTP/2 flushes at a turn's end, and only then knows what its windows and the socket take:
     * more would pile up, to the 32 MB that a client like curl lets a stream have under way.
     */
    static final int SLICES_A_TURN = 4;

    static final int STALLED_SECONDS = 30;

    /** Smaller answers fit what the kernel keeps for a connection: a timer for each would be dear. */
    private static final int SMALL_BYTES = 16 * 1024;

    private final Vertx vertx;
    private final Connections.Guard guard;
    private final HttpServerRequest http;
    private final HttpServerResponse response;
    private final Promise<Void> done = Promise.promise();
    private Loop.Timer timer = Loop.Timer.NONE;
    /** Who takes back the slices that the connection has taken. */
    private Consumer<Buffer> written = slice -> {};

    Outflow(Vertx vertx, HttpServerRequest http, Connections.Guard guard) {
        this.vertx = vertx;
        this.guard = guard;
        this.http = http;
        this.response = http.response();
    }

    /** An answer of one slice. */
    Future<Void> end(Buffer whole) {
        if (whole.length() > SMALL_BYTES) {
            watch();
            return response.end(whole).onComplete(unused -> timer.cancel());
        }
        if (http.version() != HttpVersion.HTTP_2) {
            // The connection's own limit holds: it idles.
            return response.end(whole);
        }
        // The kernel takes nothing of a stream whose window its client keeps shut.
        Connections.Deadline deadline = guard.within(STALLED_SECONDS, () -> cut(http));
        return response.end(whole).onComplete(unused -> deadline.met());
    }

    Future<Void> slices(Buffer first, Slices rest) {
        return slices(first, () -> Future.succeededFuture(rest.next()), rest);
    }

    /** @param source makes the next slice of what is left, elsewhere if that takes long */
    Future<Void> slices(Buffer first, Supplier<Future<Buffer>> source, Slices rest) {
        written = rest::again;
        // Behind the turn that read the request: Vert.x flushes nothing before its end, so that slices would pile up.
        Loop.here(vertx).run(() -> {
            write(first);
            begin(source, rest::hasNext);
        });
        return done.future();
    }

    private void write(Buffer slice) {
        response.write(slice).onSuccess(unused -> written.accept(slice)).onFailure(done::tryFail);
    }

    /** Compressed on the worker, which the next slice waits for. */
    Future<Void> zipped(Zip zip, WorkerExecutor worker) {
        return worker.executeBlocking(zip::next, false)
                .compose(start -> {
                    if (!zip.hasNext()) {
                        return end(start);
                    }
                    response.setChunked(true);
                    write(start);
                    return pump(() -> worker.executeBlocking(zip::next, false), zip::hasNext);
                })
                .onComplete(unused -> zip.close());
    }

    private Future<Void> pump(Supplier<Future<Buffer>> source, BooleanSupplier more) {
        begin(source, more);
        return done.future();
    }

    private void begin(Supplier<Future<Buffer>> source, BooleanSupplier more) {
        response.closeHandler(unused -> over());
        next(source, more);
    }

    private void next(Supplier<Future<Buffer>> source, BooleanSupplier more) {
        for (int written = 0; more.getAsBoolean(); written++) {
            if (response.closed()) {
                over();
                return;
            }
            if (written == SLICES_A_TURN) {
                Loop.here(vertx).run(() -> next(source, more));
                return;
            }
            if (response.writeQueueFull()) {
                watch();
                response.drainHandler(unused -> {
                    // Once: whoever writes on by himself must not be joined by a second one.
                    response.drainHandler(null);
                    timer.cancel();
                    next(source, more);
                });
                return;
            }
            Future<Buffer> slice;
            try {
                slice = source.get();
            } catch (RuntimeException unreadable) {
                done.tryFail(unreadable);
                return;
            }
            if (!slice.isComplete()) {
                slice.onComplete(made -> {
                    if (made.failed()) {
                        done.tryFail(made.cause());
                    } else if (response.closed()) {
                        over();
                    } else {
                        write(made.result());
                        next(source, more);
                    }
                });
                return;
            }
            write(slice.result());
        }
        watch();
        response.end().onComplete(ended -> {
            timer.cancel();
            if (ended.succeeded()) {
                done.tryComplete();
            } else {
                done.tryFail(ended.cause());
            }
        });
    }

    private void over() {
        timer.cancel();
        done.tryComplete();
    }

    private void watch() {
        timer.cancel();
        timer = Loop.here(vertx).after(Duration.ofSeconds(STALLED_SECONDS), () -> {
            cut(http);
            done.tryFail("the client took nothing for " + STALLED_SECONDS + " s");
        });
    }

    /** Ends what a client does not read: the whole connection, or in HTTP/2 the stream. */
    static void cut(HttpServerRequest http) {
        Future<Void> gone = http.version() == HttpVersion.HTTP_2
                ? http.response().reset()
                : http.connection().close();
        gone.onFailure(ProxyPipe::quietly);
    }

    /**
     * Pieces of any size as slices of one size. What the network has taken becomes the next slice: a list of megabytes makes no more
     * garbage than a few slices, which would be too large for the heap's young part. Taken and given back on any thread, one at a time.
     */
    static final class Slices {
        private final Iterator<byte[]> pieces;
        private final Queue<byte[]> spare = new ConcurrentLinkedQueue<>();
        private byte[] piece = {};
        private int at;

        Slices(Iterator<byte[]> pieces) {
            this.pieces = pieces;
        }

        boolean hasNext() {
            return at < piece.length || pieces.hasNext();
        }

        Buffer next() {
            return next(SLICE_BYTES);
        }

        /** @param room what is expected to come, so that nothing is copied to make room */
        Buffer next(int room) {
            byte[] again = spare.poll();
            byte[] slice = again == null ? new byte[room] : again;
            int length = 0;
            while (length < SLICE_BYTES && hasNext()) {
                if (at == piece.length) {
                    piece = pieces.next();
                    at = 0;
                }
                int taken = Math.min(piece.length - at, SLICE_BYTES - length);
                if (length + taken > slice.length) {
                    slice = Arrays.copyOf(slice, Math.min(SLICE_BYTES, Math.max(2 * slice.length, length + taken)));
                }
                System.arraycopy(piece, at, slice, length, taken);
                length += taken;
                at += taken;
            }
            // The connection's bytes until it gives them back: a copy each of pieces and slices is what a long list is
            // made of.
            return BufferInternal.buffer(Unpooled.wrappedBuffer(slice, 0, length));
        }

        /** @param slice one of {@link #next}, which nobody reads any more */
        void again(Buffer slice) {
            ByteBuf bytes = ((BufferInternal) slice).getByteBuf();
            if (bytes.hasArray() && bytes.array().length == SLICE_BYTES) {
                spare.add(bytes.array());
            }
        }
    }
}
