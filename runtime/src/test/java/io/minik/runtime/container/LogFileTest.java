package io.minik.runtime.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    private static final String AT = "2026-01-02T03:04:05.000000006Z ";

    @TempDir
    Path dir;

    private final Clock clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05.000000006Z"), ZoneOffset.UTC);

    private LogFile open(long maxBytes, int maxFiles) {
        return new LogFile(dir.resolve("0.log"), maxBytes, maxFiles, clock);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    @Test
    void linesCarryTimeStreamAndTag() {
        LogFile log = open(0, 1);
        log.append(LogFile.Stream.STDOUT, bytes("one\ntw"));
        log.append(LogFile.Stream.STDERR, bytes("oops\n\n"));
        log.append(LogFile.Stream.STDOUT, bytes("o\nrest"));
        log.end(LogFile.Stream.STDOUT);
        log.close();

        assertThat(dir.resolve("0.log"))
                .hasContent(AT + "stdout F one\n" + AT + "stderr F oops\n" + AT + "stderr F \n" + AT + "stdout F two\n"
                        + AT + "stdout F rest\n");
    }

    @Test
    void aLongLineComesInPartsOf16KiB() throws Exception {
        LogFile log = open(0, 1);
        String part = "x".repeat(16 * 1024);
        log.append(LogFile.Stream.STDOUT, bytes(part + part + "end\n" + part + "\n"));
        log.close();

        assertThat(Files.readAllLines(dir.resolve("0.log")))
                .containsExactly(
                        AT + "stdout P " + part, AT + "stdout P " + part, AT + "stdout F end", AT + "stdout F " + part);
    }

    @Test
    void whatASuspendedLogHeldIsMarkedAsAPart() {
        LogFile log = open(0, 1);
        log.append(LogFile.Stream.STDOUT, bytes("first half, "));
        log.suspend(LogFile.Stream.STDOUT);
        log.close();
        LogFile next = open(0, 1);
        next.append(LogFile.Stream.STDOUT, bytes("second half\n"));
        next.close();

        assertThat(dir.resolve("0.log")).hasContent(AT + "stdout P first half, \n" + AT + "stdout F second half\n");
    }

    @Test
    void itRotatesBySizeAndKeepsSoManyFiles() throws Exception {
        LogFile log = open(100, 3);
        for (int i = 0; i < 10; i++) {
            log.append(LogFile.Stream.STDOUT, bytes("line " + i + "\n"));
        }
        log.close();

        // 46 bytes an entry: three make a file.
        assertThat(Files.readAllLines(dir.resolve("0.log"))).containsExactly(AT + "stdout F line 9");
        assertThat(Files.readAllLines(dir.resolve("0.log.1"))).hasSize(3).endsWith(AT + "stdout F line 8");
        assertThat(Files.readAllLines(dir.resolve("0.log.2"))).hasSize(3).endsWith(AT + "stdout F line 5");
        assertThat(dir.resolve("0.log.3")).doesNotExist();
    }
}
