package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A container's log: what the kubelet says against it becomes a Status, and a WebSocket gets it as messages, binary
 * ones unless it speaks {@code base64.binary.k8s.io}. The kubelet itself is always asked by plain HTTP.
 */
final class LogPassing implements Passing {
    private static final String BASE64 = "base64.binary.k8s.io";
    private static final List<String> PROTOCOLS = List.of("binary.k8s.io", BASE64);
    private static final List<String> HANDSHAKE =
            List.of("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions");

    private final HttpExchange wire;
    private final String pod;

    LogPassing(HttpExchange wire, String pod) {
        this.wire = wire;
        this.pod = pod;
    }

    @Override
    public boolean upgrades() {
        return false;
    }

    @Override
    public void prepare(HttpServerRequest http, HttpClientRequest outgoing) {
        HANDSHAKE.forEach(outgoing.headers()::remove);
    }

    @Override
    public ApiException unreachable(ProxyPipe.Place place, Throwable error) {
        return AS_IS.unreachable(place, error);
    }

    @Override
    public Future<Answer> answer(HttpServerRequest http, HttpClientResponse response) {
        if (response.statusCode() / 100 != 2) {
            Future<Buffer> said = response.body();
            response.resume();
            return said.compose(text -> Future.failedFuture(refusal(response.statusCode(), text.toString())));
        }
        if (!wire.asksForWebSocket()) {
            return AS_IS.answer(http, response);
        }
        String protocol = protocol(wire.subprotocols());
        return wire.upgrade(protocol)
                .map(socket -> new Answer.Taken(101, unused -> carry(response, socket, protocol.equals(BASE64))));
    }

    /** In the words of upstream's LocationStreamer. */
    private ApiException refusal(int code, String text) {
        return switch (code) {
            case 400 -> ApiException.badRequest(text);
            case 404 ->
                ApiException.of(
                        Reason.NotFound,
                        "the server could not find the requested resource (get pods/log " + pod + "): " + text,
                        new Details(pod, "", "pods/log", "", List.of(), 0));
            case 500 -> ApiException.internal(text);
            default -> ApiException.unavailable("the kubelet answered " + code + ": " + text);
        };
    }

    /** The client's first that we know; none is as good as {@code binary.k8s.io}. */
    private static String protocol(List<String> offered) {
        Optional<String> known = offered.stream().filter(PROTOCOLS::contains).findFirst();
        if (known.isEmpty() && !offered.isEmpty()) {
            throw ApiException.badRequest(
                    "requested protocol(s) are not supported: " + offered + "; supports " + PROTOCOLS);
        }
        return known.orElse("");
    }

    private static void carry(HttpClientResponse from, ServerWebSocket to, boolean base64) {
        to.exceptionHandler(ProxyPipe::quietly);
        to.closeHandler(unused -> from.request().reset().onFailure(ProxyPipe::quietly));
        from.exceptionHandler(error -> to.close().onFailure(ProxyPipe::quietly));
        from.endHandler(unused -> to.close().onFailure(ProxyPipe::quietly));
        from.handler(part -> {
            Future<Void> sent = base64
                    ? to.writeTextMessage(Base64.getEncoder().encodeToString(part.getBytes()))
                    : to.writeBinaryMessage(part);
            sent.onFailure(ProxyPipe::quietly);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(unused -> from.resume());
            }
        });
        // As upstream: an empty message tells that the log is open before it has a line.
        to.writeBinaryMessage(Buffer.buffer()).onFailure(ProxyPipe::quietly);
        from.resume();
    }
}
