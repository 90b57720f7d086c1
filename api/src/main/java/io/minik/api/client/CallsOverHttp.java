package io.minik.api.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls as JSON over HTTP, whoever opens the requests. Callable from any Vert.x context; answers come on it. */
public final class CallsOverHttp implements Transport {
    private static final Logger log = LoggerFactory.getLogger(CallsOverHttp.class);

    /** A call that the server has not answered by then is lost: its own limit is 60 s. */
    private static final long CALL_MILLIS = 65_000;

    private final Way way;
    private final Function<HttpClientResponse, Future<HttpClientResponse>> looked;
    private final long mostBytes;

    /** Adds to method, path and headers where they lead, and connects. */
    public interface Way {
        Future<HttpClientRequest> open(RequestOptions options);
    }

    /**
     * @param looked may refuse an answer for its head
     * @param mostBytes of an answer's body
     */
    CallsOverHttp(Way way, Function<HttpClientResponse, Future<HttpClientResponse>> looked, long mostBytes) {
        this.way = way;
        this.looked = looked;
        this.mostBytes = mostBytes;
    }

    public CallsOverHttp(Way way, long mostBytes) {
        this(way, Future::succeededFuture, mostBytes);
    }

    @Override
    public Future<KubeObject> send(ApiCall call) {
        return exchange(call).map(body -> KubeObject.of(requireObject(body)));
    }

    @Override
    public Future<KubeList> list(ApiCall call) {
        return exchange(call).map(body -> {
            ObjectNode tree = requireObject(body);
            String itemKind = Json.text(tree, "kind").replaceFirst("List$", "");
            String apiVersion = Json.text(tree, "apiVersion");
            List<KubeObject> items = new ArrayList<>();
            for (JsonNode item : tree.path("items")) {
                if (item instanceof ObjectNode object) {
                    // Items of typed lists come without type, as upstream sends them.
                    if (!object.has("kind")) {
                        object.put("kind", itemKind).put("apiVersion", apiVersion);
                    }
                    items.add(KubeObject.of(object));
                }
            }
            return new KubeList(
                    Json.text(tree, "metadata", "resourceVersion"), Json.text(tree, "metadata", "continue"), items);
        });
    }

    @Override
    public Future<WatchHandle> watch(ApiCall call, WatchHandler handler) {
        return open(call, 0).compose(request -> request.send()
                .compose(looked)
                .recover(CallsOverHttp::unreachable)
                .compose(response -> {
                    if (response.statusCode() != 200) {
                        return whole(response)
                                .recover(CallsOverHttp::unreachable)
                                .compose(body -> Future.failedFuture(failure(response.statusCode(), body)));
                    }
                    HttpWatch watch = new HttpWatch(request, handler);
                    watch.read(response);
                    return Future.<WatchHandle>succeededFuture(watch);
                }));
    }

    private Future<Buffer> exchange(ApiCall call) {
        byte[] sent = call.body();
        return open(call, CALL_MILLIS)
                .compose(request -> (sent.length == 0 ? request.send() : request.send(Buffer.buffer(sent)))
                        .compose(looked)
                        .compose(response -> whole(response).map(body -> {
                            if (response.statusCode() / 100 != 2) {
                                throw failure(response.statusCode(), body);
                            }
                            return body;
                        })))
                .recover(CallsOverHttp::unreachable);
    }

    private Future<Buffer> whole(HttpClientResponse response) {
        Promise<Buffer> read = Promise.promise();
        Buffer body = Buffer.buffer();
        response.exceptionHandler(read::tryFail);
        response.endHandler(end -> read.tryComplete(body));
        response.handler(piece -> {
            if (body.length() + (long) piece.length() <= mostBytes) {
                body.appendBuffer(piece);
            } else if (read.tryFail("the answer is larger than " + mostBytes + " bytes")) {
                response.request().reset().onFailure(CallsOverHttp::quietly);
            }
        });
        return read.future();
    }

    /** @param idleMillis 0 = may be silent for ever */
    private Future<HttpClientRequest> open(ApiCall call, long idleMillis) {
        RequestOptions options = new RequestOptions()
                .setMethod(method(call.verb()))
                .setURI(ApiUrl.of(call))
                .putHeader("Accept", "application/json");
        if (idleMillis > 0) {
            options.setIdleTimeout(idleMillis);
        }
        if (!call.contentType().isEmpty()) {
            options.putHeader("Content-Type", call.contentType());
        }
        return way.open(options).recover(CallsOverHttp::unreachable);
    }

    private static HttpMethod method(ApiCall.Verb verb) {
        return switch (verb) {
            case GET, LIST, WATCH -> HttpMethod.GET;
            case CREATE -> HttpMethod.POST;
            case UPDATE -> HttpMethod.PUT;
            case PATCH -> HttpMethod.PATCH;
            case DELETE, DELETE_COLLECTION -> HttpMethod.DELETE;
        };
    }

    private static ObjectNode requireObject(Buffer body) {
        try {
            return Json.parseObject(body.getBytes());
        } catch (IllegalArgumentException e) {
            throw ApiException.unavailable("the API server's answer can't be read: " + e.getMessage());
        }
    }

    /** The server's Status, or one made of the bare code. */
    private static ApiException failure(int code, Buffer body) {
        try {
            ObjectNode tree = Json.parseObject(body.getBytes());
            if (Json.text(tree, "kind").equals("Status")) {
                return new ApiException(Status.of(tree));
            }
        } catch (IllegalArgumentException notJson) {
            // A proxy's page, or nothing: the code says it.
        }
        return new ApiException(new Status(
                code, Status.Reason.Unknown, "the API server answered with HTTP " + code, Status.Details.NONE));
    }

    private static <T> Future<T> unreachable(Throwable error) {
        return Future.failedFuture(
                error instanceof ApiException
                        ? error
                        : ApiException.unavailable("the API server can't be reached: " + error.getMessage()));
    }

    private static void quietly(Throwable error) {
        log.atDebug().addKeyValue("err", error.toString()).log("a call had ended already");
    }

    /** One open watch; owned by the context that asked for it. */
    private static final class HttpWatch implements WatchHandle {
        private final HttpClientRequest request;
        private final WatchHandler handler;
        private boolean ended;

        HttpWatch(HttpClientRequest request, WatchHandler handler) {
            this.request = request;
            this.handler = handler;
        }

        void read(HttpClientResponse response) {
            WatchFrames frames = new WatchFrames(event -> {
                if (!ended) {
                    handler.onEvent(event);
                }
            });
            response.handler(chunk -> frames.accept(chunk).ifPresent(error -> {
                        end(Optional.of(error));
                        reset();
                    }))
                    .exceptionHandler(error ->
                            end(Optional.of(ApiException.unavailable("the watch broke off: " + error.getMessage()))))
                    .endHandler(ignored -> end(Optional.empty()));
        }

        @Override
        public void close() {
            if (!ended) {
                ended = true;
                reset();
            }
        }

        private void end(Optional<ApiException> why) {
            if (!ended) {
                ended = true;
                handler.onEnd(why);
            }
        }

        private void reset() {
            request.reset().onFailure(CallsOverHttp::quietly);
        }
    }
}
