package io.minik.runtime.container;

import io.minik.ground.loop.Loop;
import io.minik.runtime.container.Containers.ExecResult;
import io.minik.runtime.cri.Session;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs a process to its end and keeps what it said. */
final class Collected {
    /** Kept per stream: a little more than the 10 KiB that a probe may say; what comes after is read and dropped. */
    private static final int MAX_BYTES = 16 * 1024;

    private Collected() {}

    /** @param timeoutMillis 0 = none */
    static Future<ExecResult> of(Vertx vertx, Session process, long timeoutMillis) {
        Buffer out = collect(process.stdout());
        Buffer err = collect(process.stderr());
        AtomicBoolean timedOut = new AtomicBoolean();
        Loop.Timer timer = timeoutMillis <= 0
                ? Loop.Timer.NONE
                : Loop.here(vertx).after(Duration.ofMillis(timeoutMillis), () -> {
                    timedOut.set(true);
                    process.close();
                });
        return process.exit().map(code -> {
            timer.cancel();
            return new ExecResult(code, out, err, timedOut.get());
        });
    }

    private static Buffer collect(ReadStream<Buffer> stream) {
        Buffer all = Buffer.buffer();
        stream.handler(chunk -> {
            int room = MAX_BYTES - all.length();
            if (room > 0) {
                all.appendBuffer(chunk, 0, Math.min(room, chunk.length()));
            }
        });
        return all;
    }
}
