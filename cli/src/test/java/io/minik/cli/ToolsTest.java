package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of others under minik's own words: brought by the program, run by the shell in front of it. */
class ToolsTest {
    @TempDir
    Path folder;

    private Path self;

    @BeforeEach
    void copyLauncher() throws IOException {
        self = Files.copy(
                Tree.root().resolve("cli/src/main/launcher/minik.sh"),
                Files.createDirectory(folder.resolve("bin")).resolve("minik"));
        Files.setPosixFilePermissions(self, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path program(Path directory, String name, String label) throws IOException {
        Files.createDirectories(directory);
        Path made = Files.writeString(
                directory.resolve(name),
                "#!/bin/sh\nprintf '%s\\n' " + label + " \"$KUBECONFIG\" \"$CONTAINER_RUNTIME_ENDPOINT\" \"$@\"\n");
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        return made;
    }

    private record Said(int code, List<String> lines) {}

    private Said run(Path start, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/sh", start.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(name -> name.matches("MINIK_.*|KUBECONFIG|.*_ENDPOINT|CRI_CONFIG_FILE"));
        builder.environment()
                .put("MINIK_CONFIG_FILE", folder.resolve("config.yaml").toString());
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text.lines().toList());
    }

    @Test
    void kubectlIsTheHostsWithTheServersKubeconfig() throws Exception {
        Path path = program(folder.resolve("host"), "kubectl", "host").getParent();
        Path written = Files.writeString(folder.resolve("k.yaml"), "");
        Files.writeString(folder.resolve("config.yaml"), "write-kubeconfig: \"" + written + "\" # here\n");
        Map<String, String> environment = Map.of("PATH", path + ":/usr/bin:/bin");
        assertThat(run(self, environment, "kubectl", "get", "a b", "").lines())
                .containsExactly("host", written.toString(), "", "get", "a b", "");
        assertThat(run(self, Map.of("PATH", path + ":/usr/bin:/bin", "KUBECONFIG", "/mine"), "kubectl")
                        .lines())
                .containsExactly("host", "/mine", "");
    }

    @Test
    void theOneThatWasFetchedComesFirst() throws Exception {
        Path path = program(folder.resolve("host"), "kubectl", "host").getParent();
        program(folder.resolve("data/bin"), "kubectl", "fetched");
        Map<String, String> environment = Map.of(
                "PATH",
                path + ":/usr/bin:/bin",
                "MINIK_DATA_DIR",
                folder.resolve("data").toString());
        assertThat(run(self, environment, "kubectl", "version").lines()).first().isEqualTo("fetched");
    }

    @Test
    void aLinkIsTheProgramAndNeverFindsItself() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("bin/kubectl"), self);
        Path path = program(folder.resolve("host"), "kubectl", "host").getParent();
        String before = folder.resolve("bin") + ":";
        assertThat(run(link, Map.of("PATH", before + path + ":/usr/bin:/bin"), "get", "pods")
                        .lines())
                .containsExactly("host", "", "", "get", "pods");
        Path bare = Files.createDirectory(folder.resolve("bare"));
        Files.createSymbolicLink(bare.resolve("readlink"), Path.of("/usr/bin/readlink"));
        Said none = run(link, Map.of("PATH", before + bare), "get", "pods");
        assertThat(none.code()).isEqualTo(127);
        assertThat(none.lines()).hasSize(1).first().asString().contains("minik kubectl --fetch");
    }

    @Test
    void crictlIsToldTheSocket() throws Exception {
        Path path = program(folder.resolve("host"), "crictl", "host").getParent();
        Files.writeString(folder.resolve("config.yaml"), "run-dir: /run/other\n");
        Map<String, String> environment = Map.of("PATH", path + ":/usr/bin:/bin");
        assertThat(run(self, environment, "crictl", "ps").lines())
                .containsExactly("host", "", "unix:///run/other/cri.sock", "ps");
    }

    @Test
    void ctrSaysWhatToUse() throws Exception {
        Said said = run(self, Map.of(), "ctr", "images", "ls");
        assertThat(said.code()).isEqualTo(1);
        assertThat(String.join(" ", said.lines())).contains("no containerd").contains("minik crictl images");
    }

    private static String sum(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @Test
    void whatIsFetchedRunsAndWhatHasAnotherSumIsNotThere() throws Exception {
        Path source = program(folder.resolve("mirror"), "kubectl", "mirror");
        Path bin = Files.createDirectory(folder.resolve("fetched"));
        FetchedTool tool = new FetchedTool("kubectl", "");
        assertThatThrownBy(() -> tool.fetch(bin, source.toString(), "0".repeat(64)))
                .hasMessageContaining("is " + sum(source) + ", not 000");
        assertThat(bin).isEmptyDirectory();
        Path made = tool.fetch(bin, source.toString(), sum(source).toUpperCase(Locale.ROOT));
        assertThat(made).isExecutable().hasSameTextualContentAs(source);
        assertThat(bin).isDirectoryContaining("glob:**/kubectl");
        assertThatThrownBy(() -> tool.fetch(bin, folder.resolve("none").toString(), ""))
                .isInstanceOf(IOException.class);
        assertThat(made).as("stays").isExecutable();
    }

    @Test
    void ofAnArchiveOneProgramIsTaken() throws Exception {
        program(folder.resolve("mirror/x"), "crictl", "inside");
        Path archive = folder.resolve("crictl.tar.gz");
        Process tar = new ProcessBuilder(
                        "tar",
                        "-czf",
                        archive.toString(),
                        "-C",
                        folder.resolve("mirror").toString(),
                        ".")
                .start();
        assertThat(tar.waitFor()).isZero();
        Path bin = Files.createDirectory(folder.resolve("fetched"));
        assertThat(new FetchedTool("crictl", "").fetch(bin, archive.toString(), ""))
                .content()
                .contains("inside");
        assertThatThrownBy(() -> new FetchedTool("other", "").fetch(bin, archive.toString(), ""))
                .hasMessage("the archive has no other in it");
        try (var left = Files.list(bin)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void plainHttpNeedsASum() throws Exception {
        Path bin = Files.createDirectory(folder.resolve("fetched"));
        assertThatThrownBy(() -> new FetchedTool("kubectl", "").fetch(bin, "http://127.0.0.1:1/kubectl", ""))
                .hasMessageContaining("is not https");
        assertThatThrownBy(
                        () -> new FetchedTool("kubectl", "").fetch(bin, "http://127.0.0.1:1/kubectl", "0".repeat(64)))
                .hasMessageContaining("http://127.0.0.1:1/kubectl can't be reached");
        assertThat(FetchedTool.kubectl().url())
                .matches("https://dl\\.k8s\\.io/release/v1\\.[0-9.]+/bin/linux/(amd64|arm64)/kubectl");
    }
}
