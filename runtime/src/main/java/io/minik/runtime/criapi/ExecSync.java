package io.minik.runtime.criapi;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.cri.Session;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A command to its end, with what it says. */
final class ExecSync {
    /** Of each stream. CRI lets a runtime drop what is beyond 16 MiB (CVE-2022-1708); many calls at once must fit a small heap. */
    static final int MOST_BYTES = 1 << 20;

    private final Vertx vertx;
    private final RuntimeService runtime;

    ExecSync(Vertx vertx, RuntimeService runtime) {
        this.vertx = vertx;
        this.runtime = runtime;
    }

    /** @param limit zero for none */
    Future<CriProto.ExecSyncResponse> run(String containerId, List<String> command, Duration limit) {
        return runtime.exec(new Cri.ExecRequest(containerId, command, false, false))
                .compose(process -> collect(process, command, limit));
    }

    private Future<CriProto.ExecSyncResponse> collect(Session process, List<String> command, Duration limit) {
        Buffer out = collect(process.stdout());
        Buffer err = collect(process.stderr());
        AtomicBoolean late = new AtomicBoolean();
        Loop.Timer timer = limit.isZero()
                ? Loop.Timer.NONE
                : Loop.here(vertx).after(limit, () -> {
                    late.set(true);
                    process.close();
                });
        return process.exit().onComplete(ended -> timer.cancel()).compose(code -> {
            if (late.get()) {
                return Future.failedFuture(new CriException(
                        CriException.Code.DEADLINE_EXCEEDED,
                        "command " + command + " timed out: timeout " + limit.toSeconds() + "s exceeded"));
            }
            return Future.succeededFuture(CriProto.ExecSyncResponse.newBuilder()
                    .setStdout(bytes(out))
                    .setStderr(bytes(err))
                    .setExitCode(code)
                    .build());
        });
    }

    private static ByteString bytes(Buffer said) {
        return UnsafeByteOperations.unsafeWrap(said.getBytes());
    }

    private static Buffer collect(ReadStream<Buffer> stream) {
        Buffer all = Buffer.buffer();
        stream.handler(chunk -> {
            int room = MOST_BYTES - all.length();
            if (room > 0) {
                all.appendBuffer(chunk, 0, Math.min(room, chunk.length()));
            }
        });
        return all;
    }
}
