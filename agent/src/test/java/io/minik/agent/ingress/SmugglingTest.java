package io.minik.agent.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that two readers could take for two different ones: a back end never hears of them. */
class SmugglingTest {
    private static LivePath path;
    private static RawBackend backend;

    @BeforeAll
    static void start() throws Exception {
        path = new LivePath();
        backend = RawBackend.answering();
        path.to(backend.endpoint());
    }

    @AfterAll
    static void stop() throws Exception {
        path.close();
        backend.close();
    }

    @BeforeEach
    void forget() {
        backend.heads.clear();
    }

    private static final String SECOND = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

    private static String post(String headers, String body) {
        return "POST /first HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
    }

    static Stream<String> ambiguous() {
        String chunks = "0\r\n\r\n" + SECOND;
        return Stream.of(
                post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunks),
                post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunks),
                post("Content-Length: 0\r\nContent-Length: 40\r\n", SECOND),
                post("Content-Length: 40\r\nContent-Length: 40\r\n", SECOND),
                post("Content-Length: 0, 40\r\n", SECOND),
                post("Content-Length: +0\r\n", SECOND),
                post("Content-Length: -1\r\n", SECOND),
                post("Content-Length: 0x0\r\n", SECOND),
                post("Content-Length: 1_0\r\n", SECOND),
                post("Content-Length : 0\r\n", SECOND),
                post("Transfer-Encoding : chunked\r\n", chunks),
                post("Transfer-Encoding: xchunked\r\n", chunks),
                post("Transfer-Encoding: chunked, identity\r\n", chunks),
                post("Transfer-Encoding: identity, chunked\r\n", chunks),
                post("Transfer-Encoding: gzip, chunked\r\n", chunks),
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", chunks),
                post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", chunks),
                post("Transfer-Encoding:\u000bchunked\r\n", chunks),
                post("Transfer-Encoding: \"chunked\"\r\n", chunks),
                post("Transfer-Encoding: chunked;a=b\r\n", chunks),
                post("X: a\r\n Transfer-Encoding: chunked\r\n", chunks)
                        .replace("X: a\r\n ", "Transfer-Encoding: x\r\n "),
                post("X: y\rTransfer-Encoding: chunked\r\n", chunks),
                post("X: y\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n", chunks),
                post("X: \u0000\r\n", SECOND),
                post("X\u0000Y: a\r\n", SECOND),
                post("X Y: a\r\n", SECOND),
                post(": a\r\n", SECOND),
                post("no colon\r\n", SECOND),
                post("Transfer-Encoding: chunked\r\n", "x\r\n" + SECOND),
                post("Transfer-Encoding: chunked\r\n", "-1\r\n" + SECOND),
                post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\n" + SECOND),
                "POST /first HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
                "GET /first HTTP/1.1\r\n\r\n" + SECOND,
                "GET /first HTTP/1.1\r\nHost: h\r\nHost: other\r\n\r\n" + SECOND,
                "GET /first HTTP/1.1\r\nHost: h/../x\r\n\r\n" + SECOND,
                "GET /fi\trst HTTP/1.1\r\nHost: h\r\n\r\n" + SECOND,
                "GET /first HTTP/9.9\r\nHost: h\r\n\r\n" + SECOND,
                "GET /first\r\nHost: h\r\n\r\n" + SECOND,
                "GET /first extra HTTP/1.1\r\nHost: h\r\n\r\n" + SECOND,
                "G@T /first HTTP/1.1\r\nHost: h\r\n\r\n" + SECOND);
    }

    @ParameterizedTest
    @MethodSource("ambiguous")
    void whatCanBeReadInTwoWaysEndsTheConnection(String bytes) throws Exception {
        try (RawClient client = path.client()) {
            String answer = client.send(bytes).all();
            assertThat(backend.heads)
                    .as("what followed was not taken for a request")
                    .noneMatch(head -> head.contains("smuggled"));
            assertThat(answer)
                    .satisfiesAnyOf(
                            text -> assertThat(text).startsWith("HTTP/1.1 400"),
                            text -> assertThat(text).startsWith("HTTP/1.0 400"),
                            text -> assertThat(text).startsWith("HTTP/9.9 501"),
                            text -> assertThat(text).isEmpty());
            assertThat(answer.split("HTTP/1.[01] ", -1).length)
                    .as("one answer at most")
                    .isLessThanOrEqualTo(2);
        }
    }

    @Test
    void aFoldedHeaderReachesNobodyAsTwoLines() throws Exception {
        try (RawClient client = path.client()) {
            client.send("GET /folded HTTP/1.1\r\nHost: h\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n")
                    .until("ok");
            assertThat(backend.heads).hasSize(1);
            assertThat(backend.heads.get(0))
                    .contains("X: a Transfer-Encoding: chunked\r\n")
                    .doesNotContain("\r\n ")
                    .doesNotContain("\r\nTransfer-Encoding");
        }
    }

    @Test
    void aBodyGoesOnWithTheLengthThatItHad() throws Exception {
        try (RawBackend reading = new RawBackend(talk -> {
                    talk.head();
                    talk.heard(new String(talk.in.readNBytes(5), StandardCharsets.ISO_8859_1));
                    talk.answer("got");
                });
                RawClient client = path.to(reading.endpoint()).client()) {
            client.send(post("Content-Length: 5\r\n", "hello" + SECOND)).until("got");
            assertThat(reading.heads.get(0)).contains("Content-Length: 5\r\n").doesNotContain("Transfer-Encoding");
            assertThat(reading.heads.get(1)).isEqualTo("hello");
        } finally {
            path.to(backend.endpoint());
        }
    }

    @Test
    void anAbsoluteTargetGoesBeforeTheHost() throws Exception {
        try (RawClient client = path.client()) {
            client.send("GET http://inner.example/p?q HTTP/1.1\r\nHost: outer.example\r\n\r\n")
                    .until("ok");
            assertThat(backend.heads.get(0))
                    .startsWith("GET /p?q HTTP/1.1\r\n")
                    .containsIgnoringCase("host: inner.example\r\n")
                    .doesNotContain("outer.example");
        }
    }

    @Test
    void thePathThatWasMatchedIsTheOneThatIsAsked() throws Exception {
        try (RawClient client = path.client()) {
            client.send("GET /a/../b/%61?x=%2e%2e HTTP/1.1\r\nHost: h\r\n\r\n").until("ok");
            assertThat(backend.heads.get(0)).startsWith("GET /b/a?x=%2e%2e HTTP/1.1\r\n");
            assertThat(client.send("GET /a/..%2fb HTTP/1.1\r\nHost: h\r\n\r\n").until("\r\n"))
                    .startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void moreHeadersThanAnybodySendsAreRefused() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            many.append("X-").append(i).append(": y\r\n");
        }
        try (RawClient client = path.client()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: h\r\n" + many + "\r\n")
                            .until("\r\n"))
                    .startsWith("HTTP/1.1 431");
        }
        try (RawClient client = path.client()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + "y".repeat(20_000) + "\r\n\r\n")
                            .until("\r\n"))
                    .startsWith("HTTP/1.1 431");
        }
        try (RawClient client = path.client()) {
            assertThat(client.send("GET /" + "y".repeat(9_000) + " HTTP/1.1\r\nHost: h\r\n\r\n")
                            .until("\r\n"))
                    .matches("HTTP/1.[01] 414 .*\\s+");
        }
        assertThat(backend.heads).isEmpty();
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (RawClient client = path.client()) {
            String answers = client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
                            + "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                    .all();
            assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(4);
            assertThat(backend.heads).hasSize(3);
            assertThat(backend.heads.get(1)).startsWith("GET /2 ");
        }
    }
}
