package io.minik.runtime.tape;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Sys;
import io.minik.runtime.sys.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plays tapes: each in a fresh process, made by posix_spawn from a sealed memfd. Blocking; any worker thread.
 *
 * <p>The process starts with descriptors 0, 1, 2, {@link #REPORT_FD} (a pipe to us), {@link #IMAGE_FD} (its own image,
 * to be closed first) and what the caller passes from {@link #FIRST_FREE_FD} on. Records on the pipe are 8 bytes {u32,
 * u32 errno}: with errno 0 it is a value that the tape wrote (a pid, a descriptor), else an entry's index and its error.
 */
public final class Player {
    public static final int REPORT_FD = 3;
    public static final int IMAGE_FD = 4;
    public static final int FIRST_FREE_FD = 5;
    /** Bytes of a record, and of a slot that a tape writes as one. */
    public static final int RECORD_BYTES = 8;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_EXEC = 0x10;
    private static final int F_ADD_SEALS = 1033;
    private static final int ALL_SEALS = 0x0f;

    private final Kernel kernel;

    public Player(Kernel kernel) {
        this.kernel = kernel;
    }

    /** A descriptor for the tape's process; stays ours. */
    public record Given(int fd, int number) {}

    /**
     * Starts it and hands out what it reports, until the caller closes the playing.
     *
     * @param environment of the tape's process itself; a tape that execs brings its own
     */
    public Playing play(Tape tape, List<Given> given) {
        List<Integer> ours = new ArrayList<>();
        int[] pipe = kernel.pipe(0);
        try {
            ours.add(pipe[1]);
            List<Sys.FdMap> fds = new ArrayList<>();
            fds.add(map(ours, pipe[1], REPORT_FD));
            int image = image(ElfImage.of(tape, kernel.sys().arch()));
            ours.add(image);
            fds.add(map(ours, image, IMAGE_FD));
            for (Given each : given) {
                fds.add(map(ours, each.fd(), each.number()));
            }
            String path = "/proc/self/fd/" + IMAGE_FD;
            long pid = Kernel.check(
                    kernel.sys().spawn(new Sys.Spawn(path, List.of("minik"), List.of(), fds)), "posix_spawn", "tape");
            return new Playing(kernel, tape, (int) pid, pipe[0]);
        } catch (RuntimeException e) {
            kernel.close(pipe[0]);
            throw e;
        } finally {
            ours.forEach(kernel::close);
        }
    }

    private Sys.FdMap map(List<Integer> ours, int fd, int number) {
        int high = kernel.spawnable(fd);
        ours.add(high);
        return new Sys.FdMap(high, number);
    }

    private int image(byte[] elf) {
        try (Arena arena = kernel.sys().arena()) {
            long name = arena.string("minik-tape");
            int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
            long fd = kernel.sys().call(Syscall.MEMFD_CREATE, name, flags | MFD_EXEC);
            if (fd == -Errno.EINVAL) {
                // Before Linux 6.3 every memfd could be executed and the flag was unknown.
                fd = kernel.sys().call(Syscall.MEMFD_CREATE, name, flags);
            }
            int image = (int) Kernel.check(fd, "memfd_create", "tape");
            kernel.writeFully(image, elf, "tape");
            Kernel.check(kernel.sys().call(Syscall.FCNTL, image, F_ADD_SEALS, ALL_SEALS), "seal", "tape");
            return image;
        }
    }

    /** What an entry's error means for the caller. */
    public record Failure(int index, Tape.Entry entry, int errno) {
        public RuntimeFault fault() {
            return new RuntimeFault(
                    RuntimeFault.Kind.KERNEL,
                    entry.step(),
                    entry.step() + ": " + Errno.name(errno) + " (" + Errno.text(errno) + ")",
                    errno);
        }
    }

    /** A tape's process, as seen from here. */
    public static final class Playing implements AutoCloseable {
        private final Kernel kernel;
        private final Tape tape;
        private final int pid;
        private final int reports;

        private Playing(Kernel kernel, Tape tape, int pid, int reports) {
            this.kernel = kernel;
            this.tape = tape;
            this.pid = pid;
            this.reports = reports;
        }

        public int pid() {
            return pid;
        }

        /** The next value that the tape wrote. A failed entry is thrown; so is the end of the report. */
        public int value() {
            Record record = next().orElseThrow(() -> new RuntimeFault(
                    RuntimeFault.Kind.KERNEL, "play tape", "the tape's process ended without a report", 0));
            if (record.errno() != 0) {
                throw failure(record).fault();
            }
            return record.value();
        }

        /** Waits until every holder of the report pipe closed it (exec, exit); the failed entry if there was one. */
        public Optional<Failure> end() {
            Optional<Record> record = next();
            while (record.isPresent() && record.get().errno() == 0) {
                record = next();
            }
            return record.map(this::failure);
        }

        private Failure failure(Record record) {
            return new Failure(record.value(), tape.entries().get(record.value()), record.errno());
        }

        private record Record(int value, int errno) {}

        private Optional<Record> next() {
            try (Arena arena = kernel.sys().arena()) {
                Arena.Block block = arena.allocate(RECORD_BYTES);
                long got = Kernel.check(kernel.read(reports, block.address(), RECORD_BYTES), "read", "tape report");
                if (got < RECORD_BYTES) {
                    return Optional.empty();
                }
                ByteBuffer bytes = block.bytes().order(ByteOrder.LITTLE_ENDIAN);
                return Optional.of(new Record(bytes.getInt(0), bytes.getInt(4)));
            }
        }

        @Override
        public void close() {
            kernel.close(reports);
        }
    }
}
