package io.minik.runtime.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Kernel makes of the kernel's answers. */
class KernelTest {
    private final RecordingSys sys = new RecordingSys(Arch.X86_64);
    private final Kernel kernel = new Kernel(sys);

    private List<List<Long>> calls(Syscall call) {
        return sys.calls().stream()
                .filter(each -> each.call() == call)
                .map(RecordingSys.Call::arguments)
                .toList();
    }

    @Test
    void aFaultNamesStepSubjectAndErrno() {
        sys.answer(Syscall.OPENAT, -Errno.ENOENT);
        assertThatThrownBy(() -> kernel.open(Path.of("/gone"), Kernel.O_RDONLY, 0))
                .isInstanceOfSatisfying(RuntimeFault.class, fault -> {
                    assertThat(fault.kind()).isEqualTo(RuntimeFault.Kind.KERNEL);
                    assertThat(fault.errno()).isEqualTo(Errno.ENOENT);
                    assertThat(fault.step()).isEqualTo("open");
                })
                .hasMessageStartingWith("open /gone: ENOENT (");
    }

    @Test
    void interruptedCallsAreMadeAgainAndDescriptorsAreCloseOnExec() {
        sys.answer(Syscall.OPENAT, -Errno.EINTR, -Errno.EINTR, 7);
        assertThat(kernel.open(Path.of("/file"), Kernel.O_RDWR, 0600)).isEqualTo(7);
        assertThat(calls(Syscall.OPENAT)).hasSize(3).allSatisfy(arguments -> {
            assertThat(arguments.get(2)).isEqualTo(Kernel.O_RDWR | Kernel.O_CLOEXEC);
            assertThat(arguments.get(3)).isEqualTo(0600);
        });
    }

    @Test
    void whatIsThereOrGoneAlreadyIsNoFailure() {
        sys.answer(Syscall.MKNODAT, -Errno.EEXIST);
        sys.answer(Syscall.PIDFD_OPEN, -Errno.ESRCH);
        sys.answer(Syscall.PIDFD_SEND_SIGNAL, -Errno.ESRCH);
        sys.answer(Syscall.WAITID, -Errno.ECHILD);
        kernel.mkfifo(Path.of("/fifo"), 0600);
        assertThat(kernel.findPidfd(99)).isEmpty();
        assertThat(kernel.signal(5, Kernel.SIGKILL)).isFalse();
        assertThat(kernel.reap(5)).isEmpty();
    }

    @Test
    void shortWritesGoOnWhereTheyStopped() {
        sys.answer(Syscall.WRITE, 2, 3);
        kernel.writeFully(4, "hello".getBytes(StandardCharsets.UTF_8), "pipe");
        List<List<Long>> writes = calls(Syscall.WRITE);
        assertThat(writes).hasSize(2);
        assertThat(writes.get(1).get(1)).isEqualTo(writes.get(0).get(1) + 2);
        assertThat(writes.get(1).get(2)).isEqualTo(3);
    }

    @Test
    void aRefusedControlValueIsToldAndItsFileClosed() {
        sys.answer(Syscall.OPENAT, 8);
        sys.answer(Syscall.WRITE, -Errno.EBUSY);
        assertThat(kernel.tryWriteControl(Path.of("/cgroup/cgroup.procs"), "1")).isEqualTo(Errno.EBUSY);
        assertThat(calls(Syscall.CLOSE))
                .extracting(arguments -> arguments.get(0))
                .containsExactly(8L);
    }

    @Test
    void aPidThatIsAnothersNowIsNobody() {
        int self = (int) ProcessHandle.current().pid();
        long started = Kernel.startTime(self).orElseThrow();
        sys.answer(Syscall.PIDFD_OPEN, 9, 10);
        assertThat(kernel.findProcess(self, started + 1)).isEmpty();
        assertThat(calls(Syscall.CLOSE))
                .extracting(arguments -> arguments.get(0))
                .containsExactly(9L);
        assertThat(kernel.findProcess(self, started)).contains(10);
        assertThat(kernel.findProcess(0, 0)).isEmpty();
    }
}
