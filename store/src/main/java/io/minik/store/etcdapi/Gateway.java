package io.minik.store.etcdapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import io.minik.ground.json.Json;
import io.minik.store.StoreException;
import io.minik.store.etcdapi.proto.Elections;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdauth.AuthRefusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * etcd's gRPC gateway: the same calls as JSON, by POST to {@code /v3/…}. A body is at most as large as a message; streams answer
 * {@code {"result": …}}, a line each. Who calls is known by the token in {@code Authorization}, never by a certificate, as with
 * etcd, where the gateway is the client. On the face's loop.
 */
final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    static final String PREFIX = "/v3/";

    /** A request of 1.5 MiB in base 64. */
    private static final int MOST_BODY_BYTES = 4 << 20;

    private static final String ALSO = "/v3/kv/lease/";

    private interface Served {
        void serve(HttpServerRequest request);
    }

    private final Access access;
    private final EtcdClients clients;
    private final Map<String, Served> calls = new HashMap<>();

    Gateway(Access access, EtcdClients clients) {
        this.access = access;
        this.clients = clients;
    }

    <Q extends Message, R extends Message> void add(Unary<Q, R> unary) {
        if (unary.path().isEmpty()) {
            return;
        }
        Served served = request -> whole(request, unary.empty(), (caller, asked) -> unary.call(access, caller, asked));
        calls.put(unary.path(), served);
        if (unary.path().startsWith("/v3/lease/") && !unary.path().endsWith("grant")) {
            calls.put(ALSO + unary.path().substring("/v3/lease/".length()), served);
        }
    }

    <Q extends Message, R extends Message> void add(Waited<Q, R> waited) {
        calls.put(waited.path(), request -> {
            Promise<Void> left = Promise.promise();
            request.response().closeHandler(closed -> left.tryComplete());
            whole(request, waited.empty(), (caller, asked) -> waited.call(access, caller, asked, left.future()));
        });
    }

    /** One object a line, each answered by one. */
    void addKeepAlive(String path, Function<Rpc.LeaseKeepAliveRequest, Future<Rpc.LeaseKeepAliveResponse>> renew) {
        calls.put(path, request -> {
            Stream stream = new Stream(request);
            List<Future<Void>> answers = new ArrayList<>();
            stream.read(
                    Rpc.LeaseKeepAliveRequest.getDefaultInstance(),
                    asked -> {
                        answers.removeIf(Future::isComplete);
                        answers.add(renew.apply(asked).compose(stream::write).onFailure(stream::fail));
                    },
                    // What was asked is answered before the end.
                    () -> Future.join(List.copyOf(answers)).onComplete(all -> stream.end(), failed -> stream.end()));
        });
    }

    void addWatch(String path, Function<WatchOutlet, EtcdWatchStream> watches) {
        calls.put(path, request -> {
            Stream stream = new Stream(request);
            EtcdWatchStream watching = watches.apply(new WatchOutlet() {
                @Override
                public EtcdCaller caller() {
                    return Gateway.this.caller(request);
                }

                @Override
                public Future<Void> write(Rpc.WatchResponse response) {
                    return stream.write(response);
                }

                @Override
                public boolean isFull() {
                    return request.response().writeQueueFull();
                }
            });
            request.response().closeHandler(closed -> watching.end());
            request.response().drainHandler(drained -> watching.resume());
            stream.read(Rpc.WatchRequest.getDefaultInstance(), watching::request, () -> {});
        });
    }

    void addObserve(String path, ElectionCalls elections) {
        calls.put(path, request -> {
            Stream stream = new Stream(request);
            stream.read(
                    Elections.LeaderRequest.getDefaultInstance(),
                    asked -> {
                        ElectionCalls.reads(access, caller(request), asked).onFailure(stream::fail);
                        ElectionCalls.Observing observing = elections.observe(
                                EtcdMessages.bytes(asked.getName()),
                                leader -> stream.write(leader).onFailure(Gateway::left),
                                stream::fail);
                        request.response().closeHandler(closed -> observing.close());
                    },
                    () -> {});
        });
    }

    private static void left(Throwable gone) {
        LOG.atDebug().setCause(gone).log("client left before its answer");
    }

    void handle(HttpServerRequest request) {
        Served served = calls.get(request.path());
        if (served == null) {
            refuse(request.response(), GrpcStatus.NOT_FOUND, "Not Found");
        } else if (!request.method().equals(HttpMethod.POST)) {
            refuse(request.response(), GrpcStatus.UNIMPLEMENTED, "Method Not Allowed");
        } else {
            clients.begun(request.connection());
            request.response().endHandler(ended -> clients.over(request.connection()));
            served.serve(request);
        }
    }

    private EtcdCaller caller(HttpServerRequest request) {
        return access.caller(request.headers());
    }

    private <Q extends Message, R extends Message> void whole(
            HttpServerRequest request, Q empty, BiFunction<EtcdCaller, Q, Future<R>> answer) {
        Buffer body = Buffer.buffer();
        request.handler(piece -> {
            if (body.length() <= MOST_BODY_BYTES) {
                body.appendBuffer(piece);
            }
        });
        request.exceptionHandler(Gateway::left);
        request.endHandler(end -> {
            Future<R> answered;
            try {
                if (body.length() > MOST_BODY_BYTES) {
                    throw new StoreException.Invalid("request is too large");
                }
                Q asked = body.length() == 0 ? empty : JsonMessages.message(empty, parse(body.getBytes()));
                answered = answer.apply(caller(request), asked);
            } catch (StoreException | AuthRefusal | EtcdRefusal refused) {
                answered = Future.failedFuture(refused);
            }
            answered.onComplete(
                    response -> request.response()
                            .putHeader("content-type", "application/json")
                            .end(Buffer.buffer(Json.bytes(JsonMessages.json(response))))
                            .onFailure(Gateway::left),
                    why -> refuse(request.response(), why));
        });
    }

    private static JsonNode parse(byte[] body) {
        try {
            return Json.parse(body);
        } catch (IllegalArgumentException broken) {
            throw new StoreException.Invalid("json: " + broken.getMessage());
        }
    }

    private static void refuse(HttpServerResponse response, Throwable why) {
        Failures.Failure failure = Failures.of(why);
        refuse(response, failure.status(), failure.message());
    }

    /** In both fields: which of them a client reads depends on the gateway's version that etcd was built with. */
    private static void refuse(HttpServerResponse response, GrpcStatus status, String words) {
        response.setStatusCode(http(status))
                .putHeader("content-type", "application/json")
                .end(Buffer.buffer(Json.bytes(Json.object()
                        .put("error", words)
                        .put("code", status.code)
                        .put("message", words))))
                .onFailure(Gateway::left);
    }

    /** As the gateway has them. */
    private static int http(GrpcStatus status) {
        return switch (status) {
            case OK -> 200;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case CANCELLED -> 408;
            case ALREADY_EXISTS, ABORTED -> 409;
            case RESOURCE_EXHAUSTED -> 429;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case DEADLINE_EXCEEDED -> 504;
            case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
        };
    }

    /** Answers of one request, a line each. */
    private static final class Stream {
        private final HttpServerRequest request;
        private boolean begun;

        Stream(HttpServerRequest request) {
            this.request = request;
        }

        <Q extends Message> void read(Q empty, Consumer<Q> each, Runnable end) {
            JsonPieces pieces =
                    new JsonPieces(MOST_BODY_BYTES, json -> each.accept(JsonMessages.message(empty, parse(json))));
            request.exceptionHandler(Gateway::left);
            request.handler(piece -> {
                try {
                    pieces.add(piece);
                } catch (StoreException | AuthRefusal | EtcdRefusal refused) {
                    fail(refused);
                }
            });
            request.endHandler(ended -> {
                if (!request.response().ended()) {
                    end.run();
                }
            });
        }

        Future<Void> write(Message response) {
            if (request.response().ended()) {
                return Future.succeededFuture();
            }
            if (!begun) {
                begun = true;
                request.response().setChunked(true).putHeader("content-type", "application/json");
            }
            Buffer line = Buffer.buffer(Json.bytes(Json.object().set("result", JsonMessages.json(response))));
            return request.response().write(line.appendString("\n"));
        }

        void end() {
            if (!request.response().ended()) {
                request.response().end().onFailure(Gateway::left);
            }
        }

        void fail(Throwable why) {
            if (request.response().ended()) {
                return;
            }
            if (!begun) {
                refuse(request.response(), why);
                return;
            }
            Failures.Failure failure = Failures.of(why);
            int code = http(failure.status());
            Buffer line = Buffer.buffer(Json.bytes(Json.object()
                    .set(
                            "error",
                            Json.object()
                                    .put("grpc_code", failure.status().code)
                                    .put("http_code", code)
                                    .put("message", failure.message()))));
            request.response().end(line.appendString("\n")).onFailure(Gateway::left);
        }
    }
}
