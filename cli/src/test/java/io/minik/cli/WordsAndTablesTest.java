package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands print: spans of time, tables, who holds a port; and what they read of people's files. */
class WordsAndTablesTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            PT0S,      0s
            PT59.999S, 59s
            PT60S,     1m
            PT59M59S,  59m
            PT60M,     1h
            PT23H59M,  23h
            PT24H,     1d
            P364D,     364d
            P365D,     1y
            P3650D,    10y
            PT-1S,     <invalid>
            """)
    void kubectlsShortestSpans(Duration span, String words) {
        assertThat(Spans.shortest(span)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            PT5M,    5 minutes
            PT119M,  119 minutes
            PT120M,  2 hours
            PT47H,   47 hours
            PT48H,   2 days
            P13D,    13 days
            P14D,    2 weeks
            P59D,    8 weeks
            P60D,    2 months
            P729D,   24 months
            P730D,   2 years
            P-3D,    3 days
            PT-30M,  30 minutes
            """)
    void spansInWords(Duration span, String words) {
        assertThat(Spans.words(span)).isEqualTo(words);
    }

    @Test
    void aColumnIsAsWideAsItsWidestWordAndTheLastOneHasNoTail() {
        String table = new TextTable(8, 3)
                .row("NAME", "STATUS", "ROLES")
                .row("a-node-with-a-name", "Ready", "control-plane")
                .row("b", "", "x")
                .toString();
        assertThat(table.lines())
                .containsExactly(
                        "NAME                 STATUS   ROLES",
                        "a-node-with-a-name   Ready    control-plane",
                        "b                             x");
    }

    @Test
    void rowsMayBeShorter() {
        assertThat(new TextTable(0, 2).row("one").row("two", "three").toString())
                .isEqualTo("one\ntwo  three\n");
        assertThat(new TextTable(0, 2).toString()).isEmpty();
    }

    /** What YAML takes for numbers, dates and truths is text here: 010 is no 8, and no is no false. */
    @Test
    void yamlsWordsStayTexts() {
        assertThat(PlainYaml.read("a: 010\nb: no\nc: 1e3\nd: 2020-01-01\ne: true\nf: 0x10\ng: 1_000"))
                .isEqualTo(Map.of(
                        "a", "010", "b", "no", "c", "1e3", "d", "2020-01-01", "e", "true", "f", "0x10", "g", "1_000"));
        assertThat(PlainYaml.read("- a\n- ~\n- null\n- \"~\"")).isEqualTo(Arrays.asList("a", null, null, "~"));
        assertThat(PlainYaml.read("")).isNull();
        assertThat(PlainYaml.read("a:")).isEqualTo(Collections.singletonMap("a", null));
        assertThat(PlainYaml.read("a: [x, {b: c}]")).isEqualTo(Map.of("a", List.of("x", Map.of("b", "c"))));
    }

    @Test
    void aKeyTwiceOrATagIsRefused() {
        assertThatThrownBy(() -> PlainYaml.read("a: 1\na: 2")).hasMessageContaining("duplicate key a");
        assertThatThrownBy(() -> PlainYaml.read("a: !!javax.script.ScriptEngineManager []"))
                .hasMessageStartingWith("Global tag is not allowed: ");
    }

    @Test
    void whoListensAtAPortIsNamed() throws IOException {
        String name = Files.readString(Path.of("/proc/self/comm")).trim();
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
            assertThat(PortOwner.of(port))
                    .contains(name + " (pid " + ProcessHandle.current().pid() + ")");
        }
        assertThat(PortOwner.of(port)).isEmpty();
    }
}
