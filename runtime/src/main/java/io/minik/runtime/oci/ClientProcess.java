package io.minik.runtime.oci;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.tape.DrivenSys;
import io.minik.runtime.tape.DrivenTape;
import io.minik.runtime.tape.Tape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The client process: its words, its place in the file system, its standard streams, and its kernel. */
final class ClientProcess {
    private static final int PIECE_BYTES = 32 << 10;

    private final DrivenSys sys;
    private final Kernel kernel;
    private final Path proc;

    ClientProcess(DrivenSys sys) {
        this.sys = sys;
        this.kernel = new Kernel(sys);
        this.proc = Path.of("/proc", Integer.toString(sys.pid()));
    }

    Kernel kernel() {
        return kernel;
    }

    DrivenSys sys() {
        return sys;
    }

    int pid() {
        return sys.pid();
    }

    /** Below /proc. */
    Path proc(String name) {
        return proc.resolve(name);
    }

    /** Of the command line, without the program's name. */
    List<String> words() throws IOException {
        List<String> words = zeroSeparated(proc.resolve("cmdline"));
        return words.isEmpty() ? words : words.subList(1, words.size());
    }

    private static List<String> zeroSeparated(Path file) throws IOException {
        String all = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        if (all.isEmpty()) {
            return List.of();
        }
        String[] parts = all.substring(0, all.length() - 1).split("\0", -1);
        return List.of(parts);
    }

    Path workingDirectory() throws IOException {
        return Files.readSymbolicLink(proc.resolve("cwd"));
    }

    /** An absolute path of what the client names. */
    Path path(String name) {
        try {
            return workingDirectory().resolve(name).normalize();
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "getcwd", "can't read the working directory", e);
        }
    }

    /** Whether a path here is the same for it: in one mount namespace, with one root. */
    boolean sharesOurFiles() throws IOException {
        Path own = Path.of("/proc/self");
        return Files.isSameFile(proc.resolve("root"), own.resolve("root"))
                && Set.of("mnt", "user", "pid").stream().allMatch(kind -> same(kind));
    }

    private boolean same(String kind) {
        try {
            return Files.readSymbolicLink(proc.resolve("ns").resolve(kind))
                    .equals(Files.readSymbolicLink(Path.of("/proc/self/ns", kind)));
        } catch (IOException e) {
            return false;
        }
    }

    void print(String text) {
        write(1, text);
    }

    void complain(String text) {
        write(2, text);
    }

    /** What nobody reads is not our fault. */
    private void write(int fd, String text) {
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < all.length; from += PIECE_BYTES) {
            byte[] piece = Arrays.copyOfRange(all, from, Math.min(all.length, from + PIECE_BYTES));
            kernel.writeFully(fd, piece, fd == 1 ? "standard output" : "standard error");
        }
    }

    /** A child of the client that plays a tape. Descriptor {@link DrivenTape#REPORT} must be open. @return its pid */
    int play(Tape tape, long cloneFlags) {
        write(tape);
        return (int) Kernel.check(sys.cloneImage(cloneFlags), "clone", "process");
    }

    /** Into a file of memory of its own: one that still runs can't be written. */
    private void write(Tape tape) {
        int image = Memfd.make(kernel, "minik-runc");
        try {
            Files.write(proc.resolve("fd").resolve(Integer.toString(image)), tape.executable(sys.arch()));
            Memfd.seal(kernel, image);
            Memfd.number(kernel, image, DrivenTape.IMAGE);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "write image", "can't write the tape's image", e);
        } finally {
            kernel.close(image);
        }
    }
}
