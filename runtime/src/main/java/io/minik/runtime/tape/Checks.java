package io.minik.runtime.tape;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;

/**
 * What a tape finds out about descriptors and how it decides by it. The interpreter compares nothing but a result with
 * 0; the kernel does: futex(FUTEX_CMP_REQUEUE) that wakes nobody says 0 if a word has the expected value, else EAGAIN.
 */
public final class Checks {
    public static final int STATX_BYTES = 256;
    /** Offsets into statx(2)'s structure. */
    public static final int STATX_INODE = 0x20;

    public static final int STATX_RDEV_MAJOR = 0x80;
    public static final int STATX_RDEV_MINOR = 0x84;
    /** Names a mount as long as it exists; filled since Linux 5.8. */
    public static final int STATX_MOUNT = 0x90;

    public static final int STATFS_BYTES = 120;
    public static final long PROC_MAGIC = 0x9fa0;
    /** What a {@link #refuse} step's name begins with. */
    public static final String REFUSED = "refused: ";

    private static final int STATX_BASIC = 0x7ff;
    private static final int STATX_MNT_ID = 0x1000;
    private static final int CMP_REQUEUE_PRIVATE = 4 | 128;

    private Checks() {}

    /** The statx of an open descriptor. @param into of {@link #STATX_BYTES} */
    public static void statx(Tape.Builder tape, String step, Slot fd, Slot into) {
        tape.add(
                step,
                Syscall.STATX,
                Arg.stored(fd),
                text(""),
                value(Kernel.AT_EMPTY_PATH),
                value(STATX_BASIC | STATX_MNT_ID),
                addressOf(into));
    }

    /** Begins with the kind of file system, a word. @param into of {@link #STATFS_BYTES} */
    public static void statfs(Tape.Builder tape, String step, Slot fd, Slot into) {
        tape.add(step, Syscall.FSTATFS, Arg.stored(fd), addressOf(into));
    }

    /** Goes on at one of two labels. @param expected the low 32 bits count */
    public static void branch(
            Tape.Builder tape, String step, Slot slot, int offset, Arg expected, Tape.Label same, Tape.Label other) {
        Arg word = addressOf(slot, offset);
        tape.add(step, Syscall.FUTEX, word, value(CMP_REQUEUE_PRIVATE), value(0), value(0), word, expected)
                .onZero(same)
                .onError(Errno.EAGAIN, other);
    }

    /** The tape ends here unless the words are the same. @param why a sentence for people */
    public static void require(Tape.Builder tape, String why, Slot slot, int offset, Arg expected) {
        Tape.Label good = tape.label();
        Tape.Label bad = tape.label();
        branch(tape, "check", slot, offset, expected, good, bad);
        tape.place(bad);
        refuse(tape, why);
        tape.place(good);
    }

    /** The tape ends here if the words are the same. */
    public static void forbid(Tape.Builder tape, String why, Slot slot, int offset, Arg forbidden) {
        Tape.Label good = tape.label();
        Tape.Label bad = tape.label();
        branch(tape, "check", slot, offset, forbidden, bad, good);
        tape.place(bad);
        refuse(tape, why);
        tape.place(good);
    }

    /** Ends the tape with words. An empty path is ENOENT: the call only says so. */
    public static void refuse(Tape.Builder tape, String why) {
        tape.add(REFUSED + why, Syscall.FACCESSAT, TapeSteps.CWD, text(""), value(0));
    }
}
