package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Tape;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A JVM of one client's own, for where no minik runs: the client is at its standard input and output. */
public final class Alone {
    /** Ends as a program does, so that a class archive can be made of it. */
    public static final String REHEARSE = "rehearse";

    private Alone() {}

    /** Ends the process at once: nothing is left to do, and a client that has its answer does not wait for a JVM. */
    public static void main(String[] arguments) {
        boolean rehearse = arguments.length > 0 && arguments[0].equals(REHEARSE);
        try (FileInputStream in = new FileInputStream(FileDescriptor.in);
                FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            Runc.serve(in.getChannel(), out.getChannel());
        } catch (IOException | RuntimeException e) {
            System.err.println("minik runc: " + e.getMessage());
            Runtime.getRuntime().halt(1);
        }
        if (!rehearse) {
            Runtime.getRuntime().halt(0);
        }
    }

    /** A bundle to rehearse with: its program does nothing. */
    public static void bundle(Path folder) throws IOException {
        for (String name : List.of("rootfs/proc", "rootfs/dev", "rootfs/sys")) {
            Files.createDirectories(folder.resolve(name));
        }
        Tape.Builder nothing = Tape.builder();
        nothing.add("exit", Syscall.EXIT_GROUP, Arg.value(0));
        Path program = folder.resolve("rootfs/nothing");
        Files.write(program, nothing.build().executable(Arch.current()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        ObjectNode config = DefaultSpec.spec();
        ObjectNode process = config.withObject("/process").put("terminal", false);
        // Whoever rehearses may not be allowed another limit.
        process.putArray("rlimits")
                .addObject()
                .put("type", "RLIMIT_CORE")
                .put("hard", 0)
                .put("soft", 0);
        process.putArray("args").add("/nothing");
        Files.write(folder.resolve("config.json"), Bundle.JSON.writeValueAsBytes(config));
    }
}
