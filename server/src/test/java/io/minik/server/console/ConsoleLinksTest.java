package io.minik.server.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleLinksTest {
    private Instant now = Instant.parse("2026-01-01T12:00:00Z");
    private final ConsoleLinks links = new ConsoleLinks(() -> now);

    @Test
    void aCodeStandsForItsTokenOnce() {
        String code = links.open("header.payload.signature");
        assertThat(code).hasSize(43).isNotEqualTo(links.open("header.payload.signature"));
        assertThat(links.take(code)).contains("header.payload.signature");
        assertThat(links.take(code)).isEmpty();
        assertThat(links.take("")).isEmpty();
    }

    @Test
    void aCodeIsOverAfterTwoMinutes() {
        String code = links.open("token");
        now = now.plus(ConsoleLinks.LIFE);
        assertThat(links.take(code)).isEmpty();
    }

    @Test
    void theOldestGoFirst() {
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < ConsoleLinks.MOST + 10; i++) {
            codes.add(links.open("token-" + i));
        }
        assertThat(links.size()).isEqualTo(ConsoleLinks.MOST);
        assertThat(links.take(codes.get(9))).isEmpty();
        assertThat(links.take(codes.get(10))).contains("token-10");
        now = now.plus(ConsoleLinks.LIFE);
        links.open("later");
        assertThat(links.size()).as("those that are over are gone").isEqualTo(1);
    }

    @Test
    void onlyTokensAreTaken() {
        for (String wrong : List.of("", "a b", "a\r\nSet-Cookie: x", "<script>", "x".repeat(16 * 1024 + 1))) {
            assertThatThrownBy(() -> links.open(wrong)).hasMessage("token: a bearer token is required");
        }
    }
}
