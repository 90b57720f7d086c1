package io.minik.agent.probe;

import io.minik.agent.probe.Actions.Outcome;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** grpc.health.v1.Health/Check, framed by hand: one string field out, one enum field back. */
final class GrpcHealth {
    private static final int HEAD_BYTES = 5;
    /** The answer is one small message. */
    private static final int MOST_ANSWER_BYTES = 1024;

    private static final int UNIMPLEMENTED = 12;
    private static final int DEADLINE_EXCEEDED = 4;
    private static final int SERVING = 1;
    private static final List<String> STATUSES = List.of("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN");
    /** Names of gRPC's status codes, by number, as Go prints them. */
    private static final List<String> CODES = List.of(
            "OK",
            "Canceled",
            "Unknown",
            "InvalidArgument",
            "DeadlineExceeded",
            "NotFound",
            "AlreadyExists",
            "PermissionDenied",
            "ResourceExhausted",
            "FailedPrecondition",
            "Aborted",
            "OutOfRange",
            "Unimplemented",
            "Internal",
            "Unavailable",
            "DataLoss",
            "Unauthenticated");

    private final HttpClient http2;
    private final String userAgent;

    /** @param http2 speaks HTTP/2 without TLS */
    GrpcHealth(HttpClient http2, String userAgent) {
        this.http2 = http2;
        this.userAgent = userAgent;
    }

    /** @param service of the server; empty asks for the server as a whole */
    Future<Outcome> check(String host, int port, String service, long timeoutMillis) {
        RequestOptions options = new RequestOptions()
                .setHost(host)
                .setPort(port)
                .setURI("/grpc.health.v1.Health/Check")
                .setMethod(HttpMethod.POST)
                .setConnectTimeout(timeoutMillis)
                .putHeader("User-Agent", userAgent)
                .putHeader("TE", "trailers")
                .putHeader("Content-Type", "application/grpc");
        return http2.request(options)
                .compose(request -> request.send(message(service)))
                .compose(response ->
                        BoundedBody.of(response, MOST_ANSWER_BYTES).map(body -> judge(response, body, timeoutMillis)));
    }

    private static Buffer message(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        Buffer message = Buffer.buffer();
        if (name.length > 0) {
            message.appendByte((byte) 0x0a);
            varint(message, name.length);
            message.appendBytes(name);
        }
        return Buffer.buffer().appendByte((byte) 0).appendInt(message.length()).appendBuffer(message);
    }

    private static void varint(Buffer out, int value) {
        int rest = value;
        while (rest > 0x7f) {
            out.appendByte((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.appendByte((byte) rest);
    }

    private static Outcome judge(HttpClientResponse response, Buffer body, long timeoutMillis) {
        int code = Optional.ofNullable(response.getTrailer("grpc-status"))
                .or(() -> Optional.ofNullable(response.getHeader("grpc-status")))
                .filter(text -> text.matches("[0-9]{1,3}"))
                .map(Integer::parseInt)
                .orElse(response.statusCode() == 200 ? 0 : UNIMPLEMENTED);
        String words = Optional.ofNullable(response.getTrailer("grpc-message"))
                .or(() -> Optional.ofNullable(response.getHeader("grpc-message")))
                .orElse(response.statusCode() == 200 ? "" : "unexpected HTTP status code " + response.statusCode());
        return switch (code) {
            case 0 -> health(body);
            case UNIMPLEMENTED ->
                Outcome.failure(
                        "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): "
                                + words);
            case DEADLINE_EXCEEDED ->
                Outcome.failure("timeout: health rpc did not complete within " + timeoutMillis / 1000 + "s");
            default ->
                Outcome.failure("error: health rpc probe failed: rpc error: code = "
                        + (code < CODES.size() ? CODES.get(code) : "Code(" + code + ")") + " desc = " + words);
        };
    }

    /** Field 1, a varint; left out it is 0. */
    private static Outcome health(Buffer body) {
        boolean said = body.length() >= HEAD_BYTES + 2 && body.getByte(HEAD_BYTES) == 0x08;
        int status = said ? body.getByte(HEAD_BYTES + 1) : 0;
        return status == SERVING
                ? Outcome.success("service healthy")
                : Outcome.failure("service unhealthy (responded with \""
                        + (status >= 0 && status < STATUSES.size() ? STATUSES.get(status) : status) + "\")");
    }
}
