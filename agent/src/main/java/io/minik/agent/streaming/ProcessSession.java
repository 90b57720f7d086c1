package io.minik.agent.streaming;

import io.minik.runtime.cri.Session;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Joins a process and a client until one of them ends. */
final class ProcessSession {
    private static final Logger log = LoggerFactory.getLogger(ProcessSession.class);

    private final Session process;
    private final RemoteStreams client;

    ProcessSession(Session process, RemoteStreams client) {
        this.process = process;
        this.client = client;
    }

    /** Succeeds when both sides are done. */
    Future<Void> run(boolean stdin, boolean stdout, boolean stderr) {
        client.onClose(process::close);
        client.onResize(process::resize);
        if (stdin) {
            takeStdin();
        }
        give(process.stdout(), client.stdout(), stdout);
        give(process.stderr(), client.stderr(), stderr);
        return process.exit()
                .transform(exit -> client.finish(
                        exit.succeeded()
                                ? ExecStatus.exited(exit.result())
                                : ExecStatus.failed(String.valueOf(exit.cause().getMessage()))));
    }

    private void takeStdin() {
        client.onStdin(
                data -> {
                    process.stdin().write(data).onFailure(this::stdinGone);
                    if (process.stdin().writeQueueFull()) {
                        client.pauseStdin();
                        process.stdin().drainHandler(ignored -> client.resumeStdin());
                    }
                },
                () -> process.stdin().end().onFailure(this::stdinGone));
    }

    /** The program closed its end or is gone: what is still typed is for nobody. */
    private void stdinGone(Throwable error) {
        log.atDebug().addKeyValue("err", error.toString()).log("stdin of a process is closed");
    }

    private void give(ReadStream<Buffer> from, Outlet to, boolean wanted) {
        from.exceptionHandler(
                error -> log.atDebug().addKeyValue("err", error.toString()).log("output of a process broke off"));
        from.handler(data -> {
            if (!wanted) {
                return;
            }
            to.write(data)
                    .onFailure(error ->
                            log.atDebug().addKeyValue("err", error.toString()).log("a client takes no more output"));
            if (to.full()) {
                from.pause();
                to.onDrain(from::resume);
            }
        });
    }
}
