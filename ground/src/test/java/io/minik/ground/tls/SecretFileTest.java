package io.minik.ground.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
    @TempDir
    Path directory;

    @Test
    void aFileThatIsNoTextIsCalledDamaged() throws Exception {
        Path file = directory.resolve("token");
        assertThat(SecretFile.read(file)).isEmpty();
        SecretFile.write(file, "text");
        assertThat(SecretFile.read(file)).contains("text");
        Files.write(file, new byte[] {'a', (byte) 0xff, 'b'});
        assertThatThrownBy(() -> SecretFile.read(file)).hasMessage(file + " is damaged: it holds no text");
    }
}
