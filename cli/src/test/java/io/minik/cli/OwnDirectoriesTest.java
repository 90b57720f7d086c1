package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnDirectoriesTest {
    @TempDir
    Path dir;

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void freshOnesAreForRootAlone() throws IOException {
        OwnDirectories.make(dir.resolve("run"), dir.resolve("data"));
        assertThat(mode(dir.resolve("run"))).isEqualTo("rwx------");
        assertThat(mode(dir.resolve("data"))).isEqualTo("rwx--x--x");
        assertThat(mode(dir.resolve("data/agent"))).isEqualTo("rwx------");
        assertThat(dir.resolve("data/server")).doesNotExist();
    }

    @Test
    void onesThatAnOlderMinikLeftOpenAreClosed() throws IOException {
        for (String path : new String[] {"run", "data/agent", "data/server"}) {
            Files.createDirectories(dir.resolve(path));
            Files.setPosixFilePermissions(dir.resolve(path), PosixFilePermissions.fromString("rwxr-xrwx"));
        }
        Files.setPosixFilePermissions(dir.resolve("data"), PosixFilePermissions.fromString("rwxr-xr-x"));
        OwnDirectories.make(dir.resolve("run"), dir.resolve("data"));
        assertThat(mode(dir.resolve("run"))).isEqualTo("rwx------");
        assertThat(mode(dir.resolve("data/agent"))).isEqualTo("rwx------");
        assertThat(mode(dir.resolve("data/server"))).isEqualTo("rwx------");
        assertThat(mode(dir.resolve("data"))).as("may hold other things").isEqualTo("rwxr-xr-x");
    }

    @Test
    void aSharedDirectoryIsNotTakenForOurs() throws IOException {
        Path shared = Files.createDirectory(dir.resolve("shared"));
        Files.setAttribute(shared, "unix:mode", 01777);
        assertThatThrownBy(() -> OwnDirectories.make(shared, dir.resolve("data")))
                .isInstanceOf(StartFailure.class)
                .hasMessage(shared + " is a directory that users share: give minik one of its own");
        Path strange = Files.createDirectories(dir.resolve("other/agent"));
        Files.setAttribute(strange, "unix:uid", 12345);
        assertThatThrownBy(() -> OwnDirectories.make(dir.resolve("run"), dir.resolve("other")))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("belongs to user 12345");
    }
}
