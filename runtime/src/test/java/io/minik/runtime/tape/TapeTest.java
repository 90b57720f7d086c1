package io.minik.runtime.tape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.LinuxSys;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.sys.WaitStatus;
import io.minik.runtime.tape.Arg.Slot;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TapeTest {
    private static final Kernel KERNEL = new Kernel(new LinuxSys());
    private static final Player PLAYER = new Player(KERNEL);

    @TempDir
    Path dir;

    @Test
    void theInterpretersBytesAreWhatItsListingAssemblesTo() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/as")), "binutils are not installed");
        Path listing = dir.resolve("x86_64.s");
        try (InputStream in = Tape.class.getResourceAsStream("x86_64.s")) {
            Files.write(listing, in.readAllBytes());
        }
        run("as", "--64", "-o", dir.resolve("i.o").toString(), listing.toString());
        run(
                "objcopy",
                "-O",
                "binary",
                "-j",
                ".text",
                dir.resolve("i.o").toString(),
                dir.resolve("i.bin").toString());

        assertThat(Interpreter.code(Arch.X86_64)).isEqualTo(Files.readAllBytes(dir.resolve("i.bin")));
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void aTapeRunsAProgramAndItsExitCodeArrives() {
        Tape.Builder tape = Tape.builder();
        tape.add("close image", Syscall.CLOSE, Arg.value(Player.IMAGE_FD));
        tape.add("hide report", Syscall.FCNTL, Arg.value(Player.REPORT_FD), Arg.value(2), Arg.value(1));
        tape.add(
                "run",
                Syscall.EXECVE,
                Arg.text("/bin/sh"),
                Arg.texts(List.of("sh", "-c", "exit $CODE")),
                Arg.texts(List.of("CODE=42")));

        assertThat(exit(tape.build())).isEqualTo(42);
    }

    private int exit(Tape tape) {
        try (Player.Playing playing = PLAYER.play(tape, List.of())) {
            Optional<Player.Failure> failure = playing.end();
            assertThat(failure).isEmpty();
            return reap(playing.pid()).code();
        }
    }

    private static WaitStatus reap(int pid) {
        int pidfd = KERNEL.pidfdOpen(pid);
        try {
            return KERNEL.reap(pidfd).orElseThrow();
        } finally {
            KERNEL.close(pidfd);
        }
    }

    @Test
    void aFailingEntryIsReportedWithItsErrno() {
        Tape.Builder tape = Tape.builder();
        tape.add("fine", Syscall.GETPID);
        tape.add("open what is not there", Syscall.OPENAT, Arg.value(-100), Arg.text("/nowhere"), Arg.value(0));
        tape.add("leave", Syscall.EXIT_GROUP, Arg.value(0));

        try (Player.Playing playing = PLAYER.play(tape.build(), List.of())) {
            Player.Failure failure = playing.end().orElseThrow();
            assertThat(failure.index()).isEqualTo(1);
            assertThat(failure.errno()).isEqualTo(Errno.ENOENT);
            assertThat(failure.fault()).hasMessage("open what is not there: ENOENT (no such file or directory)");
            assertThat(reap(playing.pid()).code()).isEqualTo(127);
        }
    }

    @Test
    void expectedErrorsAndZeroesJumpAndSlotsCarryResults() {
        Tape.Builder tape = Tape.builder();
        Tape.Label there = tape.label();
        Tape.Label good = tape.label();
        Slot pid = tape.slot("pid");
        tape.add("ignored", Syscall.CLOSE, Arg.value(999)).ignore(Errno.EBADF);
        tape.add("any error jumps", Syscall.CLOSE, Arg.value(999)).onError(Tape.ANY, there);
        tape.add("not reached", Syscall.EXIT_GROUP, Arg.value(1));
        tape.place(there);
        tape.add("store", Syscall.GETPID).into(pid);
        tape.add("tell", Syscall.WRITE, Arg.value(Player.REPORT_FD), Arg.addressOf(pid), Arg.value(8));
        tape.add("signal 0 to myself", Syscall.KILL, Arg.stored(pid), Arg.value(0))
                .onZero(good);
        tape.add("not reached", Syscall.EXIT_GROUP, Arg.value(2));
        tape.place(good);
        tape.add("leave", Syscall.EXIT_GROUP, Arg.value(7));

        try (Player.Playing playing = PLAYER.play(tape.build(), List.of())) {
            assertThat(playing.value()).isEqualTo(playing.pid());
            assertThat(playing.end()).isEmpty();
            assertThat(reap(playing.pid()).code()).isEqualTo(7);
        }
    }

    @Test
    void aTapePrintsAsPeopleReadIt() {
        Tape.Builder tape = Tape.builder();
        Tape.Label end = tape.label();
        Slot fd = tape.slot("fd");
        tape.add("open it", Syscall.OPENAT, Arg.value(-100), Arg.text("/a \"b\""), Arg.value(0x80000))
                .into(fd);
        tape.add("close it", Syscall.CLOSE, Arg.stored(fd)).onZero(end);
        tape.add("try", Syscall.MKDIRAT, Arg.value(-100), Arg.text("/x")).ignore(Errno.EEXIST);
        tape.place(end);
        tape.add("leave", Syscall.EXIT_GROUP, Arg.value(0));

        assertThat(tape.build().print().lines())
                .containsExactly(
                        "  0  $fd = openat(-100, \"/a \\\"b\\\"\", 0x80000)  # open it",
                        "  1  close($fd)  0 -> 3  # close it",
                        "  2  mkdirat(-100, \"/x\")  EEXIST -> 3  # try",
                        "  3  exit_group(0)  # leave");
    }

    @Test
    void aThreadOfTheJvmIsNeverDressed() {
        assertThatThrownBy(() -> KERNEL.sys().call(Syscall.UNSHARE, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFaultNamesStepSubjectAndError() {
        assertThatThrownBy(() -> KERNEL.open(Path.of("/nowhere/at/all"), 0, 0))
                .isInstanceOf(RuntimeFault.class)
                .hasMessage("open /nowhere/at/all: ENOENT (no such file or directory)");
    }
}
