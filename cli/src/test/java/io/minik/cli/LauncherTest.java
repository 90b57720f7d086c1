package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shell in front of the program, with a Java that prints what it is called with. */
final class LauncherTest {
    @TempDir
    Path folder;

    private Path config;

    @BeforeEach
    void makeJava() throws IOException {
        java("99.0.1", "");
        config = folder.resolve("config.yaml");
    }

    private void java(String version, String said) throws IOException {
        Path java = folder.resolve("jdk/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/sh\n" + said + "printf '%s\\n' \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(
                folder.resolve("jdk/release"),
                "IMPLEMENTOR=\"x\"\nJAVA_RUNTIME_VERSION=\"1+1\"\nJAVA_VERSION=\"" + version
                        + "\"\nOS_NAME=\"Linux\"\n");
    }

    private List<String> run(Map<String, String> environment, String... arguments) throws Exception {
        Path self = Files.copy(
                Tree.root().resolve("cli/src/main/launcher/minik.sh"),
                Files.createTempDirectory(folder, "of").resolve("minik"));
        List<String> command = new ArrayList<>(List.of("/bin/sh", self.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("MINIK_"));
        builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("MINIK_CONFIG_FILE", config.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        List<String> printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(printed.toString()).isZero();
        return printed;
    }

    private String heap(Map<String, String> environment, String... arguments) throws Exception {
        return run(environment, arguments).stream()
                .filter(option -> option.startsWith("-Xmx"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "memory-limit: 1Gi|-Xmx512m",
                "memory-limit: \"1Gi\" # much|-Xmx512m",
                "memory-limit:   '600Mi'|-Xmx300m",
                "memory-limit: 1073741824|-Xmx512m",
                "node-name: a;memory-limit: 1Gi;memory-limit: 2Gi|-Xmx1024m",
            })
    void theConfigFileSaysHowMuchMemory(String text, String heap) throws Exception {
        Files.writeString(config, text.replace(';', '\n'));
        assertThat(heap(Map.of(), "server")).isEqualTo(heap);
    }

    @Test
    void aKeyBelowAnotherOneIsNotMeant() throws Exception {
        String unsaid = heap(Map.of(), "server");
        Files.writeString(config, "other:\n  memory-limit: 200Mi\n");
        assertThat(heap(Map.of(), "server")).isEqualTo(unsaid);
    }

    @Test
    void aLaterPartOfTheConfigurationSaysItLast() throws Exception {
        Files.writeString(config, "memory-limit: 1Gi\n");
        Path parts = Files.createDirectory(folder.resolve("config.yaml.d"));
        Files.writeString(parts.resolve("1.yaml"), "memory-limit: 2Gi");
        Files.writeString(parts.resolve("2.yaml"), "memory-limit: 3Gi");
        assertThat(heap(Map.of(), "server")).isEqualTo("-Xmx1536m");
        assertThat(heap(Map.of("MINIK_MEMORY_LIMIT", "1Gi"), "server")).isEqualTo("-Xmx512m");
        assertThat(heap(Map.of("MINIK_MEMORY_LIMIT", "1Gi"), "server", "--memory-limit", "4Gi"))
                .isEqualTo("-Xmx2048m");
        Path other = Files.writeString(folder.resolve("other.yaml"), "memory-limit: 500Mi\n");
        assertThat(heap(Map.of(), "server", "--config=" + other)).isEqualTo("-Xmx250m");
    }

    @Test
    void theNewestJavaIsTakenWithTheOptionsThatItKnows() throws Exception {
        assertThat(run(Map.of(), "version"))
                .contains("--enable-native-access=ALL-UNNAMED", "-XX:TrimNativeHeapInterval=300000")
                .endsWith("version");
    }

    @Test
    void aJavaThatIsNamedIsAskedForItsVersion() throws Exception {
        java("99", "[ \"$1\" = -version ] && echo 'openjdk version \"17.0.2\"' >&2 && exit\n");
        Map<String, String> named =
                Map.of("MINIK_JAVA", folder.resolve("jdk/bin/java").toString());
        assertThat(run(named, "version"))
                .doesNotContain("--enable-native-access=ALL-UNNAMED")
                .endsWith("version");
    }
}
