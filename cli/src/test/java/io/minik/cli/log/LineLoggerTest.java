package io.minik.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/** What is written to standard error; nobody else writes there meanwhile. */
@Isolated
class LineLoggerTest {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final Logger logger = new LineLoggers().getLogger("io.minik.agent.proxy.Proxy");

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        LogSettings.set(Level.INFO, false);
    }

    @AfterEach
    void giveBack() {
        System.setErr(before);
        LogSettings.set(Level.INFO, false);
    }

    private String line() {
        String text = written.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("\n");
        assertThat(text.substring(0, text.length() - 1)).doesNotContain("\n", "\r");
        written.reset();
        return text.substring(0, text.length() - 1);
    }

    private JsonNode json() {
        return Json.parse(line().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anEventIsALineWithItsKeysAndValues() {
        logger.atWarn().addKeyValue("pod", "shop/web").addKeyValue("took", 3).log("not in time");
        assertThat(line()).matches("\\d{4}-\\d\\d-\\d\\dT\\S+Z? warn Proxy not in time pod=shop/web took=3");
        logger.atInfo()
                .addKeyValue("text", "two words")
                .addKeyValue("none", "")
                .addKeyValue("eq", "a=b")
                .log("x");
        assertThat(line()).endsWith(" info Proxy x text=\"two words\" none=\"\" eq=\"a=b\"");
        logger.info("{} of {}", 1, "two");
        assertThat(line()).endsWith(" info Proxy 1 of two");
    }

    @Test
    void theSameAsJson() {
        LogSettings.set(Level.INFO, true);
        logger.atError()
                .addKeyValue("quote\"d", "a\\b\tc")
                .setCause(new IOException("broken", new IOException("pipe")))
                .log("two\nlines");
        JsonNode event = json();
        assertThat(event.path("level").asText()).isEqualTo("error");
        assertThat(event.path("logger").asText()).isEqualTo("Proxy");
        assertThat(event.path("msg").asText()).isEqualTo("two\nlines");
        assertThat(event.path("quote\"d").asText()).isEqualTo("a\\b\tc");
        assertThat(event.path("err").asText()).isEqualTo("java.io.IOException: broken: java.io.IOException: pipe");
    }

    /** A client that chooses its own name must not write lines of its own, or move the cursor of who reads them. */
    @Test
    void whatAClientSaidStaysWithinItsLine() {
        String evil = "a\n2026-01-01T00:00:00Z info Proxy all is well\r\u001b[2J\u009b2J\u007f\u2028\u0000";
        logger.warn("from {}", evil);
        assertThat(line()).doesNotContain("\u001b", "\u009b", "\u007f", "\u2028", "\u0000");
        logger.atWarn().addKeyValue("user", evil).log("refused");
        assertThat(line()).doesNotContain("\u001b", "\u009b", "\u007f", "\u2028", "\u0000");
        logger.atWarn()
                .addKeyValue("user", "plain\u009b2J")
                .setCause(new IOException(evil))
                .log("refused");
        assertThat(line()).doesNotContain("\u001b", "\u009b", "\u2028");
    }

    @Test
    void anyTextComesBackFromJsonAsItWas() {
        LogSettings.set(Level.INFO, true);
        Random random = new Random(Long.getLong("seed", 1));
        for (int i = 0; i < 500; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(20); length > 0; length--) {
                int c = random.nextInt(4) == 0 ? random.nextInt(0xd800) : random.nextInt(0x100);
                text.append((char) c);
            }
            logger.atInfo()
                    .addKeyValue("k", text.toString())
                    .log(text.toString().replace("{", "("));
            JsonNode event = json();
            assertThat(event.path("k").asText()).isEqualTo(text.toString());
            assertThat(event.path("msg").asText()).isEqualTo(text.toString().replace("{", "("));
        }
    }

    @Test
    void longTextsAreToldByTheirBeginning() {
        logger.atInfo().addKeyValue("path", "/" + "a".repeat(1_000_000)).log("long");
        assertThat(line()).hasSizeLessThan(10_000).contains("1000001 characters");
    }

    @Test
    void causesInACircleEnd() {
        IOException one = new IOException("one");
        IOException two = new IOException("two", one);
        one.initCause(two);
        logger.atWarn().setCause(one).log("round");
        assertThat(line()).contains("one").contains("two").hasSizeLessThan(5_000);
    }

    @Test
    void framesAreToldOfMistakesAndOfAllElseAtDebug() {
        logger.atError().setCause(new IllegalStateException("ours")).log("x");
        assertThat(line()).contains(" | ").contains("LineLoggerTest");
        logger.atError().setCause(new IOException("theirs")).log("x");
        assertThat(line()).doesNotContain(" | ");
        LogSettings.set(Level.DEBUG, false);
        logger.atError().setCause(new IOException("theirs")).log("x");
        assertThat(line()).contains(" | ");
    }

    @Test
    void librariesAreQuieterThanWe() {
        Logger netty = new LineLoggers().getLogger("io.netty.channel.Thing");
        netty.info("something");
        logger.debug("something");
        assertThat(written.size()).isZero();
        assertThat(List.of(
                        netty.isInfoEnabled(), netty.isWarnEnabled(), logger.isInfoEnabled(), logger.isDebugEnabled()))
                .containsExactly(false, true, true, false);
        LogSettings.set(Level.TRACE, false);
        assertThat(List.of(netty.isInfoEnabled(), netty.isDebugEnabled(), logger.isTraceEnabled()))
                .containsExactly(true, false, true);
        LogSettings.set(Level.ERROR, false);
        assertThat(List.of(netty.isErrorEnabled(), netty.isWarnEnabled(), logger.isWarnEnabled()))
                .containsExactly(true, true, false);
    }
}
