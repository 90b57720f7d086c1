package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Status;
import io.minik.api.schema.Format;
import io.minik.ground.json.Json;
import io.minik.server.table.Tables.IncludeObject;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns answers into HTTP responses: negotiated, compressed if large, never more in memory than the network takes. */
final class Responses {
    private static final Logger log = LoggerFactory.getLogger(Responses.class);

    /** What a long answer holds while it goes out: a slice, and the same encrypted. */
    private static final int SLICED_BYTES = 2 * Outflow.SLICE_BYTES;

    /** The same with a compressor's tables and windows. Bodies of more than one slice, upstream's 128 KiB, are compressed. */
    private static final int ZIPPED_BYTES = SLICED_BYTES + 256 * 1024;

    private static final byte[] NEWLINE = {'\n'};

    private static final int WARNING_CODE = 299;

    /** Words about a body are no longer than people read, whatever they cite of it: large ones would be repeated to it. */
    private static final int LONGEST_REFUSAL = 64 * 1024;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

    private final Frames frames;
    private final WorkerExecutor compressor;
    private final HeavyWork heavy;
    private final WatchStream.Means watching;

    Responses(WatchStream.Means watching, WorkerExecutor compressor, HeavyWork heavy) {
        this.watching = watching;
        this.frames = watching.frames();
        this.compressor = compressor;
        this.heavy = heavy;
    }

    /** What all watches together may take, apart from what requests hold for a moment. */
    ByteBudget watches() {
        return watching.budget();
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
        MediaType type = MediaType.accepted(request.wire().orElseThrow().header("Accept"), offered(answer));
        IncludeObject include = include(request);
        if (answer instanceof Answer.Watching watch) {
            return new WatchStream(watching, type, include).start(request, watch.request());
        }
        response.setStatusCode(answer.code()).putHeader("Content-Type", type.contentType());
        response.putHeader("Cache-Control", "no-cache, private");
        if (answer instanceof Answer.One one) {
            for (String warning : WarningHeaders.fitting(one.result().warnings())) {
                response.headers().add("Warning", warning(warning));
            }
            Pieces object =
                    frames.object(type, one.kind().resource(), one.result().object(), include);
            return send(request, response, readable(request, type, object));
        }
        if (answer instanceof Answer.Many many) {
            Pieces list = frames.list(type, many.kind().resource(), many.listing(), include);
            return send(request, response, readable(request, type, list));
        }
        throw new IllegalStateException("no form for " + answer.getClass().getSimpleName());
    }

    private static Pieces readable(ApiRequest request, MediaType type, Pieces body) {
        return type.format() == Format.JSON ? PrettyJson.of(body, request) : body;
    }

    private static MediaType.Offered offered(Answer answer) {
        if (answer instanceof Answer.One one) {
            return MediaType.Offered.of(one.kind());
        } else if (answer instanceof Answer.Many many) {
            return MediaType.Offered.of(many.kind());
        } else if (answer instanceof Answer.Watching watch) {
            return MediaType.Offered.of(watch.request().kind());
        }
        throw new IllegalStateException("no form for " + answer.getClass().getSimpleName());
    }

    /** A failure as meta/v1 Status, in what the client takes: JSON if that is nothing that we have. */
    Future<Void> fail(ApiRequest request, Throwable error) {
        return Future.succeededFuture()
                .compose(unused -> failWhole(request, error))
                .recover(untold -> failShortly(request, untold));
    }

    private Future<Void> failWhole(ApiRequest request, Throwable error) {
        HttpServerResponse response = request.wire().orElseThrow().request().response();
        Status whole = error instanceof ApiException api
                ? api.status()
                : ApiException.internal(String.valueOf(error.getMessage())).status();
        Status status = whole.shortened(LONGEST_REFUSAL);
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
        if (request.wire().orElseThrow().body().spoils()) {
            response.putHeader("Connection", "close");
        }
        MediaType type = MediaType.find(request.wire().orElseThrow().header("Accept"), MediaType.Offered.PLAIN)
                .orElse(MediaType.JSON);
        response.setStatusCode(status.code())
                .putHeader("Content-Type", type.contentType())
                .putHeader("Cache-Control", "no-cache, private");
        byte[] body = frames.plain(type.format(), Json.bytes(status.tree()));
        Pieces told = Pieces.of(type.format() == Format.JSON ? List.of(body, NEWLINE) : List.of(body));
        return send(request, response, readable(request, type, told));
    }

    /**
     * An error whose own answer can't be given, since it is larger than what is left for answers, is told in a few words: a
     * request is never left without an answer.
     */
    private Future<Void> failShortly(ApiRequest request, Throwable error) {
        HttpServerRequest http = request.wire().orElseThrow().request();
        HttpServerResponse response = http.response();
        if (response.ended() || response.closed() || response.headWritten()) {
            return Future.failedFuture(error);
        }
        log.atWarn()
                .addKeyValue("audit", request.id())
                .addKeyValue("err", String.valueOf(error))
                .log("an error could not be told whole");
        Status status = error instanceof ApiException api
                ? api.status()
                : ApiException.internal("the error is too large to be told").status();
        response.headers().remove("Content-Encoding").remove("Content-Length").remove("Transfer-Encoding");
        return response.setStatusCode(status.code())
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.bytes(status.tree())));
    }

    /** What a client called a field may be in it: no control character may come into a header. */
    static String warning(String text) {
        return WARNING_CODE + " - \""
                + CONTROL.matcher(text.replace("\\", "\\\\").replace("\"", "\\\""))
                        .replaceAll(" ") + "\"";
    }

    private static IncludeObject include(ApiRequest request) {
        String include = request.parameter("includeObject");
        try {
            return include.isEmpty() ? IncludeObject.Metadata : IncludeObject.valueOf(include);
        } catch (IllegalArgumentException e) {
            String why = "must be 'Metadata', 'Object', 'None', or empty";
            throw ApiException.badRequest(new Causes().invalid("", include, why).toString());
        }
    }

    private Future<Void> send(ApiRequest request, HttpServerResponse response, Pieces body) {
        Outflow.Slices slices = new Outflow.Slices(body.each());
        int room = (int) Math.min(body.bytes().orElse(Outflow.SLICE_BYTES), Outflow.SLICE_BYTES);
        if (!body.heavy()) {
            return send(request, response, body, slices, slices.next(room));
        }
        return slice(request, slices).compose(first -> send(request, response, body, slices, first));
    }

    private Future<Buffer> slice(ApiRequest request, Outflow.Slices slices) {
        // Whose write waits for a webhook reads on meanwhile.
        return heavy.run("to " + request.user().name(), 0, () -> Future.succeededFuture(slices.next()));
    }

    private Future<Void> send(
            ApiRequest request, HttpServerResponse response, Pieces body, Outflow.Slices slices, Buffer first) {
        if (response.ended() || response.closed()) {
            return Future.succeededFuture();
        }
        HttpExchange wire = request.wire().orElseThrow();
        if (wire.request().method().equals(HttpMethod.HEAD)) {
            body.bytes().ifPresent(size -> response.putHeader("Content-Length", Long.toString(size)));
            return response.end();
        }
        boolean whole = !slices.hasNext();
        boolean gzip = !whole && body.small() && gzips(wire, response);
        wire.body().hold().grow(whole ? first.length() : gzip ? ZIPPED_BYTES : SLICED_BYTES);
        Outflow out = new Outflow(watching.vertx(), wire.request(), wire.guard());
        if (whole) {
            response.putHeader("Content-Length", Integer.toString(first.length()));
            return out.end(first);
        }
        if (gzip) {
            response.putHeader("Content-Encoding", "gzip").putHeader("Vary", "Accept-Encoding");
            return out.zipped(new Zip(first, slices), compressor);
        }
        if (body.bytes().isPresent()) {
            response.putHeader("Content-Length", Long.toString(body.bytes().getAsLong()));
        } else {
            response.setChunked(true);
        }
        return body.heavy() ? out.slices(first, () -> slice(request, slices), slices) : out.slices(first, slices);
    }

    private static boolean gzips(HttpExchange wire, HttpServerResponse response) {
        return !response.headers().contains("Content-Encoding")
                && wire.header("Accept-Encoding").toLowerCase(Locale.ROOT).contains("gzip");
    }
}
