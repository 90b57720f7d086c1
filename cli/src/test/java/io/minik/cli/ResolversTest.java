package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolversTest {
    @TempDir
    Path dir;

    @Test
    void serversAtLoopbackAreForTheHostAlone() throws IOException {
        Path stub = Files.writeString(dir.resolve("stub"), "# local\nnameserver 127.0.0.53\noptions edns0\n");
        Path behind = Files.writeString(dir.resolve("behind"), "nameserver 192.0.2.53\n");
        Path own = Files.writeString(dir.resolve("own"), "nameserver 127.0.0.1\nnameserver 192.0.2.1\n");
        assertThat(Resolvers.file(stub, behind)).isEqualTo(behind);
        assertThat(Resolvers.file(own, behind)).isEqualTo(own);
        assertThat(Resolvers.file(stub, dir.resolve("absent"))).isEqualTo(stub);
        assertThat(Resolvers.file(dir.resolve("absent"), behind)).isEqualTo(dir.resolve("absent"));
    }
}
