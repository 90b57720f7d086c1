package io.minik.api.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/** Short texts that would be much, or endless, as trees. */
class BodyTest {
    private static JsonNode yaml(String text) {
        return Body.parse(text.getBytes(StandardCharsets.UTF_8), Format.YAML).tree();
    }

    private static String aliases(int count, int length) {
        return "x: &a '" + "x".repeat(length) + "'\nlist:\n" + "- *a\n".repeat(count);
    }

    @Test
    void aTextIsRepeatedUntilItIsTooMuch() {
        assertThat(yaml(aliases(1000, 8000)).path("list")).hasSize(1000);
        assertThatThrownBy(() -> yaml(aliases(100_000, 8000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("yaml: document contains excessive aliasing");
    }

    @Test
    void soIsAName() {
        String first = "- ? &k '" + "k".repeat(100_000) + "'\n  : 1\n";
        assertThat(yaml(first + "- ? *k\n  : 1\n".repeat(40))).hasSize(41);
        assertThatThrownBy(() -> yaml(first + "- ? *k\n  : 1\n".repeat(100)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("yaml: document contains excessive aliasing");
    }

    @Test
    void valuesOfRepeatedMapsAreCounted() {
        StringBuilder map = new StringBuilder("m: &m {");
        for (int at = 0; at < 9_000; at++) {
            map.append('k').append(at).append(": 1, ");
        }
        String text = map.append("}\nlist:\n").append("- {<<: *m}\n".repeat(30)).toString();
        assertThatThrownBy(() -> yaml(text)).isInstanceOf(ValueCount.TooMany.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a: &a [*a]", "a: &a {b: *a}", "a: &a {<<: *a}", "a: {<<: &a [*a]}", "a: &a {<<: [*a, *a]}"})
    void anAnchorWithinItselfEnds(String text) {
        assertThatThrownBy(() -> yaml(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{", "- ", "? ", "{a: ", "[a, [", "!!str ", "&a "})
    void whatOpensWithoutEndIsRefused(String piece) throws InterruptedException {
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread small = new Thread(
                null,
                () -> assertThatThrownBy(() -> yaml(piece.repeat(100_000)))
                        .isInstanceOf(IllegalArgumentException.class),
                "as small as the server's",
                512 * 1024);
        small.setUncaughtExceptionHandler((thread, error) -> outcome.set(error));
        small.start();
        small.join();
        assertThat(outcome.get()).isNull();
    }

    /** With SnakeYAML's own reader, each of these takes a minute. */
    @ParameterizedTest
    @ValueSource(
            strings = {"'%s'", "\"%s\"", "%s", "|\n %s", ">\n %s", "1 #%s", "1\n%s: 1", "&%s 1", "!%s 1", "{a%s: 1}"})
    void aLongTextIsReadInOneGo(String form) {
        String text = "a: " + form.replace("%s", "x".repeat(2_000_000));
        try {
            assertThat(yaml(text).isObject()).isTrue();
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith("yaml: ");
        }
    }

    @Test
    void placesAreToldAsBefore() {
        assertThatThrownBy(() -> yaml("a: 1\r\nb: [é\nc: 2")).hasMessageContaining("line 3, column 2");
        assertThatThrownBy(() -> yaml("a: \u0000")).hasMessageContaining("special characters are not allowed");
    }

    @Test
    void textsAndPlacesAreThoseOfSnakeYaml() {
        for (String text : List.of(
                "\uFEFFa: 1",
                "a: |\n  x\n\n  y\n",
                "a: >-\r\n  x\r\n  y\r\n",
                "a: 'x\n  y'",
                "---\na: 😀\n...",
                "a:\u2028 b\n",
                "a: \"\\u00e9\\\n  x\"",
                "",
                "# nothing",
                "a: b\rc: d\r",
                "%YAML 1.1\n---\na: 1")) {
            LoaderOptions options = new LoaderOptions();
            String own = nodes(new YamlText(text), options);
            assertThat(own).as(text).isEqualTo(nodes(new StreamReader(new StringReader(text)), options));
        }
    }

    private static String nodes(StreamReader reader, LoaderOptions options) {
        Node root = new Composer(new ParserImpl(reader, options), new Resolver(), options).getSingleNode();
        return root == null ? "" : root + " " + root.getStartMark() + root.getEndMark();
    }

    /** SnakeYAML's scanner goes over all levels that are open for each token, a thousand characters ahead of its parser. */
    @Test
    void levelsAreCountedWhereTheyAreScanned() {
        YamlText text = new YamlText("[".repeat(3000));
        for (int at = 0; at < Body.MAX_YAML_DEPTH; at++) {
            text.forward();
        }
        assertThatThrownBy(text::forward).hasMessage("Nesting Depth exceeded max 150");
    }

    @Test
    void levelsThatHaveEndedCountNoMoreAndThoseWithinTextsNever() {
        String flat = "a: [" + "[1, {b: c}], ".repeat(400) + "]\n";
        assertThat(yaml(flat).path("a")).hasSize(400);
        String quoted =
                "a: [\"" + "[{".repeat(400) + "\", '" + "[[".repeat(400) + "', x]\nb: >\n  " + "[".repeat(400) + "\n";
        assertThat(yaml(quoted).path("a")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": [1, 2.5, -3e2, \"x\\u00e9\\n\", null, true, {}], \"b\": {\"c\": \"d\"}}",
                "{\"big\": 9223372036854775807, \"small\": 0.1, \"more\": 18446744073709551616}",
                "{}",
            })
    void jsonSaysTheSameAsYaml(String text) {
        assertThat(yaml(text)).isEqualTo(yaml("# not JSON\n" + text));
    }

    @Test
    void whatJsonSaysTwiceIsComplainedOfAsYaml() {
        String twice = "{\"a\": 1,\n\"a\": 2}";
        Body.Parsed parsed = Body.parse(twice.getBytes(StandardCharsets.UTF_8), Format.YAML);
        assertThat(parsed.lines()).containsExactly("line 2: key \"a\" already set in map");
        assertThat(parsed.duplicates()).isEmpty();
        assertThatThrownBy(() -> yaml("{\"a\": 1")).hasMessageStartingWith("yaml: ");
    }
}
