package io.minik.runtime.sandbox;

import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;
import java.util.List;

/** A tape's process that waits at its gate, so that descriptors can be copied out of it. Ends when closed. Blocking. */
final class Held implements AutoCloseable {
    private final Kernel kernel;
    private final Player.Playing playing;
    private final int pidfd;
    private final int gate;
    private boolean released;

    private Held(Kernel kernel, Player.Playing playing, int pidfd, int gate) {
        this.kernel = kernel;
        this.playing = playing;
        this.pidfd = pidfd;
        this.gate = gate;
    }

    static Held play(Kernel kernel, Player player, Tape tape) {
        int[] gate = kernel.pipe(0);
        try {
            Player.Playing playing = player.play(tape, List.of(new Player.Given(gate[0], SandboxTape.GATE_FD)));
            return new Held(kernel, playing, kernel.pidfdOpen(playing.pid()), gate[1]);
        } catch (RuntimeException e) {
            kernel.close(gate[1]);
            throw e;
        } finally {
            kernel.close(gate[0]);
        }
    }

    /** A file of its folder in procfs. */
    Path proc(String name) {
        return Path.of("/proc", Integer.toString(playing.pid())).resolve(name);
    }

    /** Keeps one of its namespaces. @param file below its /proc/PID/ns; @param place an empty file */
    void pin(String file, Path place) {
        try (Arena arena = kernel.sys().arena()) {
            long mounted = kernel.sys()
                    .call(
                            Syscall.MOUNT,
                            arena.string(proc("ns").resolve(file).toString()),
                            arena.string(place.toString()),
                            0,
                            TapeSteps.MS_BIND,
                            0);
            Kernel.check(mounted, "pin namespace on", place);
        }
    }

    /** The next value that it reports. */
    int value() {
        return playing.value();
    }

    /** A copy of its descriptor; the caller's. */
    int take(int fd) {
        return kernel.pidfdGetfd(pidfd, fd);
    }

    /** Opens the gate and lets it end; throws if an entry failed on the way. */
    void release() {
        if (!released) {
            released = true;
            kernel.close(gate);
            playing.end().ifPresent(failure -> {
                throw failure.fault();
            });
        }
    }

    @Override
    public void close() {
        if (!released) {
            released = true;
            kernel.close(gate);
        }
        playing.close();
        kernel.reap(pidfd);
        kernel.close(pidfd);
    }
}
