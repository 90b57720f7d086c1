package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.cli.k3s.K3sFlags;
import io.minik.cli.k3s.K3sWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ConfigDefaultsTest {
    @TempDir
    Path folder = Path.of("");

    @Command(name = "probe")
    static final class Probe implements Runnable {
        @Mixin
        NodeOptions node = new NodeOptions();

        @Override
        public void run() {}
    }

    private Probe parse(Map<String, String> environment, String... arguments) {
        Probe probe = new Probe();
        CommandLine line = new CommandLine(probe);
        line.setDefaultValueProvider(ConfigDefaults.load(List.of(arguments), environment));
        line.parseArgs(arguments);
        return probe;
    }

    @Test
    void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "data-dir: /file\nrun-dir: /file\nbridge: file0\n");
        Probe probe = parse(
                Map.of("MINIK_RUN_DIR", "/env", "MINIK_BRIDGE", "env0"),
                "--config",
                file.toString(),
                "--bridge",
                "cli0");
        assertThat(probe.node.dataDir).isEqualTo(Path.of("/file"));
        assertThat(probe.node.runDir).isEqualTo(Path.of("/env"));
        assertThat(probe.node.bridge).isEqualTo("cli0");
    }

    @Test
    void theFoldersFilesReplaceValuesAndAppendToLists() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "node-label: [a=1]\nkubelet-port: 1\n");
        Path more = Files.createDirectory(folder.resolve("c.yaml.d"));
        Files.writeString(more.resolve("10.yaml"), "node-label+: [b=2, c=3]\nkubelet-port: 2\n");
        Probe probe = parse(Map.of(), "--config=" + file);
        assertThat(probe.node.nodeLabels).containsExactly("a=1", "b=2", "c=3");
        assertThat(probe.node.kubeletPort).isEqualTo(2);
    }

    @Test
    void aFileThatIsNamedAndAbsentOrBrokenIsNamedInTheError() throws IOException {
        assertThatThrownBy(() -> parse(Map.of(), "--config", "/nowhere.yaml"))
                .hasMessage("config file /nowhere.yaml does not exist");
        Path file = Files.writeString(folder.resolve("c.yaml"), "- a list\n");
        assertThatThrownBy(() -> parse(Map.of(), "--config", file.toString()))
                .hasMessage("config file " + file + " is not a map of keys to values");
    }

    @Test
    void aKeyThatNoOptionHasEndsTheStartWithTheNearest() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "dta-dir: /x\nbridge: b\n");
        assertThatThrownBy(() -> ConfigKeys.check(spec(file)))
                .isInstanceOf(StartFailure.class)
                .hasMessage("config file " + file + ": \"dta-dir\" is no option; did you mean \"data-dir\"?");
        Files.writeString(file, "flannel-backend: vxlan\n");
        assertThatThrownBy(() -> ConfigKeys.check(spec(file)))
                .hasMessage("config file " + file + ": \"flannel-backend\" is no option");
    }

    @Test
    void allWrongKeysAreToldAtOnce() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "flannel-backend: vxlan\ndta-dir: /x\nbridge: b\n");
        assertThatThrownBy(() -> ConfigKeys.check(spec(file)))
                .isInstanceOf(StartFailure.class)
                .hasMessage("config file " + file + ": \"dta-dir\" is no option; did you mean \"data-dir\"?\n"
                        + "config file " + file + ": \"flannel-backend\" is no option");
    }

    @Test
    void aKeyOfAnotherCommandIsNoError() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "cluster-cidr: 10.0.0.0/16\ntoken: x\n");
        assertThatCode(() -> ConfigKeys.check(spec(file))).doesNotThrowAnyException();
    }

    private static CommandLine.Model.CommandSpec spec(Path file) {
        CommandLine line = new CommandLine(new Probe());
        line.setDefaultValueProvider(ConfigDefaults.load(List.of("--config", file.toString()), Map.of()));
        return line.getCommandSpec();
    }

    private static final Set<String> OWN =
            ConfigKeys.keys(CommandLine.Model.CommandSpec.forAnnotatedObject(new ServerCommand())
                    .options());

    private static K3sWords words() {
        return new K3sWords(K3sFlags.read(), "server", name -> OWN.contains(name.replaceFirst("^-+", "")));
    }

    private ServerCommand started(ConfigDefaults defaults) {
        ServerCommand command = new ServerCommand();
        CommandLine line = new CommandLine(command);
        line.setDefaultValueProvider(defaults);
        line.parseArgs();
        return command;
    }

    @Test
    void keysOfK3sBecomeMiniks() throws IOException {
        Path file = Files.writeString(
                folder.resolve("c.yaml"),
                "disable-network-policy: true\ndisable: [servicelb]\ndebug: true\ncluster-init: true\n"
                        + "kubelet-arg: [max-pods=7, node-labels=a=1]\nkubelet-arg+: node-labels=b=2\n");
        List<String> notes = new ArrayList<>();
        ServerCommand command = started(ConfigDefaults.load(List.of("--config=" + file), Map.of())
                .translated(OWN, ConfigDefaultsTest::words, notes));
        assertThat(command.server.disable).containsExactly("network-policy", "servicelb");
        assertThat(command.node.logLevel).isEqualTo("debug");
        assertThat(command.node.maxPods).isEqualTo(7);
        assertThat(command.node.nodeLabels).containsExactly("a=1", "b=2");
        assertThat(notes)
                .containsExactly(
                        "--cluster-init has nothing to do here: the embedded store speaks etcd and begins by itself; it"
                                + " has one member: several servers share an etcd by --datastore-endpoint");
    }

    @Test
    void aKeyOfK3sThatIsRefusedNamesItsFile() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "docker: true\n");
        ConfigDefaults defaults = ConfigDefaults.load(List.of("--config=" + file), Map.of());
        assertThatThrownBy(() -> defaults.translated(OWN, ConfigDefaultsTest::words, new ArrayList<>()))
                .hasMessage(
                        "config file " + file
                                + ": --docker is an option of k3s that minik does not have: containers are run by minik itself");
    }

    @Test
    void aFileWithoutWordsOfK3sNeedsNoTable() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "node-name: a\n");
        ConfigDefaults defaults = ConfigDefaults.load(List.of("--config=" + file), Map.of("K3S_TOKEN", "x"));
        assertThat(defaults.translated(
                        OWN,
                        () -> {
                            throw new IllegalStateException("read in vain");
                        },
                        new ArrayList<>()))
                .isSameAs(defaults);
    }

    @Test
    void k3sOwnFileAndVariablesAreReadWhereThatIsAsked() throws IOException {
        Path k3s = Files.writeString(
                folder.resolve("k3s.yaml"),
                "node-name: of-k3s\nbridge: k3s0\ndata-dir: /var/lib/rancher/k3s\nwrite-kubeconfig: /k\n"
                        + "kubelet-arg: [max-pods=9]\n");
        Path own = Files.writeString(folder.resolve("c.yaml"), "bridge: own0\n");
        Map<String, String> environment =
                Map.of("K3S_TOKEN", "secret", "K3S_NODE_NAME", "late", "MINIK_NODE_NAME", "mine", "K3S_DATA_DIR", "/x");
        List<String> notes = new ArrayList<>();
        ServerCommand command =
                started(ConfigDefaults.load(List.of("--config=" + own, "--from-k3s=" + k3s), environment)
                        .translated(OWN, ConfigDefaultsTest::words, notes));
        assertThat(command.node.nodeName).isEqualTo("mine");
        assertThat(command.node.bridge).isEqualTo("own0");
        assertThat(command.node.maxPods).isEqualTo(9);
        assertThat(command.server.tokens.token).isEqualTo("secret");
        assertThat(command.node.dataDir).as("k3s' stays k3s'").isEqualTo(Path.of("/var/lib/minik"));
        assertThat(command.server.writeKubeconfig).isEqualTo(Path.of("/etc/minik/minik.yaml"));
        assertThat(notes).containsExactly("K3S_DATA_DIR is not followed: what is there stays k3s' own");
        ServerCommand without = started(ConfigDefaults.load(List.of("--config=" + own), environment)
                .translated(OWN, ConfigDefaultsTest::words, notes));
        assertThat(without.server.tokens.token).isEmpty();
        assertThatThrownBy(() -> ConfigDefaults.load(
                                List.of("--config=" + own, "--from-k3s=" + k3s), Map.of("K3S_SELINUX", "true"))
                        .translated(OWN, ConfigDefaultsTest::words, notes))
                .hasMessageContaining("--selinux is an option of k3s that minik does not have");
    }

    @Test
    void thatK3sIsReadIsAnOptionAsAnyOther() throws IOException {
        Path k3s = Files.writeString(folder.resolve("k3s.yaml"), "node-name: of-k3s\n");
        Path plain = Files.writeString(folder.resolve("c.yaml"), "");
        Path asks = Files.writeString(folder.resolve("d.yaml"), "from-k3s: " + k3s + "\nnode-label+: a=1\n");
        assertThat(nodeName(List.of("--config=" + plain, "--from-k3s", k3s.toString()), Map.of()))
                .isEqualTo("of-k3s");
        assertThat(nodeName(List.of("--config=" + plain), Map.of("MINIK_FROM_K3S", k3s.toString())))
                .isEqualTo("of-k3s");
        assertThat(nodeName(
                        List.of("--config=" + plain, "--from-k3s", "-l"), Map.of("K3S_CONFIG_FILE", k3s.toString())))
                .isEqualTo("of-k3s");
        assertThat(nodeName(List.of("--config=" + asks), Map.of())).isEqualTo("of-k3s");
        assertThat(nodeName(List.of("--config=" + plain), Map.of("MINIK_FROM_K3S", "false")))
                .isEmpty();
        assertThatThrownBy(() -> nodeName(List.of("--config=" + plain, "--from-k3s=/none"), Map.of()))
                .hasMessage("config file /none does not exist");
    }

    private String nodeName(List<String> arguments, Map<String, String> environment) {
        return started(ConfigDefaults.load(arguments, environment)
                        .translated(OWN, ConfigDefaultsTest::words, new ArrayList<>()))
                .node
                .nodeName;
    }

    @Test
    void textStaysAsItIsWritten() throws IOException {
        Path file = Files.writeString(
                folder.resolve("c.yaml"),
                "write-kubeconfig-mode: 0644\ndisable-agent: yes\nnode-name: on\nmax-pods: 1_0\ntoken:\n");
        ServerCommand command = new ServerCommand();
        CommandLine line = new CommandLine(command);
        line.setDefaultValueProvider(
                ConfigDefaults.load(List.of("--config", file.toString()), Map.of("MINIK_MAX_PODS", "7")));
        line.parseArgs();
        assertThat(command.server.writeKubeconfigMode).isEqualTo("0644");
        assertThat(command.server.disableAgent).isTrue();
        assertThat(command.node.nodeName).isEqualTo("on");
        assertThat(command.node.maxPods).isEqualTo(7);
        assertThat(command.server.tokens.token)
                .as("a key without a value says nothing")
                .isEmpty();
    }

    @Test
    void anAgentsServerHasSeveralNames() throws IOException {
        for (String variable : List.of("MINIK_URL", "MINIK_JOIN", "MINIK_SERVER")) {
            assertThat(join(Map.of(variable, "https://s:6443"), "")).isEqualTo("https://s:6443");
        }
        assertThat(join(Map.of("MINIK_URL", ""), "server: https://t:6443\n")).isEqualTo("https://t:6443");
        assertThat(join(Map.of(), "join: https://u:6443\n")).isEqualTo("https://u:6443");
    }

    private String join(Map<String, String> environment, String config) throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), config);
        AgentCommand command = new AgentCommand();
        CommandLine line = new CommandLine(command);
        line.setDefaultValueProvider(ConfigDefaults.load(List.of("--config", file.toString()), environment));
        line.parseArgs();
        return command.join;
    }

    @Test
    void valuesThatCantBeMeantAreErrors() throws IOException {
        Path file = folder.resolve("c.yaml");
        Files.writeString(file, "data-dir: [/a, /b]\n");
        assertThatThrownBy(() -> parse(Map.of(), "--config", file.toString()))
                .hasMessageContaining("config file " + file + ": \"data-dir\" has one value, not a list");
        Files.writeString(file, "node-label: {a: b}\n");
        assertThatThrownBy(() -> parse(Map.of(), "--config", file.toString()))
                .hasMessage("config file " + file + ": the value of \"node-label\" must be a text or a list of texts");
        Files.writeString(file, "bridge: a\nbridge: b\n");
        assertThatThrownBy(() -> parse(Map.of(), "--config", file.toString()))
                .hasMessageContaining("config file " + file)
                .hasMessageContaining("duplicate key bridge");
    }
}
