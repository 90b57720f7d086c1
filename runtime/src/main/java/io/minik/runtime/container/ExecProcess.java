package io.minik.runtime.container;

import io.minik.runtime.cri.Session;
import io.minik.runtime.sys.FdReadStream;
import io.minik.runtime.sys.FdWriteStream;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Poller;
import io.minik.runtime.sys.WaitStatus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.util.Optional;

/** A process that was started inside a running container, a child of this minik. */
final class ExecProcess implements Session {
    private final Context context;
    private final Kernel kernel;
    private final Poller poller;
    private final Terminal terminal;
    private final boolean tty;
    private final int control;
    private final WriteStream<Buffer> stdin;
    private final FdReadStream stdout;
    private final Optional<FdReadStream> stderr;
    private final Promise<Integer> exit = Promise.promise();

    // Owned by the poll thread.
    private final int pidfd;
    private final Poller.Watch watch;
    private boolean reaped;

    // Owned by the context.
    private Optional<Integer> code = Optional.empty();
    private boolean asked;

    /**
     * Our ends of its stdio; owned by the process from here on.
     *
     * @param in -1 = none
     * @param err -1 = none (a terminal)
     * @param control a terminal's master, for its size; -1 = no terminal
     */
    record Ends(int in, int out, int err, int control) {
        boolean tty() {
            return control >= 0;
        }
    }

    /** What all of them share. */
    record Tools(Kernel kernel, Poller poller, Terminal terminal) {}

    ExecProcess(Context context, Tools tools, Ends ends, int pidfd) {
        this.context = context;
        this.kernel = tools.kernel();
        this.poller = tools.poller();
        this.terminal = tools.terminal();
        this.tty = ends.tty();
        this.control = ends.control();
        this.pidfd = pidfd;
        this.stdin =
                ends.in() < 0 ? new ClosedStdin() : new FdWriteStream(poller, kernel, context, ends.in(), this::hangUp);
        this.stdout = new FdReadStream(poller, kernel, context, ends.out());
        this.stderr =
                ends.err() < 0 ? Optional.empty() : Optional.of(new FdReadStream(poller, kernel, context, ends.err()));
        this.watch = poller.watch(pidfd, events -> ended());
        watch.arm(Poller.READABLE);
    }

    /** A terminal's stdin has no end of its own: what a user types for it does. */
    private void hangUp() {
        if (tty && !reaped) {
            kernel.writeFully(control, new byte[] {4}, "terminal");
        }
    }

    private void ended() {
        if (reaped) {
            return;
        }
        reaped = true;
        Optional<WaitStatus> status = kernel.reap(pidfd);
        watch.cancel();
        kernel.close(pidfd);
        if (tty) {
            kernel.close(control);
        }
        stdout.drain();
        stderr.ifPresent(FdReadStream::drain);
        context.runOnContext(v -> {
            code = Optional.of(status.map(WaitStatus::code).orElse(Life.UNKNOWN_CODE));
            settle();
        });
    }

    /** Streams that nobody reads do not hold the exit code back. */
    private void settle() {
        if (code.isEmpty() || !asked) {
            return;
        }
        if (!stdout.hasHandler()) {
            stdout.close();
        }
        stderr.filter(s -> !s.hasHandler()).ifPresent(FdReadStream::close);
        Future<Void> errEnded = stderr.map(FdReadStream::whenEnded).orElseGet(Future::succeededFuture);
        stdout.whenEnded().compose(v -> errEnded).onComplete(v -> {
            closeStdin();
            exit.tryComplete(code.get());
        });
    }

    private void closeStdin() {
        if (stdin instanceof FdWriteStream stream) {
            stream.close();
        }
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
        return stderr.<ReadStream<Buffer>>map(s -> s).orElseGet(() -> {
            QueueStream none = new QueueStream(context, () -> {});
            none.finish();
            return none;
        });
    }

    @Override
    public void resize(int columns, int rows) {
        poller.execute(() -> {
            if (tty && !reaped) {
                terminal.resize(control, columns, rows);
            }
        });
    }

    @Override
    public Future<Integer> exit() {
        // One turn later, so that handlers which were set just before are seen.
        context.runOnContext(v -> context.runOnContext(w -> {
            asked = true;
            settle();
        }));
        return exit.future();
    }

    @Override
    public void close() {
        poller.execute(() -> {
            if (!reaped) {
                kernel.signal(pidfd, Kernel.SIGKILL);
            }
        });
        context.runOnContext(v -> {
            asked = true;
            settle();
        });
    }
}
