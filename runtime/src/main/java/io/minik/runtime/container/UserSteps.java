package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sandbox.OwnUsers;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;

/**
 * What a container's tape does more where the pod has users of its own. All is mounted with the node's root, as anywhere else, by a
 * process that makes files as the pod's root; only then it enters the user namespace, and takes a mount namespace that belongs to
 * it: what was mounted so far is locked there, and what the container mounts itself is its own affair.
 */
final class UserSteps {
    private static final int PR_SET_SECUREBITS = 28;
    private static final int SECBIT_NO_SETUID_FIXUP = 1 << 2;
    private static final int NOT_LINKS = 0x100;
    /** A container's own terminal is the first of its devpts. */
    private static final String TERMINAL = "/dev/pts/0";

    private final Tape.Builder tape;
    private final OwnUsers users;

    UserSteps(Tape.Builder tape, OwnUsers users) {
        this.tape = tape;
        this.users = users;
    }

    /**
     * The layers' directory over itself, with owners mapped; overlayfs takes that over. The writable layer has the ids of the node
     * on disk, and its root is the pod's.
     */
    void mapLayers(Path layers, Path upper) {
        String step = "map the owners of the image's layers";
        Slot tree = tape.slot("layers");
        tape.add(
                        step,
                        Syscall.OPEN_TREE,
                        TapeSteps.CWD,
                        text(layers.toString()),
                        value(MountSteps.OPEN_TREE_CLONE | Kernel.O_CLOEXEC))
                .into(tree);
        MountSteps.map(tape, step, tree, StartTape.USERS_FD);
        tape.add(
                step,
                Syscall.MOVE_MOUNT,
                stored(tree),
                text(""),
                TapeSteps.CWD,
                text(layers.toString()),
                value(MountSteps.MOVE_FROM_EMPTY));
        tape.add(
                "own the root",
                Syscall.FCHOWNAT,
                TapeSteps.CWD,
                text(upper.toString()),
                value(users.map().firstUid()),
                value(users.map().firstGid()),
                value(NOT_LINKS));
    }

    /** Without the fix-up of capabilities the process still may do what the node's root may. */
    void makeAsRoot() {
        securebits(SECBIT_NO_SETUID_FIXUP);
        tape.add("setfsgid", Syscall.SETFSGID, value(users.map().firstGid()));
        tape.add("setfsuid", Syscall.SETFSUID, value(users.map().firstUid()));
        securebits(0);
    }

    private void securebits(int bits) {
        tape.add("securebits", Syscall.PRCTL, value(PR_SET_SECUREBITS), value(bits), value(0), value(0), value(0));
    }

    /** @param terminal stdio is opened anew, since what is open is of a mount that the new namespace has a copy of */
    void enter(boolean terminal) {
        tape.add("enter the pod's users", Syscall.SETNS, value(StartTape.USERS_FD), value(TapeSteps.NEWUSER));
        tape.add("own mounts", Syscall.UNSHARE, value(TapeSteps.NEWNS));
        if (!terminal) {
            return;
        }
        Slot opened = tape.slot("terminal");
        tape.add(
                        "open the terminal",
                        Syscall.OPENAT,
                        TapeSteps.CWD,
                        text(TERMINAL),
                        value(Kernel.O_RDWR | Kernel.O_NOCTTY | Kernel.O_CLOEXEC),
                        value(0))
                .into(opened);
        for (int number = 0; number <= 2; number++) {
            tape.add("take the terminal", Syscall.DUP3, stored(opened), value(number), value(0));
        }
    }
}
