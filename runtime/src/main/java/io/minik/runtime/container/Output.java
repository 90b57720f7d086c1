package io.minik.runtime.container;

import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.PipePeek;
import io.minik.runtime.sys.Poller;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A running container's output: from its FIFOs (or its pty) to its log and to those attached. Owned by the poll thread;
 * others call through {@link Poller#execute}.
 */
final class Output {
    private static final int CHUNK_BYTES = 64 * 1024;
    /** When a container has ended, what its pipes still hold is at most this much each (the largest pipe a user may set). */
    private static final int MAX_LAST_CHUNKS = (1 << 20) / CHUNK_BYTES;

    private final Kernel kernel;
    private final Poller poller;
    private final Optional<PipePeek> peek;
    private final Optional<ContainerLogFile> log;
    private final List<Source> sources = new ArrayList<>();
    private final List<Attached> attached = new ArrayList<>();

    /** Somebody who sees what comes. Called on the poll thread. */
    interface Attached {
        void output(ContainerLogFile.Stream stream, Buffer chunk);

        /** While true, nothing more is read: its {@link Output#resume} is owed. */
        boolean isFull();

        void ended();
    }

    private final class Source {
        private final int fd;
        private final ContainerLogFile.Stream stream;
        private final Poller.Watch watch;
        private boolean open = true;

        private Source(int fd, ContainerLogFile.Stream stream) {
            this.fd = fd;
            this.stream = stream;
            this.watch = poller.watch(fd, events -> ready());
        }

        private void ready() {
            if (open && read() != 0) {
                arm();
            }
        }

        private void arm() {
            if (open && attached.stream().noneMatch(Attached::isFull)) {
                watch.arm(Poller.READABLE);
            }
        }

        /** @return bytes read, negative if there are none now, 0 when it has ended */
        private long read() {
            try (Arena arena = kernel.sys().arena()) {
                Arena.Block block = arena.allocate(CHUNK_BYTES);
                boolean look = peek.isPresent() && log.isPresent();
                long got = look
                        ? peek.get().peek(fd, block.address(), CHUNK_BYTES)
                        : kernel.read(fd, block.address(), CHUNK_BYTES);
                if (got > 0) {
                    block.bytes().limit((int) got);
                    Buffer copy = attached.isEmpty() ? Buffer.buffer() : Buffer.buffer(block.copy((int) got));
                    log.ifPresent(file -> file.append(stream, block.bytes()));
                    if (look) {
                        // Only now: what a killed minik has not logged is still there for the next one.
                        peek.get().take(fd, block.address(), (int) got);
                    }
                    attached.forEach(a -> a.output(stream, copy));
                    return got;
                }
                if (got == -Errno.EAGAIN) {
                    return got;
                }
                close();
                return 0;
            }
        }

        private void close() {
            if (letGo()) {
                log.ifPresent(file -> file.rest(stream));
            }
        }

        private boolean letGo() {
            boolean was = open;
            if (open) {
                open = false;
                watch.cancel();
                kernel.close(fd);
            }
            return was;
        }
    }

    /** @param peek if the sources are pipes */
    Output(Kernel kernel, Poller poller, Optional<PipePeek> peek, Optional<ContainerLogFile> log) {
        this.kernel = kernel;
        this.peek = peek;
        this.poller = poller;
        this.log = log;
    }

    /** Takes the descriptor over and reads from now on. */
    void add(int fd, ContainerLogFile.Stream stream) {
        poller.execute(() -> {
            Source source = new Source(fd, stream);
            sources.add(source);
            source.arm();
        });
    }

    /** Somebody has renamed the log. Waits for it. */
    void reopenLog() {
        poller.await(() -> log.ifPresent(ContainerLogFile::reopen));
    }

    void attach(Attached newcomer) {
        poller.execute(() -> attached.add(newcomer));
    }

    void detach(Attached leaving) {
        poller.execute(() -> {
            attached.remove(leaving);
            sources.forEach(Source::arm);
        });
    }

    void resume() {
        poller.execute(() -> sources.forEach(Source::arm));
    }

    /** The container is gone: reads what is left, closes all. Waits for it. */
    void finish() {
        poller.await(() -> {
            for (Source source : sources) {
                for (int i = 0; i < MAX_LAST_CHUNKS && source.open && source.read() > 0; i++) {
                    // read() hands it on
                }
                source.close();
            }
            end();
        });
    }

    /** Stops reading and leaves the container as it is: this minik goes. Waits for it. */
    void release() {
        poller.await(() -> {
            for (Source source : sources) {
                if (source.letGo()) {
                    log.ifPresent(file -> file.rest(source.stream));
                }
            }
            end();
        });
    }

    private void end() {
        log.ifPresent(ContainerLogFile::close);
        attached.forEach(Attached::ended);
        attached.clear();
    }
}
