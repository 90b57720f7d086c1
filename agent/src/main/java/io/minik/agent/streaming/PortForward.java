package io.minik.agent.streaming;

import io.minik.runtime.cri.Connection;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's port-forward: for each connection it opens two streams, {@code error} and {@code data}, under one request id. */
final class PortForward {
    private static final Logger log = LoggerFactory.getLogger(PortForward.class);
    private static final int MOST_PORT = 65_535;

    /** Streams that wait for their sibling. */
    private final Map<String, SpdyStream> waiting = new HashMap<>();

    private final IntFunction<Future<Connection>> connect;
    private final String pod;

    /** @param connect to a port inside the pod */
    PortForward(String pod, IntFunction<Future<Connection>> connect) {
        this.pod = pod;
        this.connect = connect;
    }

    void serve(SpdyCarrier wire) {
        new SpdySession(wire, this::opened).start();
    }

    int waiting() {
        return waiting.size();
    }

    private void opened(SpdyStream stream) {
        String type = stream.header("streamtype");
        // Clients older than request ids open one pair after the other.
        String request = stream.header("requestid") + "/" + stream.header("port");
        String sibling = request + (type.equals("data") ? "/error" : "/data");
        SpdyStream other = waiting.remove(sibling);
        if (other == null) {
            String own = request + "/" + type;
            waiting.put(own, stream);
            stream.onReset(() -> waiting.remove(own, stream));
            return;
        }
        SpdyStream data = type.equals("data") ? stream : other;
        SpdyStream error = type.equals("data") ? other : stream;
        port(stream.header("port")).ifPresentOrElse(number -> forward(number, data, error), () -> {
            fail(error, "invalid port " + stream.header("port"));
            data.end();
        });
    }

    private void forward(int port, SpdyStream data, SpdyStream error) {
        // What the client says meanwhile stays in the wire.
        data.pause();
        connect.apply(port).onComplete(connected -> {
            data.resume();
            if (connected.failed()) {
                fail(
                        error,
                        "error forwarding port " + port + " to pod " + pod + ": "
                                + connected.cause().getMessage());
                data.end();
                return;
            }
            splice(connected.result(), data, error);
        });
    }

    private static void fail(SpdyStream error, String message) {
        error.write(Buffer.buffer(message)).onFailure(PortForward::gone);
        error.end();
    }

    private static void gone(Throwable error) {
        log.atDebug().addKeyValue("err", error.toString()).log("a port-forward client is gone");
    }

    private void splice(Connection target, SpdyStream data, SpdyStream error) {
        target.out().exceptionHandler(PortForward::gone);
        data.listen(
                bytes -> {
                    target.out().write(bytes).onFailure(PortForward::gone);
                    if (target.out().writeQueueFull()) {
                        data.pause();
                        target.out().drainHandler(ignored -> data.resume());
                    }
                },
                () -> target.out().end().onFailure(PortForward::gone),
                target.close());
        target.in().exceptionHandler(broken -> {
            gone(broken);
            data.end();
            error.end();
        });
        target.in().endHandler(ignored -> {
            data.end();
            error.end();
        });
        target.in().handler(bytes -> {
            data.write(bytes).onFailure(failed -> target.close().run());
            if (data.full()) {
                target.in().pause();
                data.onDrain(() -> target.in().resume());
            }
        });
    }

    private static Optional<Integer> port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port <= MOST_PORT ? Optional.of(port) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
