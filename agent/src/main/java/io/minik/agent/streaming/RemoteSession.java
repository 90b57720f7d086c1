package io.minik.agent.streaming;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.minik.runtime.cri.Session;
import io.minik.runtime.criapi.StreamingUrls.Streams;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.util.Map;
import java.util.Optional;

/** A process of another runtime, at the client's end of a SPDY session. */
final class RemoteSession implements Session {
    /** A status with a message of a runtime. */
    private static final int MOST_STATUS_BYTES = 64 * 1024;

    private final SpdySession session;
    private final WriteStream<Buffer> stdin;
    private final SpdyReadStream stdout;
    private final SpdyReadStream stderr;
    private final Optional<SpdyStream> resize;
    private final Buffer status = Buffer.buffer();
    private final Promise<Integer> exit = Promise.promise();

    RemoteSession(SpdySession session, Streams streams) {
        this.session = session;
        SpdyStream error = session.open(Map.of("streamtype", "error"));
        this.stdin = new SpdyWriteStream(open("stdin", streams.stdin()));
        this.stdout = new SpdyReadStream(open("stdout", streams.stdout()));
        this.stderr = new SpdyReadStream(open("stderr", streams.stderr() && !streams.tty()));
        this.resize = open("resize", streams.tty());
        error.end();
        error.listen(
                this::told, () -> Future.join(stdout.ended(), stderr.ended()).onComplete(all -> outcome()), () -> {});
        session.onClose(() -> {
            stdout.broken();
            stderr.broken();
            exit.tryFail("the runtime has closed the streams");
        });
    }

    /** @param wanted by the client: the runtime waits for these streams and for no other */
    private Optional<SpdyStream> open(String type, boolean wanted) {
        return wanted ? Optional.of(session.open(Map.of("streamtype", type))) : Optional.empty();
    }

    private void told(Buffer part) {
        if (status.length() + part.length() <= MOST_STATUS_BYTES) {
            status.appendBuffer(part);
        }
    }

    /** All output is there. */
    private void outcome() {
        Unheard.note(session.close());
        if (status.length() == 0) {
            exit.tryComplete(0);
            return;
        }
        JsonNode tree;
        try {
            tree = Json.parse(status.getBytes());
        } catch (IllegalArgumentException e) {
            exit.tryFail(status.toString());
            return;
        }
        if (Json.text(tree, "status").equals("Success")) {
            exit.tryComplete(0);
            return;
        }
        for (JsonNode cause : tree.path("details").path("causes")) {
            if (Json.text(cause, "reason").equals("ExitCode")
                    && Json.text(cause, "message").matches("\\d{1,9}")) {
                exit.tryComplete(Integer.parseInt(Json.text(cause, "message")));
                return;
            }
        }
        exit.tryFail(Json.text(tree, "message"));
    }

    @Override
    public WriteStream<Buffer> stdin() {
        return stdin;
    }

    @Override
    public ReadStream<Buffer> stdout() {
        return stdout;
    }

    @Override
    public ReadStream<Buffer> stderr() {
        return stderr;
    }

    @Override
    public void resize(int columns, int rows) {
        resize.ifPresent(stream -> Unheard.note(stream.write(StreamClient.size(columns, rows))));
    }

    @Override
    public Future<Integer> exit() {
        return exit.future();
    }

    /** The runtime sees the streams end; what it does to the process then is up to it. */
    @Override
    public void close() {
        Unheard.note(session.close());
    }
}
