package io.minik.api.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes between a node that joins and the server, as words. */
class JoinWordsTest {
    private static final String HASH = "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "secret,server,secret",
        "node:secret,node,secret",
        "server:a:b,server,a:b",
        "abcdef.0123456789abcdef,'',abcdef.0123456789abcdef",
        "abcdef.0123456789abcde,server,abcdef.0123456789abcde",
    })
    void aTokenIsReadWithAndWithoutItsAuthority(String text, String user, String password) {
        assertThat(JoinToken.parse(" " + text + "\n")).isEqualTo(new JoinToken(Optional.empty(), user, password));
        JoinToken secure = JoinToken.parse("K10" + HASH + "::" + text);
        assertThat(secure).isEqualTo(new JoinToken(Optional.of(HASH), user, password));
        assertThat(JoinToken.parse(secure.text())).isEqualTo(secure);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "K10",
                "K10abc::server:secret",
                "K10::server:secret",
                "two words",
                "a\tb",
                "a\u0000b",
                "a\r\nAuthorization: x",
                "pässword",
                ":secret",
                "server:",
                ":",
            })
    void whatIsNoTokenIsRefused(String text) {
        assertThatThrownBy(() -> JoinToken.parse(text)).isInstanceOf(IllegalArgumentException.class);
        if (!text.startsWith("K10")) {
            assertThatThrownBy(() -> JoinToken.parse("K10" + HASH + "::" + text))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTokenThatWasCutOffIsNoPassword() {
        String whole = "K10" + HASH + "::server:secret";
        for (int length = 3; length < whole.indexOf("secret"); length++) {
            String cut = whole.substring(0, length);
            // What is left of it would be sent to whoever answers, and trusted.
            if (length != whole.indexOf("server") + "server".length()
                    && !cut.matches("K10[0-9a-f]{64}::s(e(r(v(e(r)?)?)?)?)?")) {
                assertThatThrownBy(() -> JoinToken.parse(cut)).as(cut).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void noSecretIsEverPrinted() {
        for (String text : List.of("s3cret", "node:s3cret", "K10" + HASH + "::server:s3cret")) {
            assertThat(JoinToken.parse(text).toString()).doesNotContain("s3cret");
        }
        assertThat(JoinToken.parse("abcdef.0123456789abcdef").toString()).doesNotContain("0123456789abcdef");
        assertThat(new JoinRequest("n1", "s3cret", "csr", "csr", List.of("192.0.2.1")).toString())
                .doesNotContain("s3cret")
                .contains("n1");
    }

    @Test
    void anAuthorityIsItsTextByteForByte() {
        assertThat(JoinToken.hash("")).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assertThat(JoinToken.hash("a\n")).isNotEqualTo(JoinToken.hash("a"));
    }

    @Test
    void requestAndAnswerArriveAsTheyWereSent() {
        Random random = new Random(Long.getLong("seed", 1));
        for (int i = 0; i < 200; i++) {
            JoinRequest request = new JoinRequest(
                    text(random), text(random), text(random), text(random), List.of(text(random), text(random)));
            assertThat(JoinRequest.of(Json.parse(Json.bytes(request.tree())))).isEqualTo(request);
            JoinAnswer answer = new JoinAnswer(
                    text(random),
                    text(random),
                    text(random),
                    text(random),
                    new ClusterConfig(
                            text(random),
                            text(random),
                            text(random),
                            text(random),
                            random.nextInt(33),
                            List.of(text(random)),
                            random.nextBoolean() ? List.of() : List.of(text(random))));
            assertThat(JoinAnswer.of(Json.parse(Json.bytes(answer.tree())))).isEqualTo(answer);
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(12); length > 0; length--) {
            text.append((char) random.nextInt(0xd800));
        }
        return text.toString();
    }

    /** An older server says less, a newer one more, and a stranger anything. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "7",
                "{\"cluster\":[]}",
                "{\"cluster\":{\"nodeCidrMaskSize\":\"x\",\"apiServers\":{},\"disabled\":\"all\",\"more\":1}}",
                "{\"nodeName\":{},\"addresses\":[{},1,null,\"a\"]}",
            })
    void whatIsMissingOrAnotherThingIsNothing(String json) {
        var tree = Json.parse(json.getBytes(StandardCharsets.UTF_8));
        assertThat(JoinAnswer.of(tree).cluster().nodeCidrMaskSize()).isEqualTo(24);
        assertThat(JoinAnswer.of(tree).cluster().disabled()).doesNotContainNull();
        assertThat(JoinRequest.of(tree).nodeName()).isEmpty();
        assertThat(JoinRequest.of(tree).addresses()).doesNotContainNull();
    }
}
