package io.minik.runtime.container;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.container.Containers.State;
import io.minik.runtime.sys.JsonFile;
import io.minik.runtime.sys.WaitStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** What became of a container so far; on disk before anybody hears of it. */
record Life(State state, Processes processes, Times times, int exitCode, String reason, String message) {
    /** Version 1 was flat. */
    static final JsonFile.Format FORMAT = new JsonFile.Format(2, Life::partsOf);

    /**
     * As the node sees them; with the start time a pid is never mistaken for another's.
     *
     * @param pid, startTime of its PID 1
     * @param shimPid, shimStartTime of the process that waits for it
     */
    record Processes(int pid, long startTime, int shimPid, long shimStartTime) {
        static final Processes NONE = new Processes(0, 0, 0, 0);
    }

    /** Nanoseconds since the epoch; 0 = not yet. */
    record Times(long created, long started, long finished) {}

    /** The kubelet's code for a container whose program could not be run. */
    static final int START_ERROR_CODE = 128;
    /** Nobody saw it end: its shim was killed, or the machine went down. */
    static final int UNKNOWN_CODE = 255;

    private static final long NANOS = 1_000_000_000L;

    private static void partsOf(ObjectNode flat) {
        ObjectNode processes = flat.putObject("processes");
        for (String name : List.of("pid", "startTime", "shimPid", "shimStartTime")) {
            processes.set(name, flat.remove(name));
        }
        ObjectNode times = flat.putObject("times");
        times.set("created", flat.remove("createdAtNanos"));
        times.set("started", flat.remove("startedAtNanos"));
        times.set("finished", flat.remove("finishedAtNanos"));
    }

    static Life created(long now) {
        return new Life(State.CREATED, Processes.NONE, new Times(now, 0, 0), 0, "", "");
    }

    Life running(Processes now, long at) {
        return new Life(State.RUNNING, now, new Times(times.created(), at, 0), 0, "", "");
    }

    private Life exited(long at, int code, String why, String text) {
        // A short one ends before its start is written down.
        long end = Math.max(at, times.started());
        return new Life(
                State.EXITED, Processes.NONE, new Times(times.created(), times.started(), end), code, why, text);
    }

    Life startFailed(long now, String text) {
        return exited(now, START_ERROR_CODE, "StartError", text);
    }

    /** @param status what the shim wrote; too short if it could not */
    Life ended(byte[] status, boolean oomKilled, long now) {
        Optional<WaitStatus> how = Optional.empty();
        long at = now;
        if (status.length >= StartTape.SIGINFO_BYTES + StartTape.TIMESPEC_BYTES) {
            ByteBuffer bytes = ByteBuffer.wrap(status).order(ByteOrder.nativeOrder());
            how = WaitStatus.of(bytes);
            at = bytes.getLong(StartTape.SIGINFO_BYTES) * NANOS + bytes.getLong(StartTape.SIGINFO_BYTES + Long.BYTES);
        }
        if (how.isEmpty()) {
            return exited(now, UNKNOWN_CODE, "Unknown", "nothing recorded how the container ended");
        }
        int code = how.get().code();
        if (oomKilled && code != 0) {
            return exited(at, code, "OOMKilled", "");
        }
        return exited(at, code, code == 0 ? "Completed" : "Error", "");
    }

    Container container(ContainerConfig config) {
        return new Container(
                config.id(),
                config,
                state,
                processes.pid(),
                times.created(),
                times.started(),
                times.finished(),
                exitCode,
                reason,
                message);
    }
}
