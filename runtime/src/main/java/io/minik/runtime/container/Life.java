package io.minik.runtime.container;

import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.container.Containers.ContainerConfig;
import io.minik.runtime.container.Containers.State;
import io.minik.runtime.sys.WaitStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What became of a container so far; on disk before anybody hears of it.
 *
 * @param pid, startTime its PID 1, as the node sees it; with the start time a pid is never mistaken for another's
 * @param shimPid, shimStartTime the process that waits for it
 */
record Life(
        State state,
        int pid,
        long startTime,
        int shimPid,
        long shimStartTime,
        long createdAtNanos,
        long startedAtNanos,
        long finishedAtNanos,
        int exitCode,
        String reason,
        String message) {
    /** The kubelet's code for a container whose program could not be run. */
    static final int START_ERROR_CODE = 128;
    /** Nobody saw it end: its shim was killed, or the machine went down. */
    static final int UNKNOWN_CODE = 255;

    private static final long NANOS = 1_000_000_000L;

    static Life created(long now) {
        return new Life(State.CREATED, 0, 0, 0, 0, now, 0, 0, 0, "", "");
    }

    Life running(int newPid, long newStartTime, int newShim, long newShimStartTime, long now) {
        return new Life(
                State.RUNNING, newPid, newStartTime, newShim, newShimStartTime, createdAtNanos, now, 0, 0, "", "");
    }

    private Life exited(long at, int code, String why, String text) {
        // A short one ends before its start is written down.
        long end = Math.max(at, startedAtNanos);
        return new Life(State.EXITED, 0, 0, 0, 0, createdAtNanos, startedAtNanos, end, code, why, text);
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
                pid,
                createdAtNanos,
                startedAtNanos,
                finishedAtNanos,
                exitCode,
                reason,
                message);
    }
}
