package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WarningHeadersTest {
    @Test
    void fewAreToldWholeAndOnce() {
        String long3000 = "x".repeat(3000);
        assertThat(WarningHeaders.fitting(List.of("a", long3000, "a", "b"))).containsExactly("a", long3000, "b");
    }

    @Test
    void manyAreCutAndTheRestIsLeftOut() {
        List<String> many =
                IntStream.range(0, 100_000).mapToObj(i -> i + "x".repeat(300)).toList();
        List<String> fitting = WarningHeaders.fitting(many);
        assertThat(fitting).hasSize(16).allMatch(text -> text.length() == 256);
        assertThat(fitting.get(15)).startsWith("15x");
    }

    /** What takes two places in Java is one character, and is never cut in half. */
    @Test
    void charactersAreCountedAndKeptWhole() {
        List<String> fitting = WarningHeaders.fitting(List.of("🙂".repeat(5000)));
        assertThat(fitting).containsExactly("🙂".repeat(256));
    }
}
