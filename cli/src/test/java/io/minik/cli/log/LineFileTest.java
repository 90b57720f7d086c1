package io.minik.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFileTest {
    @TempDir
    Path folder;

    private static byte[] line(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aFileThatIsFullBeginsAnewAndTheLastOneIsKept() throws IOException {
        Path file = folder.resolve("minik.log");
        try (LineFile log = new LineFile(file, 10)) {
            log.write(line("12345\n"));
            assertThat(file).hasContent("12345\n");
            log.write(line("6789\n"));
            log.write(line("abc\n"));
            log.write(line("longer than a file may be\n"));
        }
        assertThat(file).hasContent("longer than a file may be\n");
        assertThat(folder.resolve("minik.log.1")).hasContent("6789\nabc\n");
    }

    @Test
    void whatIsThereIsAddedTo() throws IOException {
        Path file = folder.resolve("minik.log");
        for (String text : new String[] {"one\n", "two\n"}) {
            try (LineFile log = new LineFile(file, 10)) {
                log.write(line(text));
                log.write('.');
            }
        }
        assertThat(file).hasContent("one\n.two\n.");
    }
}
