package io.minik.cli;

import io.minik.runtime.oci.Alone;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.tape.DrivenTape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The file that podman, docker and people execute: it finds a minik that runs, or starts a JVM of its own, whose command
 * stands in it, with a class archive of just what that needs.
 *
 * @param program this very program
 */
record RuncClient(Path program, Path file) {
    /** The word by which the launcher starts such a JVM, should the one that stands in the client be gone. */
    static final String ALONE = "runc-alone";

    private static final Path SOCKET = Path.of("/run/minik/oci/runc.sock");
    private static final int LIMIT_SECONDS = 120;
    /** Small, quick, quiet: it lives for some milliseconds, or waits. */
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "-Xlog:cds=off",
            "-Xlog:cds+dynamic=off",
            "-Xms8m",
            "-Xmx64m",
            "-Xss512k");

    static RuncClient beside(Path program) {
        return new RuncClient(program, Path.of(program + ".runc"));
    }

    private Path archive() {
        return Path.of(file + ".jsa");
    }

    /** The archive, then the client. */
    void make() throws IOException, InterruptedException {
        Path made = Path.of(archive() + ".new");
        List<String> command = java("-XX:ArchiveClassesAtExit=" + made);
        command.add(Alone.REHEARSE);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0 && Files.exists(made)) {
            Files.move(made, archive(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } else {
            process.destroyForcibly();
            Files.deleteIfExists(made);
            System.err.println("minik: no class archive could be made for minik runc: it works, but starts slower");
        }
        write();
        System.out.println("OCI runtime " + file);
    }

    void write() throws IOException {
        Path made = Path.of(file + ".new");
        List<String> launcher = List.of("/bin/sh", program.toString(), ALONE);
        Files.write(
                made,
                DrivenTape.executable(
                        Arch.current(),
                        SOCKET.toString(),
                        List.of(java("-XX:SharedArchiveFile=" + archive()), launcher),
                        List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(made, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private List<String> java(String option) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(OPTIONS);
        command.add(option);
        command.addAll(List.of("-cp", program.toString(), Alone.class.getName()));
        return command;
    }
}
