package io.minik.server.encryption;

import io.minik.ground.net.HttpCall;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;

/** Unary gRPC over a socket of this machine, as a KMS plugin serves it. */
final class KmsClient {
    /** Before each message: not compressed, and its length. */
    private static final int HEAD_BYTES = 5;

    /** gRPC's own bound. */
    private static final int MOST_ANSWER_BYTES = 4 << 20;

    private static final String OK = "0";

    private final HttpClientAgent http;
    private final SocketAddress socket;
    private final Duration timeout;

    KmsClient(Vertx vertx, String path, Duration timeout) {
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        this.socket = SocketAddress.domainSocketAddress(path);
        this.timeout = timeout;
    }

    /** @param method of v2.KeyManagementService. @return the answer's message; fails in the plugin's words */
    Future<byte[]> call(String method, byte[] message) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(socket)
                .setHost("localhost")
                .setURI("/v2.KeyManagementService/" + method)
                .putHeader("content-type", "application/grpc")
                .putHeader("te", "trailers");
        Buffer framed = Buffer.buffer(HEAD_BYTES + message.length)
                .appendByte((byte) 0)
                .appendInt(message.length)
                .appendBytes(message);
        return HttpCall.send(http, options, framed, MOST_ANSWER_BYTES, timeout).compose(KmsClient::message);
    }

    private static Future<byte[]> message(HttpCall.Answer answer) {
        String code = status(answer.head(), "grpc-status");
        Buffer body = answer.body();
        if (!OK.equals(code)) {
            String why = status(answer.head(), "grpc-message");
            return Future.failedFuture("rpc error: code = " + code + " desc = " + why);
        }
        return body.length() < HEAD_BYTES
                ? Future.failedFuture("rpc error: an answer without a message")
                : Future.succeededFuture(body.getBytes(HEAD_BYTES, body.length()));
    }

    /** Behind the body, or, where there is none, before it. */
    private static String status(HttpClientResponse response, String name) {
        String trailer = response.getTrailer(name);
        String header = response.getHeader(name);
        return trailer != null ? trailer : header != null ? header : "";
    }

    Future<Void> close() {
        return http.close();
    }
}
