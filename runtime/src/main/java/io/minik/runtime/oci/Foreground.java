package io.minik.runtime.oci;

import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;

/**
 * A process that the client waits for: signals go on to it, and where it has a terminal of its own, so do the client's
 * input and its output.
 */
final class Foreground {
    private static final int SIGNAL_BYTES = 128;
    private static final int SIGSET_BYTES = 8;
    private static final int SFD_CLOEXEC = 0x80000;
    private static final int SIG_BLOCK = 0;
    private static final int SIGCHLD = 17;
    private static final int SIGURG = 23;
    private static final int SIGWINCH = 28;
    private static final int SIGTTOU = 22;
    private static final int SIGTTIN = 21;
    private static final int SIGPIPE = 13;
    private static final short POLLIN = 1;
    private static final int PIECE = 4096;
    private static final long TCGETS = 0x5401;
    private static final long TCSETS = 0x5402;
    private static final long TIOCGWINSZ = 0x5413;
    private static final long TIOCSWINSZ = 0x5414;
    private static final int TERMIOS_BYTES = 36;
    private static final int POLL_BYTES = 8;

    private final ClientProcess caller;
    private final Kernel kernel;

    Foreground(ClientProcess caller) {
        this.caller = caller;
        this.kernel = caller.kernel();
    }

    /** Before the process is made, so that no signal is lost between. */
    int takeSignals() {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block all = arena.allocate(SIGSET_BYTES);
            all.bytes().putLong(0, -1);
            Kernel.check(
                    kernel.sys().call(Syscall.RT_SIGPROCMASK, SIG_BLOCK, all.address(), 0, SIGSET_BYTES),
                    "block",
                    "signals");
            return (int) Kernel.check(
                    kernel.sys().call(Syscall.SIGNALFD4, -1, all.address(), SIGSET_BYTES, SFD_CLOEXEC),
                    "signalfd",
                    "signals");
        }
    }

    /** A reader that is gone is an error of the write, not the client's end. */
    static void ignorePipes(Kernel kernel) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block pipe = arena.allocate(SIGSET_BYTES);
            pipe.bytes().putLong(0, 1L << (SIGPIPE - 1));
            Kernel.check(
                    kernel.sys().call(Syscall.RT_SIGPROCMASK, SIG_BLOCK, pipe.address(), 0, SIGSET_BYTES),
                    "block",
                    "SIGPIPE");
        }
    }

    /** @param master of its terminal, -1 = it has the client's streams; @return its exit status, above 128 for a signal */
    int wait(int pid, int signals, int master) {
        int pidfd = kernel.pidfdOpen(pid);
        byte[] before = master < 0 ? new byte[0] : raw();
        try {
            if (master >= 0) {
                resize(master);
            }
            boolean input = master >= 0;
            while (true) {
                int ready = poll(new int[] {pidfd, signals, master, input ? 0 : -1});
                if ((ready & 4) != 0) {
                    copy(master, 1);
                }
                if ((ready & 8) != 0) {
                    input = copy(0, master);
                }
                if ((ready & 2) != 0) {
                    forward(signals, pidfd, master);
                }
                if ((ready & 1) != 0) {
                    drain(master);
                    return HostProcess.reap(caller, pid);
                }
            }
        } finally {
            restore(before);
            kernel.close(pidfd);
        }
    }

    /** @return bit i set: the i-th can be read or has ended */
    private int poll(int[] fds) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block block = arena.allocate(POLL_BYTES * fds.length);
            for (int i = 0; i < fds.length; i++) {
                block.bytes().putInt(POLL_BYTES * i, fds[i]).putShort(POLL_BYTES * i + 4, POLLIN);
            }
            long result = kernel.sys().call(Syscall.PPOLL, block.address(), fds.length, 0, 0);
            if (result < 0) {
                return 0;
            }
            int ready = 0;
            for (int i = 0; i < fds.length; i++) {
                ready |= block.bytes().getShort(POLL_BYTES * i + 6) != 0 ? 1 << i : 0;
            }
            return ready;
        }
    }

    private void drain(int master) {
        while (master >= 0 && HostProcess.readable(kernel, master, 0) && copy(master, 1)) {
            // The terminal of one that has ended says EIO when all was read.
        }
    }

    /** @return false at the end of what is read */
    private boolean copy(int from, int to) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block block = arena.allocate(PIECE);
            long got = kernel.read(from, block.address(), PIECE);
            long done = 0;
            while (done < got) {
                long written = kernel.write(to, block.address() + done, got - done);
                if (written < 0) {
                    return false;
                }
                done += written;
            }
            return got > 0 || got == -Errno.EINTR;
        }
    }

    private void forward(int signals, int pidfd, int master) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block block = arena.allocate(SIGNAL_BYTES);
            if (kernel.read(signals, block.address(), SIGNAL_BYTES) < SIGNAL_BYTES) {
                return;
            }
            int signal = block.bytes().getInt(0);
            switch (signal) {
                case SIGCHLD, SIGURG, SIGPIPE, SIGTTOU, SIGTTIN -> {}
                case SIGWINCH -> {
                    if (master >= 0) {
                        resize(master);
                    }
                }
                default -> kernel.signal(pidfd, signal);
            }
        }
    }

    private void resize(int master) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block size = arena.allocate(8);
            if (kernel.sys().call(Syscall.IOCTL, 0, TIOCGWINSZ, size.address()) == 0) {
                kernel.sys().call(Syscall.IOCTL, master, TIOCSWINSZ, size.address());
            }
        }
    }

    /** What is typed goes to the inner terminal as it is. @return the settings before, empty if it is no terminal */
    private byte[] raw() {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block termios = arena.allocate(TERMIOS_BYTES);
            if (kernel.sys().call(Syscall.IOCTL, 0, TCGETS, termios.address()) != 0) {
                return new byte[0];
            }
            byte[] before = termios.copy(TERMIOS_BYTES);
            termios.bytes().putInt(0, termios.bytes().getInt(0) & ~0x5eb);
            termios.bytes().putInt(4, termios.bytes().getInt(4) & ~1);
            termios.bytes().putInt(8, (termios.bytes().getInt(8) & ~0x130) | 0x30);
            termios.bytes().putInt(12, termios.bytes().getInt(12) & ~0x804b);
            termios.bytes().put(17 + 6, (byte) 1).put(17 + 5, (byte) 0);
            kernel.sys().call(Syscall.IOCTL, 0, TCSETS, termios.address());
            return before;
        }
    }

    private void restore(byte[] before) {
        if (before.length > 0) {
            try (Arena arena = kernel.sys().arena()) {
                kernel.sys().call(Syscall.IOCTL, 0, TCSETS, arena.bytes(before).address());
            }
        }
    }
}
