package io.minik.agent.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.agent.dns.Corefile.Block;
import io.minik.agent.dns.Corefile.Plugin;
import java.util.List;
import org.junit.jupiter.api.Test;

class CorefileTest {
    @Test
    void blocksHoldPluginsAndTheirLines() {
        String text = """
                # of the office
                lan.example:53, corp.example {
                  errors # always
                  forward . 10.0.0.1 "10.0.0.2" {
                    policy sequential
                  }
                }

                b.example {
                }
                """;
        assertThat(Corefile.ofServers(text).blocks())
                .containsExactly(
                        new Block(
                                List.of("lan.example:53", "corp.example"),
                                List.of(
                                        new Plugin("errors", List.of(), List.of()),
                                        new Plugin(
                                                "forward",
                                                List.of(".", "10.0.0.1", "10.0.0.2"),
                                                List.of(List.of("policy", "sequential"))))),
                        new Block(List.of("b.example"), List.of()));
    }

    @Test
    void quotesHoldWordsTogether() {
        assertThat(Corefile.ofPlugins("a \"b c\" d#e \"\" \"say \\\"x\\\"\"\n"))
                .containsExactly(new Plugin("a", List.of("b c", "d#e", "", "say \"x\""), List.of()));
    }

    @Test
    void whatIsNoneSaysWhere() {
        assertThatThrownBy(() -> Corefile.ofServers("errors\n"))
                .isInstanceOf(Corefile.Malformed.class)
                .hasMessage("line 1: a block of zones is expected: ZONE... {");
        assertThatThrownBy(() -> Corefile.ofServers("a {\n forward . 1.1.1.1\n"))
                .hasMessage("line 1: the block is not closed");
        assertThatThrownBy(() -> Corefile.ofServers("a {\n hosts {\n}\n"))
                .hasMessage("line 1: the block is not closed");
        assertThatThrownBy(() -> Corefile.ofPlugins("hosts {\n\n"))
                .hasMessage("line 1: the braces of hosts are not closed");
        assertThatThrownBy(() -> Corefile.ofPlugins("hosts {\n a {\n }\n}\n"))
                .hasMessage("line 2: braces within a plugin's braces");
        assertThatThrownBy(() -> Corefile.ofPlugins("log\n}\n")).hasMessage("line 2: the name of a plugin is expected");
        assertThatThrownBy(() -> Corefile.ofPlugins("log \"x\n")).hasMessage("line 1: a quote is not closed");
        assertThatThrownBy(() -> Corefile.ofServers("a {\n} b {\n}\n")).hasMessage("line 2: nothing may follow }");
    }
}
