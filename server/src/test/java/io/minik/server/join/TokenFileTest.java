package io.minik.server.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.join.JoinToken;
import io.minik.ground.tls.SecretFile;
import io.minik.server.pki.Pki;
import io.minik.server.pki.PkiConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {
    @TempDir
    Path folder;

    private Pki pki;
    private Path file;

    @BeforeEach
    void start() {
        pki = Pki.open(
                folder.resolve("tls"),
                PkiConfig.of("cluster.local", List.of("10.43.0.1"), "box", List.of(), List.of()));
        file = folder.resolve("token");
    }

    @Test
    void theFirstStartMakesOneThatPinsTheAuthority() throws IOException {
        JoinToken token = TokenFile.open(file, pki, Optional.empty());

        assertThat(Files.readString(file))
                .isEqualTo("K10" + pki.serverCaHash() + "::server:" + token.password() + "\n");
        assertThat(token.password()).matches("[0-9a-f]{32}");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(SecretFile.MODE_0600);
    }

    @Test
    void laterStartsKeepIt() throws IOException {
        JoinToken token = TokenFile.open(file, pki, Optional.empty());
        Object written = Files.getLastModifiedTime(file);

        assertThat(TokenFile.open(file, pki, Optional.empty())).isEqualTo(token);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);
    }

    @Test
    void oneThatIsGivenCountsFromNowOn() throws IOException {
        TokenFile.open(file, pki, Optional.empty());

        TokenFile.open(file, pki, Optional.of("given-by-the-user"));

        assertThat(Files.readString(file)).isEqualTo("K10" + pki.serverCaHash() + "::server:given-by-the-user\n");
        assertThat(TokenFile.open(file, pki, Optional.empty()).password()).isEqualTo("given-by-the-user");
    }

    /** With a restored tls folder the kept token would pin the old authority: no node could join by it. */
    @Test
    void theKeptOneFollowsANewAuthority() throws IOException {
        Files.writeString(file, "K10" + "0".repeat(64) + "::server:kept\n");

        TokenFile.open(file, pki, Optional.empty());

        assertThat(Files.readString(file)).isEqualTo("K10" + pki.serverCaHash() + "::server:kept\n");
    }

    @Test
    void oneOfAnotherClusterIsRefused() {
        assertThatThrownBy(() -> TokenFile.open(file, pki, Optional.of("K10" + "0".repeat(64) + "::server:another")))
                .hasMessageContaining("pins another cluster's CA");
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "K10abc::server:cut", "with a space"})
    void aBrokenFileIsNamedWithTheWayOut(String text) throws IOException {
        Files.writeString(file, text);
        assertThatThrownBy(() -> TokenFile.open(file, pki, Optional.empty()))
                .hasMessageContaining(file + " holds no token")
                .hasMessageContaining("remove it and a new one is made");
        assertThat(Files.readString(file)).isEqualTo(text);
    }
}
