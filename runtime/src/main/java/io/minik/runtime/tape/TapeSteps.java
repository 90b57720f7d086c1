package io.minik.runtime.tape;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What many tapes do: pure additions to a builder. */
public final class TapeSteps {
    public static final long NEWNS = 0x00020000;
    public static final long NEWCGROUP = 0x02000000;
    public static final long NEWUTS = 0x04000000;
    public static final long NEWIPC = 0x08000000;
    public static final long NEWUSER = 0x10000000;
    public static final long NEWPID = 0x20000000;
    public static final long NEWNET = 0x40000000;
    public static final long CLONE_PARENT = 0x00008000;
    public static final long SIGCHLD = 17;

    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_REMOUNT = 32;
    public static final long MS_BIND = 4096;
    public static final long MS_REC = 16384;
    public static final long MS_PRIVATE = 1 << 18;
    public static final long MS_SLAVE = 1 << 19;
    public static final long MS_SHARED = 1 << 20;
    public static final long MS_STRICTATIME = 1 << 24;

    public static final Arg CWD = value(Kernel.AT_FDCWD);

    /** Of fcntl: the same description under a new number. */
    public static final long DUPFD_CLOEXEC = 1030;

    private static final long PR_SET_NAME = 15;
    private static final long PR_SET_DUMPABLE = 4;
    private static final long F_SETFD = 2;
    private static final long FD_CLOEXEC = 1;
    private static final long LAST_FD = 0xffffffffL;

    private TapeSteps() {}

    /** Drops the image's descriptor and all that was not given on purpose; the report pipe ends with exec. */
    public static void open(Tape.Builder tape, int firstUnusedFd) {
        tape.add("close the tape's image", Syscall.CLOSE, value(Player.IMAGE_FD));
        tape.add("close inherited descriptors", Syscall.CLOSE_RANGE, value(firstUnusedFd), value(LAST_FD), value(0));
        tape.add("end the report on exec", Syscall.FCNTL, value(Player.REPORT_FD), value(F_SETFD), value(FD_CLOEXEC));
    }

    /** Closes all from a number on, whatever opened them. */
    public static void closeFrom(Tape.Builder tape, int first) {
        tape.add("close all others", Syscall.CLOSE_RANGE, value(first), value(LAST_FD), value(0));
    }

    /** Until exec: processes of the container may not look into this one or take its descriptors. */
    public static void hide(Tape.Builder tape) {
        tape.add("not dumpable", Syscall.PRCTL, value(PR_SET_DUMPABLE), value(0), value(0), value(0), value(0));
    }

    /** What process lists show; else it would be the number of the descriptor that it was executed from. */
    public static void name(Tape.Builder tape, String name) {
        tape.add("call it " + name, Syscall.PRCTL, value(PR_SET_NAME), text(name), value(0), value(0), value(0));
    }

    public static void report(Tape.Builder tape, Slot slot) {
        tape.add(
                "report " + slot.name(),
                Syscall.WRITE,
                value(Player.REPORT_FD),
                addressOf(slot),
                value(Player.RECORD_BYTES));
    }

    /** Opens, writes in one piece, closes. */
    public static void write(Tape.Builder tape, String step, String file, String content) {
        writeIgnoring(tape, step, file, content, 0);
    }

    public static void writeIgnoring(Tape.Builder tape, String step, String file, String content, int errno) {
        Slot fd = tape.slot("fd");
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        Tape.Label after = tape.label();
        Tape.Step open = tape.add(
                        step, Syscall.OPENAT, CWD, text(file), value(Kernel.O_WRONLY | Kernel.O_CLOEXEC), value(0))
                .into(fd);
        Tape.Step write = tape.add(step, Syscall.WRITE, stored(fd), text(content), value(bytes.length));
        if (errno != 0) {
            open.onError(errno, after);
            write.ignore(errno);
        }
        tape.add(step, Syscall.CLOSE, stored(fd));
        tape.place(after);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    public static void join(Tape.Builder tape, List<Path> cgroupFiles) {
        for (Path file : cgroupFiles) {
            Slot fd = tape.slot("cgroup");
            String step = "join cgroup " + file.getParent();
            tape.add(
                            step,
                            Syscall.OPENAT,
                            CWD,
                            text(file.toString()),
                            value(Kernel.O_WRONLY | Kernel.O_CLOEXEC),
                            value(0))
                    .into(fd);
            tape.add(step, Syscall.WRITE, stored(fd), text("0"), value(1));
            tape.add(step, Syscall.CLOSE, stored(fd));
        }
    }

    /** Enters a pinned namespace. */
    public static void enter(Tape.Builder tape, Path pin, long type) {
        Slot fd = tape.slot("ns");
        String step = "enter namespace " + pin;
        tape.add(step, Syscall.OPENAT, CWD, text(pin.toString()), value(Kernel.O_CLOEXEC), value(0))
                .into(fd);
        tape.add(step, Syscall.SETNS, stored(fd), value(type));
        tape.add(step, Syscall.CLOSE, stored(fd));
    }

    /** @param data empty for none */
    public static Tape.Step mount(
            Tape.Builder tape, String source, String target, String type, long flags, String data) {
        return tape.add(
                "mount " + (type.isEmpty() ? source : type) + " on " + target,
                Syscall.MOUNT,
                source.isEmpty() ? value(0) : text(source),
                text(target),
                type.isEmpty() ? value(0) : text(type),
                value(flags),
                data.isEmpty() ? value(0) : text(data));
    }

    /** All of a buffer's bytes, wherever its position is. */
    public static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.capacity()];
        buffer.get(0, copy);
        return copy;
    }

    public static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
