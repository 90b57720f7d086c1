package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    @TempDir
    Path folder;

    private static String kind(Path file) {
        return ConfigFile.read("--some-config", file, tree -> Json.text(tree, "kind"));
    }

    @Test
    void yamlAndJsonAreRead() throws IOException {
        Path file = folder.resolve("config");
        Files.writeString(file, "kind: Some");
        assertThat(kind(file)).isEqualTo("Some");
        Files.writeString(file, "{\"kind\": \"Other\"}");
        assertThat(kind(file)).isEqualTo("Other");
        assertThat(kind(Files.createSymbolicLink(folder.resolve("link"), file))).isEqualTo("Other");
    }

    @Test
    @Timeout(30)
    void aPipeHoldsNobody() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> kind(pipe))
                .isInstanceOf(StartFailure.class)
                .hasMessage("--some-config: can't read " + pipe + ": it is no plain file");
    }

    @Test
    void whatCannotBeReadIsSaidByFlagAndFile() throws IOException {
        assertThatThrownBy(() -> kind(folder))
                .hasMessage("--some-config: can't read " + folder + ": it is a directory, not a file");
        Path large = folder.resolve("large");
        Files.write(large, new byte[(3 << 20) + 1]);
        assertThatThrownBy(() -> kind(large)).hasMessageContaining("it has 3145729 bytes, more than 3145728");
        Path broken = folder.resolve("broken");
        Files.writeString(broken, "{");
        assertThatThrownBy(() -> kind(broken))
                .isInstanceOf(StartFailure.class)
                .hasMessageStartingWith("--some-config: " + broken + ": ");
    }
}
