package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.api.object.Json;
import io.minik.server.registry.Registry;
import io.minik.server.table.Tables.IncludeObject;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns answers into HTTP responses: negotiated, compressed if large, never more in memory than the network takes. */
final class Responses {
    private static final Logger log = LoggerFactory.getLogger(Responses.class);

    /** Bodies larger than this are compressed for who accepts it: upstream's threshold. */
    private static final int GZIP_ABOVE_BYTES = 128 * 1024;

    /** Bytes handed to the connection at once: a list of thousands is not copied into one buffer. */
    private static final int SLICE_BYTES = 256 * 1024;

    /** So that the piece that fills a slice seldom makes it grow, which would copy it. */
    private static final int ROOM_FOR_THE_LAST_BYTES = 16 * 1024;

    private static final int WARNING_CODE = 299;

    private final Registry registry;
    private final Frames frames;
    private final WorkerExecutor compressor;
    private final Vertx vertx;
    private final Metrics metrics;

    Responses(Vertx vertx, Registry registry, Frames frames, WorkerExecutor compressor, Metrics metrics) {
        this.metrics = metrics;
        this.vertx = vertx;
        this.registry = registry;
        this.frames = frames;
        this.compressor = compressor;
    }

    Future<Void> write(ApiRequest request, Answer answer) {
        HttpServerResponse response = request.wire().orElseThrow().request().response();
        if (answer instanceof Answer.Taken taken) {
            taken.handler().accept(request.wire().orElseThrow().request());
            return Future.succeededFuture();
        }
        if (answer instanceof Answer.Raw raw) {
            raw.headers().forEach(response::putHeader);
            if (!raw.contentType().isEmpty()) {
                response.putHeader("Content-Type", raw.contentType());
            }
            return send(
                    request,
                    response.setStatusCode(raw.code()),
                    Pieces.of(List.of(raw.body().getBytes())));
        }
        MediaType type = MediaType.accepted(request.wire().orElseThrow().header("Accept"));
        IncludeObject include = include(request);
        if (answer instanceof Answer.Watching watching) {
            return new WatchStream(new WatchStream.Means(vertx, registry, frames, metrics), type, include)
                    .start(request, watching.request());
        }
        response.setStatusCode(answer.code()).putHeader("Content-Type", type.contentType());
        response.putHeader("Cache-Control", "no-cache, private");
        if (answer instanceof Answer.One one) {
            for (String warning : one.result().warnings()) {
                response.headers().add("Warning", warning(warning));
            }
            return send(
                    request,
                    response,
                    frames.object(type, one.kind().resource(), one.result().object(), include));
        }
        if (answer instanceof Answer.Many many) {
            return send(request, response, frames.list(type, many.kind().resource(), many.listing(), include));
        }
        throw new IllegalStateException("no form for " + answer.getClass().getSimpleName());
    }

    /** A failure as meta/v1 Status, always JSON (YAML if that was asked for alone). */
    Future<Void> fail(ApiRequest request, Throwable error) {
        HttpServerResponse response = request.wire().orElseThrow().request().response();
        Status status = error instanceof ApiException api
                ? api.status()
                : ApiException.internal(String.valueOf(error.getMessage())).status();
        if (response.ended() || response.closed()) {
            return Future.succeededFuture();
        }
        if (response.headWritten()) {
            log.atWarn()
                    .addKeyValue("audit", request.id())
                    .addKeyValue("err", status.message())
                    .log("answer cut short");
            return response.reset();
        }
        if (status.details().retryAfterSeconds() > 0) {
            response.putHeader("Retry-After", Integer.toString(status.details().retryAfterSeconds()));
        }
        if (status.code() == Status.Reason.RequestEntityTooLarge.code()) {
            response.putHeader("Connection", "close");
        }
        response.setStatusCode(status.code())
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-cache, private");
        return send(request, response, Pieces.of(List.of(Json.bytes(status.tree()), new byte[] {'\n'})));
    }

    static String warning(String text) {
        return WARNING_CODE + " - \""
                + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ") + "\"";
    }

    private static IncludeObject include(ApiRequest request) {
        String include = request.parameter("includeObject");
        try {
            return include.isEmpty() ? IncludeObject.Metadata : IncludeObject.valueOf(include);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(
                    "Invalid value: \"" + include + "\": must be 'Metadata', 'Object', 'None', or empty");
        }
    }

    private Future<Void> send(ApiRequest request, HttpServerResponse response, Pieces body) {
        if (response.ended() || response.closed()) {
            return Future.succeededFuture();
        }
        Wire wire = request.wire().orElseThrow();
        if (wire.request().method().equals(HttpMethod.HEAD)) {
            body.bytes().ifPresent(size -> response.putHeader("Content-Length", Long.toString(size)));
            return response.end();
        }
        Iterator<byte[]> pieces = body.each();
        boolean small = body.bytes().isPresent() && body.bytes().getAsLong() <= SLICE_BYTES;
        Buffer first =
                small ? slice(pieces, Integer.MAX_VALUE, (int) body.bytes().getAsLong()) : slice(pieces);
        boolean whole = !pieces.hasNext();
        if (gzips(wire, response) && (whole ? first.length() : SLICE_BYTES) > GZIP_ABOVE_BYTES) {
            response.putHeader("Content-Encoding", "gzip").putHeader("Vary", "Accept-Encoding");
            return sendZipped(response, first, pieces);
        }
        if (whole) {
            response.putHeader("Content-Length", Integer.toString(first.length()));
            return response.end(first);
        }
        if (body.bytes().isPresent()) {
            response.putHeader("Content-Length", Long.toString(body.bytes().getAsLong()));
        } else {
            response.setChunked(true);
        }
        Promise<Void> done = Promise.promise();
        response.write(first).onFailure(done::tryFail);
        pump(response, () -> Future.succeededFuture(slice(pieces)), pieces::hasNext, done);
        return done.future();
    }

    private static boolean gzips(Wire wire, HttpServerResponse response) {
        return !response.headers().contains("Content-Encoding")
                && wire.header("Accept-Encoding").toLowerCase(Locale.ROOT).contains("gzip");
    }

    /** Compressed a slice at a time, on the compressor's threads, no faster than the client reads. */
    private Future<Void> sendZipped(HttpServerResponse response, Buffer first, Iterator<byte[]> pieces) {
        Zip zip = new Zip(first, pieces);
        return compressor.executeBlocking(zip::next, false).compose(start -> {
            if (!zip.hasNext()) {
                return response.end(start);
            }
            response.setChunked(true);
            Promise<Void> done = Promise.promise();
            response.write(start).onFailure(done::tryFail);
            pump(response, () -> compressor.executeBlocking(zip::next, false), zip::hasNext, done);
            return done.future();
        });
    }

    private static void pump(
            HttpServerResponse response, Supplier<Future<Buffer>> source, BooleanSupplier more, Promise<Void> done) {
        while (more.getAsBoolean()) {
            if (response.closed()) {
                done.tryComplete();
                return;
            }
            if (response.writeQueueFull()) {
                response.drainHandler(unused -> pump(response, source, more, done));
                response.closeHandler(unused -> done.tryComplete());
                return;
            }
            Future<Buffer> next;
            try {
                next = source.get();
            } catch (RuntimeException unreadable) {
                done.tryFail(unreadable);
                return;
            }
            if (!next.isComplete()) {
                next.onComplete(made -> {
                    if (made.failed()) {
                        done.tryFail(made.cause());
                    } else if (response.closed()) {
                        done.tryComplete();
                    } else {
                        response.write(made.result()).onFailure(done::tryFail);
                        pump(response, source, more, done);
                    }
                });
                return;
            }
            response.write(next.result()).onFailure(done::tryFail);
        }
        response.end().onComplete(ended -> {
            if (ended.succeeded()) {
                done.tryComplete();
            } else {
                done.tryFail(ended.cause());
            }
        });
    }

    private static Buffer slice(Iterator<byte[]> pieces) {
        return slice(pieces, SLICE_BYTES, SLICE_BYTES + ROOM_FOR_THE_LAST_BYTES);
    }

    private static Buffer slice(Iterator<byte[]> pieces, int atLeast, int room) {
        Buffer slice = Buffer.buffer(room);
        while (pieces.hasNext() && slice.length() < atLeast) {
            slice.appendBytes(pieces.next());
        }
        return slice;
    }
}
