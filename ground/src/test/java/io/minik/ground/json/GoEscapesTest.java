package io.minik.ground.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class GoEscapesTest {
    /** What Go 1.24's json.Marshal makes of it. */
    @Test
    void textsAreWrittenAsGoWritesThem() {
        ObjectNode tree = Json.object().put("a<b", "x > y && z\u2028\u2029 \"q\" \\ \t\u0001 ä €");
        assertThat(new String(Json.bytes(tree), UTF_8))
                .isEqualTo(
                        "{\"a\\u003cb\":\"x \\u003e y \\u0026\\u0026 z\\u2028\\u2029 \\\"q\\\" \\\\ \\t\\u0001 ä €\"}");
        assertThat(Json.parse(Json.bytes(tree))).isEqualTo(tree);
    }

    @Test
    void aLongTextIsWrittenAsOneOfManyPieces() {
        String text = "<🙂>".repeat(20_000);
        byte[] json = Json.bytes(Json.object().put("a", text));
        String written = new String(json, UTF_8);
        assertThat(written.equals("{\"a\":\"" + "\\u003c🙂\\u003e".repeat(20_000) + "\"}"))
                .as(written.substring(0, 100))
                .isTrue();
    }

    /** Half a character can't be written in UTF-8; as an escape it is kept. */
    @Test
    void aLoneSurrogateStaysWhatItIs() {
        for (String text : new String[] {"a\uD83Db", "\uDE42", "x\uD83D"}) {
            ObjectNode tree = Json.object().put("a", text);
            assertThat(Json.parse(Json.bytes(tree))).isEqualTo(tree);
        }
    }
}
