package io.minik.runtime.criapi;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcStatus;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Another CRI runtime behind its socket, in the kubelet's words. gRPC's frames are made here: Vert.x' client has no authority for a
 * socket, without which other servers don't answer, and throws a status' message away.
 *
 * <pre>{@code
 * CriClient containerd = new CriClient(vertx, Path.of("/run/containerd/containerd.sock"), dialer, notes);
 * RuntimeService runtime = containerd.runtime();
 * ImageService images = containerd.images();
 * }</pre>
 */
public final class CriClient {
    /** As kubelets take it. */
    private static final int MOST_MESSAGE_BYTES = 16 << 20;
    /** Before a message: whether it is compressed, and its length. */
    private static final int HEAD_BYTES = 5;

    private static final String AUTHORITY = "localhost";
    private static final String RUNTIME = "/runtime.v1.RuntimeService/";
    private static final String IMAGES = "/runtime.v1.ImageService/";

    private final Vertx vertx;
    private final HttpClientAgent http;
    private final SocketAddress socket;
    private final ImageService images;
    private final RuntimeService runtime;

    /** @param dialer follows the URLs that the runtime gives; @param notes keeps what this runtime can't */
    public CriClient(Vertx vertx, Path socket, StreamDialer dialer, AddedNotes notes) {
        this.vertx = vertx;
        this.socket = SocketAddress.domainSocketAddress(socket.toString());
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        this.images = new GrpcImageService(this);
        GrpcContainers containers = new GrpcContainers(this, images, notes);
        ContainerWatch watch =
                new ContainerWatch(vertx, this, () -> containers.list(CriProto.ContainerFilter.getDefaultInstance()));
        this.runtime = new GrpcRuntimeService(this, containers, dialer, watch);
    }

    public RuntimeService runtime() {
        return runtime;
    }

    public ImageService images() {
        return images;
    }

    public Future<Void> close() {
        return http.close();
    }

    /** One answer to one question. Fails with CriException, with what the runtime says. */
    <R> Future<R> runtime(String method, MessageLite question, Parser<R> answer) {
        return call(RUNTIME + method, question, answer);
    }

    <R> Future<R> images(String method, MessageLite question, Parser<R> answer) {
        return call(IMAGES + method, question, answer);
    }

    private <R> Future<R> call(String path, MessageLite question, Parser<R> answer) {
        return onContext(() -> ask(path, question).compose(CriClient::collected))
                .compose(said -> message(said, answer))
                .recover(error -> Future.failedFuture(CriCodes.called(error)));
    }

    private Future<HttpClientResponse> ask(String path, MessageLite question) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(socket)
                .setHost(AUTHORITY)
                .setURI(path)
                .putHeader("content-type", "application/grpc")
                .putHeader("te", "trailers");
        byte[] message = question.toByteArray();
        Buffer framed = Buffer.buffer(HEAD_BYTES + message.length)
                .appendByte((byte) 0)
                .appendInt(message.length)
                .appendBytes(message);
        return http.request(options).compose(request -> request.send(framed));
    }

    /** On one context from the first step to the last: an answer must find who hears it, whatever thread has asked. */
    private <T> Future<T> onContext(Supplier<Future<T>> steps) {
        Promise<T> done = Promise.promise();
        vertx.getOrCreateContext().runOnContext(now -> steps.get().onComplete(done));
        return done.future();
    }

    /** All that is said, up to a bound. Fails if the runtime says that it has failed. */
    private static Future<Buffer> collected(HttpClientResponse response) {
        Promise<Buffer> done = Promise.promise();
        Buffer all = Buffer.buffer();
        response.exceptionHandler(done::tryFail);
        response.handler(part -> {
            if (all.length() + part.length() > HEAD_BYTES + MOST_MESSAGE_BYTES) {
                done.tryFail(new CriException(
                        CriException.Code.UNKNOWN, "the runtime's answer is larger than " + MOST_MESSAGE_BYTES));
                response.request().reset().onFailure(done::tryFail);
            } else {
                all.appendBuffer(part);
            }
        });
        response.endHandler(ended -> {
            CriException failed = failed(response);
            if (failed == null) {
                done.tryComplete(all);
            } else {
                done.tryFail(failed);
            }
        });
        return done.future();
    }

    private static <R> Future<R> message(Buffer said, Parser<R> answer) {
        if (said.length() < HEAD_BYTES || said.getInt(1) != said.length() - HEAD_BYTES || said.getByte(0) != 0) {
            return Future.failedFuture(
                    new CriException(CriException.Code.UNKNOWN, "the runtime's answer is no message of gRPC"));
        }
        try {
            return Future.succeededFuture(answer.parseFrom(said.getBytes(HEAD_BYTES, said.length())));
        } catch (InvalidProtocolBufferException e) {
            return Future.failedFuture(
                    new CriException(CriException.Code.UNKNOWN, "the runtime's answer is no message of CRI", e));
        }
    }

    /** Null for success. The status stands behind the answer, or, where there is none, before it. */
    static @Nullable CriException failed(HttpClientResponse response) {
        String code = word(response, "grpc-status");
        if (code.equals("0")) {
            return null;
        }
        if (!code.matches("\\d{1,2}")) {
            return new CriException(
                    CriException.Code.UNAVAILABLE, "the runtime's socket answers HTTP " + response.statusCode());
        }
        GrpcStatus status = GrpcStatus.valueOf(Integer.parseInt(code));
        return CriCodes.said(status == null ? GrpcStatus.UNKNOWN : status, decoded(word(response, "grpc-message")));
    }

    private static String word(HttpClientResponse response, String name) {
        String behind = response.getTrailer(name);
        String before = response.getHeader(name);
        return behind != null ? behind : before != null ? before : "";
    }

    /** gRPC's messages are percent-encoded, and a plus is one. */
    private static String decoded(String message) {
        try {
            return URLDecoder.decode(message.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return message;
        }
    }

    /** Events for as long as the runtime tells them. The answer is there when it listens. */
    Future<HttpClientResponse> events() {
        return ask(RUNTIME + "GetContainerEvents", CriProto.GetEventsRequest.getDefaultInstance());
    }
}
