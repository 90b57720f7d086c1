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
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The file that podman, docker and people execute: it finds a minik that runs, or starts a JVM of its own, whose command
 * stands in it, with a class archive of just what that needs.
 *
 * @param program this very program
 */
record RuncClient(Path program, Path file) {
    /** The word by which the launcher starts such a JVM, should the one that stands in the client be gone. */
    static final String ALONE = "runc-alone";

    private static final String RUN_DIR = "MINIK_RUN_DIR";
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
        if (!rehearse(made, List.of("run", "--bundle")) && !rehearse(made, List.of("features"))) {
            System.err.println("minik: no class archive could be made for minik runc: it works, but starts slower");
        }
        write();
        System.out.println("OCI runtime " + file);
    }

    /** A client's call as it will be, whose JVM writes down what it loaded. @param words what is asked; a bundle comes behind */
    private boolean rehearse(Path made, List<String> words) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("minik-runc");
        try {
            Path rehearsing = folder.resolve("client");
            List<String> java = java("-XX:ArchiveClassesAtExit=" + made);
            java.add(Alone.REHEARSE);
            write(rehearsing, folder.resolve("no-socket"), List.of(java));
            Alone.bundle(folder);
            List<String> command = new ArrayList<>(List.of(rehearsing.toString(), "--root", folder + "/state"));
            command.addAll(words);
            command.addAll(List.of(folder.toString(), folder.getFileName().toString()));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            if (!ended || !written(made)) {
                return false;
            }
            Files.move(made, archive(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } finally {
            Files.deleteIfExists(made);
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    /** The JVM goes on for a moment after its client, and writes; it ends when the file is whole. */
    private static boolean written(Path made) throws InterruptedException {
        for (ProcessHandle each : ProcessHandle.allProcesses().toList()) {
            List<String> arguments = List.of(each.info().arguments().orElse(new String[0]));
            if (arguments.contains("-XX:ArchiveClassesAtExit=" + made)) {
                CountDownLatch ended = new CountDownLatch(1);
                each.onExit().thenRun(ended::countDown);
                if (!ended.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    return false;
                }
            }
        }
        return Files.exists(made);
    }

    void write() throws IOException {
        Path made = Path.of(file + ".new");
        List<String> launcher = List.of("/bin/sh", program.toString(), ALONE);
        write(made, socket(), List.of(java("-XX:SharedArchiveFile=" + archive()), launcher));
        Files.move(made, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void write(Path file, Path socket, List<List<String>> alone) throws IOException {
        List<String> environment = List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        Files.write(file, DrivenTape.executable(Arch.current(), socket.toString(), alone, environment));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Of a minik with the usual run directory, or with that of the environment. */
    private static Path socket() {
        return Path.of(System.getenv().getOrDefault(RUN_DIR, "/run/minik"), "oci", "runc.sock");
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
