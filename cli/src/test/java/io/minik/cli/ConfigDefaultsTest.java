package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
    void keysThatNoOptionHasAreFound() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "dta-dir: /x\nbridge: b\n");
        ConfigDefaults defaults = ConfigDefaults.load(List.of("--config", file.toString()), Map.of());
        CommandLine line = new CommandLine(new Probe());
        assertThat(defaults.unknownKeys(line.getCommandSpec().options())).containsExactly("dta-dir");
    }
}
