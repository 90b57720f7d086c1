package io.minik.cli;

import io.minik.cli.k3s.K3sFlags;
import io.minik.cli.k3s.K3sWords;
import io.minik.runtime.oci.Alone;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

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
    /** Those whose options are k3s', too. */
    private static final Set<String> K3S_COMMANDS = Set.of("server", "agent");

    @Spec
    @Nullable
    CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        if (arguments.length > 0 && arguments[0].equals(RuncCommand.NAME)) {
            // Its options are runc's, and not for picocli to read.
            return RuncCommand.run(List.of(arguments).subList(1, arguments.length));
        }
        if (arguments.length > 0 && arguments[0].equals(RuncClient.ALONE)) {
            Alone.main(arguments);
        }
        return run(List.of(arguments), false);
    }

    /** @param translated k3s' words are out of the arguments already */
    private static int run(List<String> arguments, boolean translated) {
        String first = arguments.isEmpty() ? "" : arguments.get(0);
        // Reading the annotations of one command takes some 20 ms on a start: only the one that is asked for is read.
        CommandLine line = COMMANDS.containsKey(first) ? new CommandLine(new Main()) : line();
        if (COMMANDS.containsKey(first)) {
            line.addSubcommand(first, COMMANDS.get(first).get());
        } else {
            line.addSubcommand(new CommandLine.HelpCommand());
        }
        line.setUsageHelpWidth(110);
        line.setUsageHelpAutoWidth(false);
        try {
            ConfigDefaults defaults = ConfigDefaults.load(arguments, System.getenv());
            line.setDefaultValueProvider(K3S_COMMANDS.contains(first) ? spoken(defaults, line, first) : defaults);
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
        line.setParameterExceptionHandler((error, given) ->
                translated || !K3S_COMMANDS.contains(first) ? usageError(error) : withoutK3sWords(arguments, error));
        return line.execute(arguments.toArray(String[]::new));
    }

    private static ConfigDefaults spoken(ConfigDefaults defaults, CommandLine line, String command) {
        List<String> notes = new ArrayList<>();
        CommandSpec spec =
                Objects.requireNonNull(line.getSubcommands().get(command)).getCommandSpec();
        ConfigDefaults spoken = defaults.translated(ConfigKeys.keys(spec.options()), () -> words(command, spec), notes);
        notes.forEach(note -> System.err.println("minik: " + note));
        return spoken;
    }

    private static K3sWords words(String command, CommandSpec spec) {
        return new K3sWords(K3sFlags.read(), command, spec.optionsMap()::containsKey);
    }

    /** What a command does not know may be one of k3s' words: those are made minik's, and it is tried again. */
    private static int withoutK3sWords(List<String> arguments, ParameterException error) {
        String command = arguments.get(0);
        CommandSpec spec = CommandSpec.forAnnotatedObject(
                Objects.requireNonNull(COMMANDS.get(command)).get());
        try {
            K3sWords.Said said = words(command, spec).arguments(arguments.subList(1, arguments.size()));
            List<String> again = new ArrayList<>(List.of(command));
            again.addAll(said.arguments());
            if (again.equals(arguments)) {
                return usageError(error);
            }
            said.notes().forEach(note -> System.err.println("minik: " + note));
            return run(again, true);
        } catch (IllegalArgumentException e) {
            System.err.println("minik: " + e.getMessage());
            return USAGE;
        }
    }

    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("server", ServerCommand::new);
        commands.put("agent", AgentCommand::new);
        commands.put("kubectl", () -> new ToolCommand(FetchedTool.kubectl()));
        commands.put("crictl", () -> new ToolCommand(FetchedTool.crictl()));
        commands.put("status", StatusCommand::new);
        commands.put("check-config", CheckConfigCommand::new);
        commands.put("token", TokenCommand::new);
        commands.put(RuncCommand.NAME, RuncCommand::new);
        commands.put("certificate", CertificateCommand::new);
        commands.put("kubeconfig", KubeconfigCommand::new);
        commands.put("completion", CompletionCommand::new);
        commands.put("etcd-snapshot", EtcdSnapshotCommand::new);
        commands.put("console", ConsoleCommand::new);
        commands.put("secrets-encrypt", SecretsEncryptCommand::new);
        commands.put("killall", KillallCommand::new);
        commands.put("warm-up", WarmUpCommand::new);
        commands.put("version", VersionCommand::new);
        return commands;
    }

    /** All commands. */
    static CommandLine line() {
        CommandLine line = new CommandLine(new Main());
        COMMANDS.forEach((name, command) -> line.addSubcommand(name, command.get()));
        return line;
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

    private static int usageError(ParameterException error) {
        System.err.println("minik: " + described(error));
        System.err.println("Try '" + error.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return USAGE;
    }

    /** With the nearest word that there is, where one is no word at all. */
    private static String described(ParameterException error) {
        if (!(error instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return String.valueOf(error.getMessage());
        }
        CommandSpec spec = error.getCommandLine().getCommandSpec();
        String word = unmatched.getUnmatched().get(0);
        if (word.startsWith("-")) {
            String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            Set<String> known = new TreeSet<>(spec.optionsMap().keySet());
            if (K3S_COMMANDS.contains(spec.name())) {
                // Those that minik has not say what to use instead.
                K3sFlags.read().rows().stream()
                        .filter(row -> row.commands().contains(spec.name()))
                        .forEach(row -> known.addAll(row.names()));
            }
            return "\"" + name + "\" is no option of " + spec.qualifiedName() + nearest(name, known);
        }
        return spec.subcommands().isEmpty()
                ? "\"" + word + "\" is more than " + spec.qualifiedName() + " asks for: it takes options only"
                : "\"" + word + "\" is no command of " + spec.qualifiedName()
                        + nearest(word, spec.subcommands().keySet());
    }

    private static String nearest(String word, Set<String> known) {
        return ConfigKeys.nearest(word, known)
                .map(near -> "; did you mean \"" + near + "\"?")
                .orElse("");
    }

    @Override
    public void run() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.usage(System.out);
    }
}
