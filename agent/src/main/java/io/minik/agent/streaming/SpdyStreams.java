package io.minik.agent.streaming;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.runtime.criapi.StreamingUrls.Streams;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Remote streams as SPDY streams, one for each {@code streamType}. */
final class SpdyStreams implements RemoteStreams {
    /** Newest first. */
    static final List<String> PROTOCOLS = List.of(
            "v5.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io");

    /** The kubelet's streamCreationTimeout. */
    private static final int STREAM_SECONDS = 30;

    private static final Outlet NOWHERE = new Outlet() {
        @Override
        public Future<Void> write(Buffer data) {
            return Future.succeededFuture();
        }

        @Override
        public boolean full() {
            return false;
        }

        @Override
        public void onDrain(Runnable action) {
            action.run();
        }

        @Override
        public void end() {}
    };

    private final SpdySession session;
    private final Set<String> expected;
    private final boolean structuredErrors;
    private final Map<String, SpdyStream> streams = new HashMap<>();
    private final Promise<RemoteStreams> ready = Promise.promise();
    private BiConsumer<Integer, Integer> resize = (columns, rows) -> {};

    /** @param protocol as agreed by X-Stream-Protocol-Version */
    SpdyStreams(SpdyCarrier wire, String protocol, Streams wanted) {
        this.session = new SpdySession(wire, this::opened);
        this.structuredErrors = protocol.startsWith("v4.") || protocol.startsWith("v5.");
        this.expected = new HashSet<>(Set.of("error"));
        if (wanted.stdin()) {
            expected.add("stdin");
        }
        if (wanted.stdout()) {
            expected.add("stdout");
        }
        if (wanted.stderr() && !wanted.tty()) {
            expected.add("stderr");
        }
        if (wanted.tty() && !protocol.equals("channel.k8s.io") && !protocol.startsWith("v2.")) {
            expected.add("resize");
        }
    }

    /** Succeeds when the client has opened all streams that were asked for, in time. */
    Future<RemoteStreams> start() {
        session.onClose(() -> ready.tryFail("the client went away before its streams were there"));
        session.start();
        return Loop.within(Duration.ofSeconds(STREAM_SECONDS), ready.future())
                .onFailure(late -> Unheard.note(session.close()));
    }

    private void opened(SpdyStream stream) {
        if (!expected.contains(stream.header("streamtype"))
                || streams.putIfAbsent(stream.header("streamtype"), stream) != null) {
            stream.ignore();
            return;
        }
        if (streams.keySet().containsAll(expected)) {
            ready.tryComplete(this);
        }
    }

    private Outlet outlet(String type) {
        SpdyStream stream = streams.get(type);
        return stream == null ? NOWHERE : stream;
    }

    @Override
    public Outlet stdout() {
        return outlet("stdout");
    }

    @Override
    public Outlet stderr() {
        return outlet("stderr");
    }

    @Override
    public void onStdin(Consumer<Buffer> data, Runnable end) {
        SpdyStream stream = streams.get("stdin");
        if (stream != null) {
            stream.listen(data, end, end);
        }
    }

    @Override
    public void pauseStdin() {
        SpdyStream stream = streams.get("stdin");
        if (stream != null) {
            stream.pause();
        }
    }

    @Override
    public void resumeStdin() {
        SpdyStream stream = streams.get("stdin");
        if (stream != null) {
            stream.resume();
        }
    }

    @Override
    public void onResize(BiConsumer<Integer, Integer> action) {
        resize = action;
        SpdyStream stream = streams.get("resize");
        if (stream != null) {
            stream.listen(this::size, () -> {}, () -> {});
        }
    }

    /** A message may hold several sizes, one a line; the last counts. */
    private void size(Buffer data) {
        List<String> lines = new ArrayList<>(List.of(data.toString().split("\n")));
        lines.removeIf(String::isBlank);
        for (String line : lines) {
            try {
                JsonNode size = Json.parse(line.getBytes(StandardCharsets.UTF_8));
                resize.accept(Json.intOr(0, size, "Width"), Json.intOr(0, size, "Height"));
            } catch (IllegalArgumentException e) {
                Unheard.note(session.close());
            }
        }
    }

    @Override
    public void onClose(Runnable action) {
        session.onClose(action);
    }

    @Override
    public Future<Void> finish(Buffer status) {
        streams.forEach((type, stream) -> {
            if (type.equals("stdout") || type.equals("stderr")) {
                stream.end();
            }
        });
        Outlet error = outlet("error");
        boolean failure = Json.text(Json.parse(status.getBytes()), "status").equals("Failure");
        Buffer said = structuredErrors
                ? status
                : Buffer.buffer(failure ? Json.text(Json.parse(status.getBytes()), "message") : "");
        Future<Void> told = said.length() == 0 ? Future.succeededFuture() : error.write(said);
        error.end();
        return told.transform(sent -> session.close());
    }
}
