package io.minik.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code minik}: parses the command line, runs one command, turns what went wrong into one line and an exit code. */
@Command(
        name = "minik",
        description = "A whole Kubernetes cluster in one program.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "One machine:         minik server",
            "                     kubectl --kubeconfig /etc/minik/minik.yaml get nodes",
            "A second machine:    minik agent --join https://FIRST:6443 --token TOKEN",
            "                     (TOKEN is in /var/lib/minik/server/token on the first)",
            "Each option can also be a key of /etc/minik/config.yaml, or a variable: --data-dir = data-dir = MINIK_DATA_DIR.",
        })
public final class Main implements Runnable {
    /** Exit code of a start that failed, and of wrong usage. */
    static final int FAILED = 1;

    static final int USAGE = 2;

    private static final Map<String, Supplier<Object>> COMMANDS = commands();

    @Spec
    @Nullable
    CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        // Reading the annotations of one command takes some 20 ms on a start: only the one that is asked for is read.
        if (arguments.length > 0 && COMMANDS.containsKey(arguments[0])) {
            line.addSubcommand(arguments[0], COMMANDS.get(arguments[0]).get());
        } else {
            COMMANDS.forEach((name, command) -> line.addSubcommand(name, command.get()));
            line.addSubcommand(new CommandLine.HelpCommand());
        }
        line.setUsageHelpWidth(110);
        line.setUsageHelpAutoWidth(false);
        try {
            line.setDefaultValueProvider(ConfigDefaults.load(List.of(arguments), System.getenv()));
        } catch (IllegalArgumentException e) {
            System.err.println("minik: " + e.getMessage());
            return FAILED;
        }
        line.setExecutionExceptionHandler((error, command, parsed) -> {
            if (error instanceof StartFailure) {
                System.err.println("minik: " + error.getMessage());
                return FAILED;
            }
            throw error;
        });
        line.setParameterExceptionHandler(Main::usageError);
        return line.execute(arguments);
    }

    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("server", ServerCommand::new);
        commands.put("agent", AgentCommand::new);
        commands.put("kubectl", () -> new ToolCommand(FetchedTool.kubectl()));
        commands.put("crictl", () -> new ToolCommand(FetchedTool.crictl()));
        commands.put("token", TokenCommand::new);
        commands.put("secrets-encrypt", SecretsEncryptCommand::new);
        commands.put("killall", KillallCommand::new);
        commands.put("warm-up", WarmUpCommand::new);
        commands.put("version", VersionCommand::new);
        return commands;
    }

    /** The options of every command. */
    static List<List<OptionSpec>> allOptions() {
        List<List<OptionSpec>> all = new ArrayList<>();
        COMMANDS.values().forEach(command -> gather(CommandSpec.forAnnotatedObject(command.get()), all));
        return all;
    }

    private static void gather(CommandSpec spec, List<List<OptionSpec>> all) {
        all.add(spec.options());
        spec.subcommands().values().forEach(line -> gather(line.getCommandSpec(), all));
    }

    private static int usageError(ParameterException error, String[] arguments) {
        System.err.println("minik: " + error.getMessage());
        System.err.println("Try '" + error.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return USAGE;
    }

    @Override
    public void run() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.usage(System.out);
    }
}
