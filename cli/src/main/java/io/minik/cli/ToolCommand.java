package io.minik.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code minik kubectl --fetch}, {@code minik crictl --fetch}: brings the program that the start script then runs under the first two
 * words, without any Java.
 */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
final class ToolCommand implements Callable<Integer> {
    @Option(names = "--fetch", description = "bring the program into DATA-DIR/bin; without it, the program is run")
    boolean fetch;

    @Option(
            names = "--from",
            paramLabel = "URL",
            defaultValue = "",
            description = "where from: https, or a file (default: where its makers publish it)")
    String from = "";

    @Option(
            names = "--sha256",
            paramLabel = "SUM",
            defaultValue = "",
            description = "of what is fetched (default: what stands in URL.sha256)")
    String sha256 = "";

    @Mixin
    ClientOptions client = new ClientOptions();

    private final FetchedTool tool;

    ToolCommand(FetchedTool tool) {
        this.tool = tool;
    }

    @Override
    public Integer call() {
        if (!fetch) {
            throw new StartFailure("the start script runs " + tool.name() + ": call the file minik, not java -jar");
        }
        Path bin = client.dataDir.resolve("bin");
        try {
            Files.createDirectories(bin);
            Path made = tool.fetch(bin, from.isEmpty() ? tool.url() : from, sha256);
            System.out.println(made + " is there: minik " + tool.name() + " runs it");
            return 0;
        } catch (IOException e) {
            throw new StartFailure(
                    "minik " + tool.name() + " --fetch: " + e.getMessage()
                            + "; without the internet: bring the file here and name it by --from FILE",
                    e);
        }
    }
}
