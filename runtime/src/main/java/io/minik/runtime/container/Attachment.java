package io.minik.runtime.container;

import io.minik.runtime.cri.Session;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;

/** Somebody at a container's own stdio: sees its output from now on. */
final class Attachment implements Session, Output.Attached {
    /** Which of the streams somebody asks for. */
    record Wanted(boolean stdin, boolean stdout, boolean stderr) {}

    /** What {@link #exit} says to somebody who left while the container went on. */
    private static final int DETACHED = 0;

    private final Running container;
    private final QueueStream out;
    private final QueueStream err;
    private final boolean wantsOut;
    private final boolean wantsErr;
    private final Promise<Integer> exit = Promise.promise();
    private WriteStream<Buffer> stdin = new ClosedStdin();
    private Resize resize = (columns, rows) -> {};

    interface Resize {
        void to(int columns, int rows);
    }

    Attachment(Context context, Running container, boolean wantsOut, boolean wantsErr) {
        this.container = container;
        this.wantsOut = wantsOut;
        this.wantsErr = wantsErr;
        out = new QueueStream(context, container.output()::resume);
        err = new QueueStream(context, container.output()::resume);
        container
                .whenEnded()
                .onSuccess(ended -> context.runOnContext(v -> exit.tryComplete(ended.exitCode())))
                .onFailure(e -> context.runOnContext(v -> exit.tryFail(e)));
    }

    /** Before anybody else has it. */
    void stdin(WriteStream<Buffer> stream, Resize onResize) {
        stdin = stream;
        resize = onResize;
        container.output().attach(this);
    }

    @Override
    public void output(ContainerLogFile.Stream stream, Buffer chunk) {
        if (stream == ContainerLogFile.Stream.STDOUT && wantsOut) {
            out.push(chunk);
        } else if (stream == ContainerLogFile.Stream.STDERR && wantsErr) {
            err.push(chunk);
        }
    }

    @Override
    public boolean isFull() {
        return out.isFull() || err.isFull();
    }

    @Override
    public void ended() {
        out.finish();
        err.finish();
    }

    @Override
    public WriteStream<Buffer> stdin() {
        return stdin;
    }

    @Override
    public ReadStream<Buffer> stdout() {
        return out;
    }

    @Override
    public ReadStream<Buffer> stderr() {
        return err;
    }

    @Override
    public void resize(int columns, int rows) {
        resize.to(columns, rows);
    }

    @Override
    public Future<Integer> exit() {
        return exit.future();
    }

    @Override
    public void close() {
        container.output().detach(this);
        stdin.end().onComplete(done -> {
            ended();
            exit.tryComplete(DETACHED);
        });
    }
}
