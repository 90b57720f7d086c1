package io.minik.runtime.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.seccomp.SeccompPolicy.Comparison;
import io.minik.runtime.seccomp.SeccompPolicy.Condition;
import io.minik.runtime.seccomp.SeccompPolicy.Rule;
import io.minik.runtime.seccomp.SeccompPolicy.Verdict;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeccompTest {
    private static final int X86_64 = 0xc000003e;
    private static final int I386 = 0x40000003;
    private static final int X32 = 0x40000000;
    private static final int ALLOW = 0x7fff0000;
    private static final int EPERM = 0x00050000 | Errno.EPERM;
    private static final int ENOSYS = 0x00050000 | Errno.ENOSYS;
    private static final int KILL = 0x80000000;

    @TempDir
    Path dir;

    private final byte[] standard = SeccompCompiler.compile(SeccompProfiles.standard(Set.of()), Arch.X86_64);

    /** What the kernel would answer. */
    private static int run(byte[] program, int arch, int number, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, arch);
        for (int i = 0; i < arguments.length; i++) {
            data.putLong(16 + 8 * i, arguments[i]);
        }
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        int accumulator = 0;
        for (int at = 0; ; at++) {
            int yes = code.get(at * 8 + 2) & 0xff;
            int no = code.get(at * 8 + 3) & 0xff;
            int k = code.getInt(at * 8 + 4);
            switch (code.getShort(at * 8)) {
                case 0x20 -> accumulator = data.getInt(k);
                case 0x05 -> at += k;
                case 0x15 -> at += accumulator == k ? yes : no;
                case 0x25 -> at += Integer.compareUnsigned(accumulator, k) > 0 ? yes : no;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, k) >= 0 ? yes : no;
                case 0x54 -> accumulator &= k;
                case 0x06 -> {
                    return k;
                }
                default -> throw new AssertionError("instruction " + at);
            }
        }
    }

    private static int number(String name, SyscallNumbers.Table table) {
        return SyscallNumbers.load().find(name, table).orElseThrow();
    }

    private int x86(String name, long... arguments) {
        return run(standard, X86_64, number(name, SyscallNumbers.Table.X86_64), arguments);
    }

    @Test
    void everydayCallsAreAllowedAndDangerousOnesAreNot() {
        for (String name :
                List.of("read", "openat", "execve", "clone", "futex", "epoll_wait", "socket", "mmap", "kill")) {
            assertThat(x86(name)).as(name).isEqualTo(ALLOW);
        }
        for (String name : List.of(
                "mount",
                "setns",
                "unshare",
                "bpf",
                "reboot",
                "init_module",
                "kexec_load",
                "keyctl",
                "io_uring_setup",
                "userfaultfd",
                "open_by_handle_at")) {
            assertThat(x86(name)).as(name).isEqualTo(EPERM);
        }
    }

    @Test
    void cloneMayNotMakeNamespacesAndClone3IsNotThere() {
        assertThat(x86("clone", 0x11)).isEqualTo(ALLOW);
        assertThat(x86("clone", 0x10000000 | 0x11)).isEqualTo(EPERM);
        assertThat(x86("clone", 0x00020000)).isEqualTo(EPERM);
        assertThat(x86("clone3")).isEqualTo(ENOSYS);
        byte[] admin = SeccompCompiler.compile(SeccompProfiles.standard(Set.of("CAP_SYS_ADMIN")), Arch.X86_64);
        assertThat(run(admin, X86_64, number("clone3", SyscallNumbers.Table.X86_64)))
                .isEqualTo(ALLOW);
        assertThat(run(admin, X86_64, number("clone", SyscallNumbers.Table.X86_64), 0x10000000))
                .isEqualTo(ALLOW);
        assertThat(run(admin, X86_64, number("mount", SyscallNumbers.Table.X86_64)))
                .isEqualTo(ALLOW);
    }

    @Test
    void argumentsDecideForSocketAndPersonality() {
        assertThat(x86("socket", 2)).isEqualTo(ALLOW);
        assertThat(x86("socket", 40)).isEqualTo(EPERM);
        assertThat(x86("personality", 0xffffffffL)).isEqualTo(ALLOW);
        assertThat(x86("personality", 0x40000)).isEqualTo(EPERM);
        assertThat(x86("personality", 0x100000000L)).isEqualTo(EPERM);
    }

    @Test
    void theOtherFacesOfTheProcessorAreFilteredToo() {
        assertThat(run(standard, I386, number("mount", SyscallNumbers.Table.I386)))
                .isEqualTo(EPERM);
        assertThat(run(standard, I386, number("waitpid", SyscallNumbers.Table.I386)))
                .isEqualTo(ALLOW);
        assertThat(run(standard, X86_64, X32 | number("mount", SyscallNumbers.Table.X32)))
                .isEqualTo(EPERM);
        assertThat(run(standard, X86_64, X32 | number("read", SyscallNumbers.Table.X32)))
                .isEqualTo(ALLOW);
        assertThat(run(standard, 0x12345678, 0)).isEqualTo(KILL);
    }

    @Test
    void whatIsNewerThanTheTableIsNotThere() {
        assertThat(run(standard, X86_64, 1000)).isEqualTo(ENOSYS);
        assertThat(run(standard, I386, 1000)).isEqualTo(ENOSYS);
        assertThat(run(standard, X86_64, X32 | 2000)).isEqualTo(ENOSYS);
        assertThat(run(standard, X86_64, -1)).isEqualTo(ENOSYS);
    }

    @Test
    void everyCallGetsWhatThePolicySays() {
        SeccompPolicy policy = SeccompProfiles.standard(Set.of("CAP_SYS_PTRACE"));
        byte[] program = SeccompCompiler.compile(policy, Arch.X86_64);
        Set<String> conditional = Set.of("clone", "personality", "socket", "clone3");
        SyscallNumbers numbers = SyscallNumbers.load();
        Set<Integer> allowed = new HashSet<>();
        Set<Integer> special = new HashSet<>();
        for (Rule rule : policy.rules()) {
            numbers.find(rule.name(), SyscallNumbers.Table.X86_64)
                    .ifPresent(n -> (conditional.contains(rule.name()) ? special : allowed).add(n));
        }
        for (int number : numbers.all(SyscallNumbers.Table.X86_64)) {
            if (!special.contains(number)) {
                assertThat(run(program, X86_64, number))
                        .as("call %d", number)
                        .isEqualTo(allowed.contains(number) ? ALLOW : EPERM);
            }
        }
    }

    @Test
    void comparisonsAreUnsignedAndWholeWords() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        long[] interesting = {0, 1, 0xffffffffL, 0x100000000L, 0x100000001L, -1, Long.MIN_VALUE, 40};
        for (int i = 0; i < 2000; i++) {
            Comparison comparison = List.of(Comparison.values()).get(random.nextInt(Comparison.values().length));
            long value = interesting[random.nextInt(interesting.length)];
            long mask = random.nextLong();
            long argument = random.nextBoolean() ? value : interesting[random.nextInt(interesting.length)];
            SeccompPolicy policy = new SeccompPolicy(
                    Verdict.errno(Errno.EPERM),
                    List.of(new Rule(
                            "read",
                            SeccompPolicy.ALLOW,
                            List.of(
                                    new Condition(3, comparison, value, mask),
                                    new Condition(0, Comparison.EQUAL, 7, 0)))));
            int compared = Long.compareUnsigned(argument, value);
            boolean holds =
                    switch (comparison) {
                        case EQUAL -> compared == 0;
                        case NOT_EQUAL -> compared != 0;
                        case LESS -> compared < 0;
                        case LESS_OR_EQUAL -> compared <= 0;
                        case GREATER -> compared > 0;
                        case GREATER_OR_EQUAL -> compared >= 0;
                        case MASKED_EQUAL -> (argument & mask) == value;
                    };
            byte[] program = SeccompCompiler.compile(policy, Arch.X86_64);
            assertThat(run(program, X86_64, 0, 7, 0, 0, argument))
                    .as("seed %d: %x %s %x", seed, argument, comparison, value)
                    .isEqualTo(holds ? ALLOW : EPERM);
            assertThat(run(program, X86_64, 0, 8, 0, 0, argument)).isEqualTo(EPERM);
        }
    }

    @Test
    void aProfileOfDockersJsonIsUnderstood() throws Exception {
        Path file = dir.resolve("profile.json");
        Files.writeString(file, """
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 30},
                  {"names": ["kill"], "action": "SCMP_ACT_KILL_PROCESS", "args": [{"index": 1, "value": 9, "op": "SCMP_CMP_EQ"}]},
                  {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]}
                """);
        byte[] program = SeccompCompiler.compile(SeccompProfiles.read(file, Set.of()), Arch.X86_64);

        assertThat(run(program, X86_64, number("mkdir", SyscallNumbers.Table.X86_64)))
                .isEqualTo(0x00050000 | 30);
        assertThat(run(program, X86_64, number("kill", SyscallNumbers.Table.X86_64), 1, 9))
                .isEqualTo(KILL);
        assertThat(run(program, X86_64, number("kill", SyscallNumbers.Table.X86_64), 1, 15))
                .isEqualTo(ALLOW);
        assertThat(run(program, X86_64, number("mount", SyscallNumbers.Table.X86_64)))
                .isEqualTo(EPERM);
        assertThat(run(program, X86_64, 5000)).isEqualTo(ALLOW);
        assertThatThrownBy(() -> new SeccompProfiles(Arch.X86_64).filter("nonsense", Set.of()))
                .isInstanceOf(RuntimeFault.class)
                .hasMessage("unknown seccomp profile \"nonsense\"");
    }
}
