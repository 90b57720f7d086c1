package io.minik.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code minik warm-up}: makes the class archive beside the program. A server is started in a folder of its own, without a
 * node, and ended when it is ready; it loads the node's classes, too, and the JVM then writes down all that is loaded. The
 * archive belongs to this very file and this JVM, so it is made where it is used, and again after an update. So is the
 * client of {@code minik runc}.
 */
@Command(
        name = "warm-up",
        description = "Make the class archive that lets minik start faster (install.sh does it).",
        mixinStandardHelpOptions = true)
final class WarmUpCommand implements Callable<Integer> {
    /** A start without a node, and then the dump: more than the start of the slowest machine seen, 245 s, emulated. */
    private static final int LIMIT_SECONDS = 600;

    private static final List<String> NODE_ROOMS = List.of("io/minik/agent/", "io/minik/runtime/");

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path self = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
        Path archive = Path.of(self + ".jsa");
        Path made = Path.of(archive + ".new");
        Path folder = Files.createTempDirectory("minik-warm-up");
        try {
            Path output = folder.resolve("output");
            Process process = new ProcessBuilder(command(self, made, folder))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            if (!ended || process.exitValue() != 0 || !Files.exists(made)) {
                System.err.print(Files.readString(output));
                throw new StartFailure("the class archive " + archive + " could not be made: minik "
                        + (ended ? "ended with " + process.exitValue() : "was not ready in " + LIMIT_SECONDS + " s"));
            }
            Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            System.out.println("class archive " + archive + ": " + Files.size(archive) / 1024 + " KiB");
            RuncClient.beside(self).make();
            return 0;
        } finally {
            Files.deleteIfExists(made);
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** The JVM options of this process, so that the archive fits the launcher's, with an archive to write instead of one to read. */
    private static List<String> command(Path self, Path archive, Path folder) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!option.startsWith("-XX:SharedArchiveFile")
                    && !option.startsWith("-Xshare")
                    && !option.startsWith("-Xlog:cds")) {
                command.add(option);
            }
        }
        command.add("-XX:ArchiveClassesAtExit=" + archive);
        command.addAll(List.of("-jar", self.toString(), "server", "--exit-when-ready", "--disable-agent"));
        command.addAll(List.of(
                "--config", Files.createFile(folder.resolve("config.yaml")).toString()));
        command.addAll(List.of("--data-dir", folder.resolve("data").toString()));
        command.addAll(List.of("--run-dir", folder.resolve("run").toString()));
        command.addAll(
                List.of("--write-kubeconfig", folder.resolve("kubeconfig").toString()));
        command.addAll(List.of("--bind-address", "127.0.0.1", "--etcd-port", "0", "--log-level", "warn"));
        command.addAll(List.of("--https-listen-port", Integer.toString(freePort())));
        return command;
    }

    /** Loads, without running them, the classes of the rooms that a server without a node does not reach. */
    static void loadNodeClasses() {
        ClassLoader loader = WarmUpCommand.class.getClassLoader();
        try (JarFile jar = new JarFile(System.getProperty("java.class.path"))) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName();
                if (name.endsWith(".class") && NODE_ROOMS.stream().anyMatch(name::startsWith)) {
                    Class.forName(
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'), false, loader);
                }
            }
        } catch (IOException | ClassNotFoundException e) {
            throw new StartFailure("the node's classes could not be loaded: " + e.getMessage(), e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
