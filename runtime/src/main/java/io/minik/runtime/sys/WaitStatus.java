package io.minik.runtime.sys;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * How a process ended.
 *
 * @param signal the signal that killed it, 0 if it exited by itself
 * @param code its exit code, 128 + signal if it was killed
 */
public record WaitStatus(int code, int signal) {
    private static final int CLD_EXITED = 1;
    private static final int CODE_OFFSET = 8;
    private static final int STATUS_OFFSET = 24;

    /** From a siginfo_t that waitid(2) filled; empty if it did not (WNOHANG and still running). */
    public static Optional<WaitStatus> of(ByteBuffer siginfo) {
        if (siginfo.getInt(0) == 0) {
            return Optional.empty();
        }
        int status = siginfo.getInt(STATUS_OFFSET);
        return Optional.of(
                siginfo.getInt(CODE_OFFSET) == CLD_EXITED
                        ? new WaitStatus(status, 0)
                        : new WaitStatus(128 + status, status));
    }
}
