package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.cli.k3s.K3sFlags;
import io.minik.cli.k3s.K3sFlags.Kind;
import io.minik.cli.k3s.K3sFlags.Row;
import io.minik.cli.k3s.K3sFlags.Setting;
import io.minik.cli.k3s.K3sWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Every flag that k3s has is honoured, or refused with why and what to use instead; docs/k3s-flags.md says the same. */
class K3sFlagsTest {
    private static final K3sFlags FLAGS = K3sFlags.read();
    private static final Path PAGE = Tree.root().resolve("docs/k3s-flags.md");
    private static final Map<String, CommandSpec> SPECS = Map.of(
            "server",
            CommandSpec.forAnnotatedObject(new ServerCommand()),
            "agent",
            CommandSpec.forAnnotatedObject(new AgentCommand()));
    /** Which command hands on to a component. */
    private static final Map<String, String> HANDS_ON = Map.of(
            "kube-apiserver", "--kube-apiserver-arg",
            "kubelet", "--kubelet-arg",
            "kube-proxy", "--kube-proxy-arg",
            "kube-controller-manager", "--kube-controller-manager-arg",
            "kube-scheduler", "--kube-scheduler-arg",
            "etcd", "--etcd-arg");

    private static CommandSpec spec(String command) {
        return Objects.requireNonNull(SPECS.get(command));
    }

    private static K3sWords words(String command) {
        return new K3sWords(FLAGS, command, spec(command).optionsMap()::containsKey);
    }

    private static K3sWords.Said said(String command, String... arguments) {
        return words(command).arguments(List.of(arguments));
    }

    static Stream<Arguments> rows() {
        return FLAGS.rows().stream()
                .flatMap(row -> row.commands().stream().map(command -> Arguments.of(command, row.name(), row)));
    }

    static Stream<Arguments> settings() {
        return FLAGS.settings().stream().map(each -> Arguments.of(each.component(), each.name(), each));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("rows")
    void everyFlagIsHonouredOrRefusedWithWhy(String command, String name, Row row) {
        for (String each : row.names()) {
            if (row.kind() == Kind.OWN) {
                assertThat(spec(command).optionsMap()).containsKey(each);
                assertThat(said(command, each, "x").arguments()).containsExactly(each, "x");
            } else {
                assertThat(spec(command).optionsMap())
                        .as("a word of k3s' alone: its row says nothing while minik has such an option")
                        .doesNotContainKey(each);
                meansWhatItsRowSays(command, each, row);
            }
        }
    }

    private static void meansWhatItsRowSays(String command, String name, Row row) {
        switch (row.kind()) {
            case BECOMES -> takes(command, said(command, name + "=" + (row.hasValue() ? "4" : "true")));
            case NEEDLESS -> needless(said(command, name + "=" + sample(row.values())), row.words());
            case COMPONENT ->
                assertThatThrownBy(() -> said(command, name, "no-such-thing=1"))
                        .hasMessage(name + ": \"no-such-thing\" is no setting of " + row.words()
                                + " that minik has: docs/k3s-flags.md lists those");
            default ->
                assertThatThrownBy(() -> said(command, name, "x"))
                        .hasMessageStartingWith(name + " is an option of k3s that minik does not have: ")
                        .hasMessageEndingWith(row.words());
        }
        assertThat(row.words()).isNotBlank();
        if (row.kind() == Kind.NEEDLESS && !row.values().equals(".*") && row.hasValue()) {
            assertThatThrownBy(() -> said(command, name, "otherwise"))
                    .hasMessage(name + ": \"otherwise\" is not how minik does it: " + row.words());
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("settings")
    void everySettingOfAComponentTooIsHonouredOrRefused(String component, String name, Setting setting) {
        String command = component.equals("kubelet") || component.equals("kube-proxy") ? "agent" : "server";
        String flag = Objects.requireNonNull(HANDS_ON.get(component));
        assertThat(setting.words()).isNotBlank();
        switch (setting.kind()) {
            case BECOMES -> takes(command, said(command, flag, name + "=" + value(command, setting)));
            case NEEDLESS -> needless(said(command, flag, name + "=" + sample(setting.values())), setting.words());
            default ->
                assertThatThrownBy(() -> said(command, flag, name + "=1"))
                        .hasMessage(flag + ": \"" + name + "\" is a setting of " + component
                                + " that minik does not have: " + setting.words());
        }
    }

    private static String value(String command, Setting setting) {
        if (setting.words().contains("{seconds}")) {
            return "1m10s";
        }
        OptionSpec option = spec(command)
                .findOption(setting.words().substring(0, setting.words().indexOf('=')));
        assertThat(option).as(setting.words()).isNotNull();
        boolean yesOrNo = option.type() == boolean.class;
        return yesOrNo ? "true" : Map.class.isAssignableFrom(option.type()) ? "a=b" : "1";
    }

    private static void takes(String command, K3sWords.Said said) {
        assertThat(said.arguments()).hasSize(1);
        assertThat(said.notes()).isEmpty();
        Object fresh = command.equals("server") ? new ServerCommand() : new AgentCommand();
        new CommandLine(fresh).parseArgs(said.arguments().toArray(String[]::new));
    }

    private static void needless(K3sWords.Said said, String why) {
        assertThat(said.arguments()).isEmpty();
        assertThat(said.notes()).hasSize(1);
        assertThat(said.notes().get(0)).endsWith("has nothing to do here: " + why);
    }

    private static String sample(String pattern) {
        return pattern.equals(".*") ? "anything" : pattern.replace("\\", "");
    }

    @Test
    void noFlagStandsTwice() {
        Set<String> seen = new HashSet<>();
        FLAGS.rows().forEach(row -> row.commands().forEach(command -> row.names()
                .forEach(name ->
                        assertThat(seen.add(command + " " + name)).as(name).isTrue())));
        FLAGS.settings().forEach(each -> assertThat(seen.add(each.component() + " " + each.name()))
                .as(each.toString())
                .isTrue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--debug --node-name n                       | --log-level=debug --node-name n",
                "--debug=false                               | ''",
                "-v 0                                        | --log-level=info",
                "-v=5                                        | --log-level=debug",
                "-v 9                                        | --log-level=trace",
                "--kubelet-arg=max-pods=50 -i 10.0.0.1       | --max-pods=50 -i 10.0.0.1",
                "--kubelet-arg --max-pods=50                 | --max-pods=50",
                "--kube-apiserver-arg audit-log-path=/a=b    | --audit-log-path=/a=b",
                "--kube-controller-arg node-monitor-grace-period=1m | --node-monitor-grace-period=60",
                "--disable-network-policy --disable servicelb | --disable=network-policy --disable servicelb",
                "--cluster-init --tls-san a                  | --tls-san a",
                "--disable-helm-controller                   | --disable=helm-controller",
            })
    void wordsOfK3sBecomeMiniks(String given, String meant) {
        List<String> arguments = List.of(given.split(" "));
        assertThat(String.join(" ", words("server").arguments(arguments).arguments()))
                .isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-v high                             | -v: \"high\" is no number",
                "--flannel-backend vxlan             | --flannel-backend: \"vxlan\" is not how minik does it: routes from node to node (host-gw)",
                "--tls-san-security=false            | --tls-san-security: \"false\" is not how minik does it",
                "--kubelet-arg                       | --kubelet-arg needs a value",
                "--kubelet-arg=cluster-dns=10.0.0.1  | --kubelet-arg: \"cluster-dns\" is a setting of kubelet that minik does not have: all nodes have the server's",
                "--kube-controller-manager-arg node-monitor-period=soon | \"soon\" is no duration such as 40s or 1m0s",
                "--kube-controller-manager-arg node-monitor-period=1500ms | is no duration such as 40s",
                "--kube-controller-manager-arg node-monitor-period=1.5s | is no number of whole seconds",
            })
    void whatCantBeMeantIsRefused(String given, String words) {
        assertThatThrownBy(() -> words("server").arguments(List.of(given.split(" "))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }

    @Test
    void thePageShowsTheTables() throws IOException {
        String page = page();
        if ("update".equals(System.getProperty("golden"))) {
            Files.writeString(PAGE, page);
        } else {
            assertThat(PAGE).hasContent(page);
        }
    }

    private static String page() {
        long flags = FLAGS.rows().stream()
                .filter(row -> row.commands().contains("server"))
                .count();
        long agents = FLAGS.rows().stream()
                .filter(row -> row.commands().contains("agent"))
                .count();
        List<String> lines = new ArrayList<>(List.of(
                "# What k3s' flags mean here",
                "Made of `flags.tsv` and `components.tsv` of `cli.k3s` by K3sFlagsTest (`-Dgolden=update` rewrites it). The same words are keys of",
                "`/etc/minik/config.yaml`. " + flags + " rows are a server's, " + agents + " an agent's.",
                "Taken: as in k3s. Needless: accepted where it says what is so anyway, with a line that says so. Refused: the start ends with these words.",
                "A k3s' own `/etc/rancher/k3s/config.yaml` and `K3S_*` variables are read with `--from-k3s` alone; its data directory and kubeconfig stay k3s'.",
                "",
                "| flag | of | what minik makes of it |",
                "|---|---|---|"));
        FLAGS.rows()
                .forEach(row -> lines.add("| `" + String.join("`, `", row.names()) + "` | "
                        + String.join(", ", row.commands()) + " | " + made(row) + " |"));
        lines.add("");
        lines.add("## What is handed on to the programs of Kubernetes");
        lines.add("By `--kubelet-arg` and the like. What is not in this list is refused by name.");
        lines.add("");
        lines.add("| program | setting | what minik makes of it |");
        lines.add("|---|---|---|");
        FLAGS.settings()
                .forEach(each -> lines.add("| " + each.component() + " | `" + each.name() + "` | "
                        + made(each.kind(), each.values(), each.words()) + " |"));
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static String made(Row row) {
        if (row.kind() == Kind.COMPONENT) {
            return "see below: settings of " + row.words();
        }
        if (row.kind() != Kind.OWN) {
            return made(row.kind(), row.values(), row.words());
        }
        OptionSpec option = spec(row.commands().get(0)).findOption(row.name());
        String said = String.join(" ", option.description()).replace("${DEFAULT-VALUE}", option.defaultValue() + "");
        return "taken: " + said.replace("|", "\\|");
    }

    private static String made(Kind kind, String values, String words) {
        return switch (kind) {
            case BECOMES ->
                "`"
                        + words.replace("{}", "VALUE")
                                .replaceAll("\\{(\\w+)}", "$1")
                                .replace("verbosity", "LEVEL") + "`";
            case NEEDLESS ->
                "needless" + (values.equals(".*") ? "" : " (`" + values.replace("\\", "") + "`)") + ": " + words;
            default -> kind.name().toLowerCase(Locale.ROOT) + ": " + words;
        };
    }
}
