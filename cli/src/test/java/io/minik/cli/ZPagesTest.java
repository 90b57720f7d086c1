package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ZPagesTest {
    @Test
    void everyFlagIsShownWithItsValueButNoSecret() {
        ServerCommand command = new ServerCommand();
        new CommandLine(command)
                .parseArgs("--token", "letmein", "--cluster-cidr", "10.99.0.0/16", "--audit-log-mode", "blocking");
        String flags = ZPages.flags(List.of(command.server, command.node));
        assertThat(flags)
                .contains("token=CLASSIFIED\n", "cluster-cidr=10.99.0.0/16\n", "audit-log-mode=blocking\n", "data-dir=")
                .doesNotContain("letmein");
        assertThat(ZPages.flags(List.of(new ServerOptions()))).contains("token=\n");
    }
}
