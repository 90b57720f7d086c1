package io.minik.runtime.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** siginfo_t as waitid(2) fills it on 64-bit Linux: si_signo at 0, si_code at 8, si_status at 24. */
class WaitStatusTest {
    private static final int SIGCHLD = 17;

    private static ByteBuffer siginfo(int signal, int code, int status) {
        return ByteBuffer.allocate(128)
                .order(ByteOrder.nativeOrder())
                .putInt(0, signal)
                .putInt(8, code)
                .putInt(24, status);
    }

    /** CLD_EXITED is 1, CLD_KILLED 2, CLD_DUMPED 3; shells add 128 to the signal. */
    @ParameterizedTest
    @CsvSource({"1, 0, 0, 0", "1, 137, 137, 0", "2, 9, 137, 9", "2, 15, 143, 15", "3, 11, 139, 11"})
    void anEndIsACodeOrASignal(int how, int status, int code, int signal) {
        assertThat(WaitStatus.of(siginfo(SIGCHLD, how, status))).contains(new WaitStatus(code, signal));
    }

    /** "If WNOHANG was specified and there were no children in a waitable state, si_signo is 0." */
    @Test
    void whoStillRunsHasNoEnd() {
        assertThat(WaitStatus.of(siginfo(0, 0, 0))).isEmpty();
    }
}
