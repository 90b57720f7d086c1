package io.minik.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code minik runc}, as long as there is no client beside the program: makes it and runs it. From then on the launcher
 * goes to the client by itself.
 */
@Command(
        name = RuncCommand.NAME,
        description = {
            "An OCI runtime with runc's command line: create, start, run, exec, kill, delete, state, list, ps, pause,",
            "resume, update, events, features, spec. podman and docker take the file minik.runc beside this program.",
        })
final class RuncCommand implements Callable<Integer> {
    static final String NAME = "runc";

    /** @return the client's exit code */
    static int run(List<String> arguments) {
        Path self = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
        try {
            RuncClient client = Files.isWritable(self.resolveSibling("."))
                    ? RuncClient.beside(self)
                    : new RuncClient(
                            self, Files.createTempDirectory("minik-runc").resolve("minik.runc"));
            client.write();
            List<String> command = new ArrayList<>(List.of(client.file().toString()));
            command.addAll(arguments);
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException e) {
            System.err.println("minik: the client of minik runc can't be made: " + e.getMessage());
            return Main.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Main.FAILED;
        }
    }

    @Override
    public Integer call() {
        return run(List.of("--help"));
    }
}
