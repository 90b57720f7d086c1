package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.server.admission.DefaultTolerationSeconds;
import io.minik.server.kinds.PortRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ServerOptionsTest {
    private static ServerOptions options(String... arguments) {
        ServerCommand command = new ServerCommand();
        new CommandLine(command).parseArgs(arguments);
        return command.server;
    }

    @Test
    void theNodePortRangeIsAsSaid() {
        assertThat(options().nodePorts()).isEqualTo(PortRange.NODE_PORTS);
        assertThat(options("--service-node-port-range", "20000-20010").nodePorts())
                .isEqualTo(new PortRange(20000, 20010));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30000", "0-10", "30000-99999", "200-100", "a-b"})
    void aNodePortRangeThatIsNoneIsNamed(String text) {
        ServerOptions options = options("--service-node-port-range", text);
        assertThatThrownBy(options::nodePorts)
                .isInstanceOf(StartFailure.class)
                .hasMessageStartingWith("--service-node-port-range: \"" + text + "\"");
    }

    @Test
    void tolerationsAreGivenOneByOne() {
        assertThat(options("--default-not-ready-toleration-seconds=7", "--default-unreachable-toleration-seconds=0")
                        .tolerations())
                .isEqualTo(new DefaultTolerationSeconds.Periods(7, 0));
        ServerOptions negative = options("--default-unreachable-toleration-seconds=-1");
        assertThatThrownBy(negative::tolerations)
                .hasMessageStartingWith("--default-unreachable-toleration-seconds: \"-1\"");
    }
}
