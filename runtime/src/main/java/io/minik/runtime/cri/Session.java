package io.minik.runtime.cri;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;

/** A process that somebody talks to. With a terminal stderr is empty. */
public interface Session {
    /** Ending it closes the process' stdin. */
    WriteStream<Buffer> stdin();

    ReadStream<Buffer> stdout();

    ReadStream<Buffer> stderr();

    void resize(int columns, int rows);

    /** The exit code, after all output was handed on. For an attachment: when it is detached or the container ends. */
    Future<Integer> exit();

    /** Lets go: an exec'd process is killed, an attachment only ends. */
    void close();
}
