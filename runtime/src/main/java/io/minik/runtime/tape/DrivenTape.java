package io.minik.runtime.tape;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.texts;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A tape that makes the calls it is told to over a socket: a program of a few kilobytes that starts in less than a
 * millisecond, has the parent, the descriptors and the credentials of whoever started it, and does what a JVM elsewhere
 * decides ({@link DrivenSys}).
 *
 * <pre>
 *   0      to main
 *   1      receive the three entries that follow ◄───────────────┐
 *   2,3,4  memory in · the call · result and memory out          │   all three come over the socket
 *   5      ──────────────────────────────────────────────────────┘
 *   child  what clone's child goes on with: executes the image that was written into descriptor IMAGE
 *   alone  a socket pair and a process of the program that decides
 *   main   moves the caller's descriptor 3, connects to a JVM that runs, else alone; says hello
 * </pre>
 *
 * <p>Descriptor 3 is the socket, since an unexpected error is reported there.
 */
public final class DrivenTape {
    /** Where the caller's own descriptor 3 waits, if he had one. */
    public static final int KEPT = 600;
    /** What clone's child executes. */
    public static final int IMAGE = 601;
    /** What clone's child gets as its descriptor 3. */
    public static final int REPORT = 602;
    /** Given on the same number. */
    public static final int GATE = 603;
    /** For arguments and results; a call's result stands before it. */
    static final int MEMORY_BYTES = 128 << 10;

    static final int RESULT_BYTES = 16;
    static final int HELLO_BYTES = 56;
    static final int MAGIC = 0x646b6e6d;

    /** Above all of these. */
    private static final int HIGH = 610;

    private static final int FIRST = 2;
    private static final int STEPS = 3;
    private static final int AF_UNIX = 1;
    private static final int STREAM = 1;
    private static final int MSG_WAITALL = 0x100;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_EXEC = 0x10;
    /** Two words, and room for the argument that begins with the second. */
    private static final int PAIR_BYTES = 16;

    private final Tape.Builder tape = Tape.builder();
    private final Slot memory = tape.slot("memory", RESULT_BYTES + MEMORY_BYTES);
    private final Tape.Label receive = tape.label();
    private final Tape.Label told = tape.label();
    private final Tape.Label alone = tape.label();

    private DrivenTape() {}

    /**
     * @param socket of a JVM that runs, maybe
     * @param alone commands to try one after the other, each of a program that speaks the same on its 0 and 1
     * @param environment of those
     */
    public static byte[] executable(Arch arch, String socket, List<List<String>> alone, List<String> environment) {
        DrivenTape driven = new DrivenTape();
        driven.add(socket, alone, environment);
        return driven.tape.build().executable(arch);
    }

    private void add(String socket, List<List<String>> commands, List<String> environment) {
        Tape.Label main = tape.label();
        Tape.Label gone = tape.label();
        tape.jump(main);
        tape.place(receive);
        receive("receive").onZero(gone);
        tape.place(told);
        for (int i = 0; i < STEPS; i++) {
            tape.add("told", Syscall.SCHED_YIELD);
        }
        tape.jump(receive);
        int child = FIRST + STEPS + 1;
        tape.add("take the report", Syscall.DUP3, value(REPORT), value(Player.REPORT_FD), value(0));
        tape.add(
                "execute the image",
                Syscall.EXECVEAT,
                value(IMAGE),
                text(""),
                texts(List.of("minik-runc")),
                texts(List.of()),
                value(Kernel.AT_EMPTY_PATH));
        tape.place(gone);
        tape.add("nobody decides any more", Syscall.EXIT_GROUP, value(255));
        tape.place(alone);
        int aloneAt = child + 3;
        startAlone(commands, environment, child, aloneAt);
        tape.place(main);
        tape.add("keep descriptor 3", Syscall.DUP3, value(Player.REPORT_FD), value(KEPT), value(0))
                .ignore(Errno.EBADF);
        makeImage();
        connect(socket);
        hello(child, aloneAt, false);
    }

    private void makeImage() {
        Slot image = tape.slot("image");
        Tape.Label old = tape.label();
        Tape.Label made = tape.label();
        int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
        tape.add("make an image", Syscall.MEMFD_CREATE, text("minik-runc"), value(flags | MFD_EXEC))
                .into(image)
                .onError(Errno.EINVAL, old);
        tape.jump(made);
        tape.place(old);
        tape.add("make an image", Syscall.MEMFD_CREATE, text("minik-runc"), value(flags))
                .into(image);
        tape.place(made);
        tape.add("number it", Syscall.DUP3, stored(image), value(IMAGE), value(Kernel.O_CLOEXEC));
        tape.add("close", Syscall.CLOSE, stored(image));
    }

    private void connect(String socket) {
        Slot fd = tape.slot("socket");
        byte[] path = socket.getBytes(StandardCharsets.UTF_8);
        ByteBuffer address = TapeSteps.little(Short.BYTES + path.length + 1).putShort((short) AF_UNIX);
        address.put(path);
        tape.add("make a socket", Syscall.SOCKET, value(AF_UNIX), value(STREAM | Kernel.O_CLOEXEC), value(0))
                .into(fd);
        tape.add(
                        "connect",
                        Syscall.CONNECT,
                        stored(fd),
                        Arg.bytes(socket, TapeSteps.bytes(address)),
                        value(address.capacity()))
                .onError(Tape.ANY, alone);
        number(fd);
    }

    /** Descriptor 3 of a socket that may be 3 itself, which dup3 refuses. */
    private void number(Slot fd) {
        Slot high = tape.slot("high");
        tape.add("out of the way", Syscall.FCNTL, stored(fd), value(TapeSteps.DUPFD_CLOEXEC), value(HIGH))
                .into(high);
        tape.add("close", Syscall.CLOSE, stored(fd));
        tape.add("number it", Syscall.DUP3, stored(high), value(Player.REPORT_FD), value(Kernel.O_CLOEXEC));
        tape.add("close", Syscall.CLOSE, stored(high));
    }

    private void startAlone(List<List<String>> commands, List<String> environment, int child, int aloneAt) {
        Slot pair = tape.slot("pair", PAIR_BYTES);
        Slot ours = tape.slot("ours");
        Slot second = tape.slot("theirs");
        Tape.Label decides = tape.label();
        tape.add("make a pair", Syscall.SOCKETPAIR, value(AF_UNIX), value(STREAM), value(0), addressOf(pair));
        // Its two numbers are words, and an argument is two words: fcntl takes the low one.
        long high = TapeSteps.DUPFD_CLOEXEC;
        tape.add("take theirs", Syscall.FCNTL, stored(pair, Integer.BYTES), value(high), value(HIGH))
                .into(second);
        tape.add("close", Syscall.CLOSE, stored(pair, Integer.BYTES));
        tape.add("take ours", Syscall.FCNTL, stored(pair), value(high), value(HIGH))
                .into(ours);
        tape.add("close", Syscall.CLOSE, stored(pair));
        number(ours);
        tape.add("clone", Syscall.CLONE, value(TapeSteps.SIGCHLD)).onZero(decides);
        tape.add("close", Syscall.CLOSE, stored(second));
        hello(child, aloneAt, true);
        tape.place(decides);
        tape.add("listen", Syscall.DUP3, stored(second), value(0), value(0));
        tape.add("speak", Syscall.DUP3, stored(second), value(1), value(0));
        TapeSteps.closeFrom(tape, 3);
        for (List<String> command : commands) {
            tape.add("decide", Syscall.EXECVE, text(command.get(0)), texts(command), texts(environment))
                    .ignore(Tape.ANY);
        }
        tape.add("nobody decides", Syscall.EXIT_GROUP, value(255));
    }

    private void hello(int child, int aloneAt, boolean isAlone) {
        Slot pid = tape.slot("pid");
        ByteBuffer hello = TapeSteps.little(HELLO_BYTES - Long.BYTES);
        hello.putInt(MAGIC).putInt(isAlone ? 1 : 0);
        hello.putLong(ElfImage.entryAddress(FIRST)).putLong(0).putLong(MEMORY_BYTES);
        hello.putLong(ElfImage.entryAddress(child)).putLong(ElfImage.entryAddress(aloneAt));
        Arg content = Arg.struct(
                "hello", TapeSteps.bytes(hello), List.of(new Arg.Pointer(2 * Long.BYTES, addressOf(memory))));
        tape.add("who am I", Syscall.GETPID).into(pid);
        Tape.Step say = send("say hello", content, hello.capacity());
        Tape.Step who = send("say who", addressOf(pid), Long.BYTES);
        if (isAlone) {
            tape.jump(receive);
            return;
        }
        // One that is just ending, or has too many clients, has not done anything yet.
        say.onError(Tape.ANY, alone);
        who.onError(Tape.ANY, alone);
        receive("receive the first").onZero(alone).onError(Tape.ANY, alone);
        tape.jump(told);
    }

    private Tape.Step receive(String step) {
        return tape.add(
                step,
                Syscall.RECVFROM,
                value(Player.REPORT_FD),
                value(ElfImage.entryAddress(FIRST)),
                value((long) STEPS * Interpreter.ENTRY_BYTES),
                value(MSG_WAITALL),
                value(0),
                value(0));
    }

    private Tape.Step send(String step, Arg content, int bytes) {
        return tape.add(
                step,
                Syscall.SENDTO,
                value(Player.REPORT_FD),
                content,
                value(bytes),
                value(MSG_NOSIGNAL),
                value(0),
                value(0));
    }
}
